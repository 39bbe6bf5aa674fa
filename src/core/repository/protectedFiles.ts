/**
 * Files whose change can make something run, weaken a check or steer an agent later, without anybody starting it.
 * They always ask, whatever the mode, and also when they do not exist yet. Where the list is from: the defaults of
 * VS Code's agent, what the advisories about other agents were about, and what editors load by themselves. Code that
 * somebody has to start is not on it: tests, `Makefile`, `conftest.py`.
 */

interface Protection {
  why: string;
  /** Relative globs, matched at any depth and in any case. `*` stays within a name, `**` does not. */
  patterns: readonly string[];
  /** Commands write there all the time, so that only the tools ask. */
  isForTools?: true;
}

const steering = 'agents take their orders, hooks or servers from it';

const protections: readonly Protection[] = [
  {
    why: 'editor settings, tasks and launch files can start programs',
    patterns: [
      '.vscode/**',
      '.idea/**',
      '.zed/**',
      '.nova/**',
      '.fleet/**',
      '.vs/**',
      '.helix/**',
      '.theia/**',
      '.vim/**',
      '.vimspector.json',
      '.luarc.json',
      '.vscode-test.*',
      '*.code-workspace',
      '*.sublime-project',
    ],
  },
  {
    why: 'editors and linters load it by themselves, and what it names runs',
    patterns: [
      'eslint.config.*',
      '.eslintrc*',
      'prettier.config.*',
      '.prettierrc*',
      'stylelint.config.*',
      '.stylelintrc*',
      'tailwind.config.*',
      'svelte.config.*',
      'vite.config.*',
      'vitest.config.*',
      'vitest.workspace.*',
      'jest.config.*',
      'playwright.config.*',
      '.mocharc.*',
      '.pylintrc',
      'pylintrc',
      '.flake8',
      'mypy.ini',
      '.mypy.ini',
      '.rubocop*.yml',
      '.php-cs-fixer*.php',
      'phpstan*.neon',
      '.golangci.*',
      'rust-toolchain',
      'rust-toolchain.toml',
      'build.zig',
      'mix.exs',
      '.formatter.exs',
      'hie.yaml',
      'Setup.hs',
    ],
  },
  {
    why: 'git runs or reads it',
    patterns: [
      '.git/**',
      '.git',
      '.hg/**',
      '.hgrc',
      '.jj/**',
      '.sl/**',
      '.svn/**',
      '.gitmodules',
      '.gitattributes',
      '.gitconfig',
      '.lfsconfig',
      '.husky/**',
      '.githooks/**',
      'githooks/**',
      'lefthook.yml',
      'lefthook.yaml',
      '.lefthook.*',
      'lefthook-local.*',
      '.pre-commit-config.yaml',
      '.pre-commit-hooks.yaml',
      '.overcommit.yml',
      '.lintstagedrc*',
      'lint-staged.config.*',
      '.simple-git-hooks.*',
      'simple-git-hooks.*',
      '.lefthook/**',
      '.trunk/**',
      'commitlint.config.*',
      '.commitlintrc*',
      'captainhook.json',
    ],
  },
  {
    why: 'it keeps files from the model',
    patterns: ['.baleenignore'],
  },
  {
    why: 'it runs on build servers with their credentials',
    patterns: [
      '.github/workflows/**',
      '.github/actions/**',
      'action.yml',
      'action.yaml',
      '.github/dependabot.yml',
      'CODEOWNERS',
      '.gitlab-ci.yml',
      '.gitlab/**',
      '.circleci/**',
      '.travis.yml',
      'azure-pipelines*.yml',
      '.azure-pipelines/**',
      'Jenkinsfile*',
      'bitbucket-pipelines.yml',
      '.drone.yml',
      '.woodpecker.yml',
      '.woodpecker/**',
      '.buildkite/**',
      'appveyor.yml',
      '.appveyor.yml',
      'cloudbuild.yaml',
      'buildspec.yml',
      '.ci/**',
      '.forgejo/**',
      '.gitea/**',
      '.semaphore/**',
      '.teamcity/**',
      '.tekton/**',
      '.cirrus.yml',
      '.cirrus.star',
      '.builds/**',
      '.build.yml',
      '.azuredevops/**',
      '.pipelines/**',
      'renovate.json*',
      '.renovaterc*',
      '.releaserc*',
      'release.config.*',
      '.goreleaser.*',
    ],
  },
  {
    why: steering,
    patterns: [
      'AGENTS.md',
      'AGENTS.override.md',
      'CLAUDE.md',
      'CLAUDE.local.md',
      'GEMINI.md',
      'QWEN.md',
      '.github/copilot-instructions.md',
      '.github/instructions/**',
      '.github/prompts/**',
      '.github/agents/**',
      '.github/hooks/**',
      '.github/chatmodes/**',
      '.github/skills/**',
      '.claude/**',
      '.codex/**',
      '.gemini/**',
      '.qwen/**',
      '.cursor/**',
      '.cursorrules',
      '.cursorignore',
      '.windsurf/**',
      '.windsurfrules',
      '.roo/**',
      '.roomodes',
      '.roorules*',
      '.rooignore',
      '.clinerules',
      '.clinerules/**',
      '.clineignore',
      '.continue/**',
      '.aider.conf.yml',
      '.aiderignore',
      '.amazonq/**',
      '.kiro/**',
      '.junie/**',
      '.opencode/**',
      'opencode.json',
      'opencode.jsonc',
      '.agents/**',
      'SKILL.md',
      '.mcp.json',
      'mcp.json',
      '.baleen/**',
      '.baleenrules',
      '.baleenignore',
      '.aiexclude',
      'AGENT.md',
      'CRUSH.md',
      'WARP.md',
      '.rules',
      '.goosehints',
      '.goose/**',
      '.crush/**',
      '.crush.json',
      'crush.json',
      '.trae/**',
      '.kilocode/**',
      '.kilocodemodes',
      '.augment/**',
      '.factory/**',
      '.openhands/**',
      '.amp/**',
      '.warp/**',
      '.mcp/**',
      '.claude-plugin/**',
      '.github/mcp.json',
      '.github/plugins/**',
      '.copilot/**',
    ],
  },
  {
    why: 'shells and version managers load it on entering the folder',
    patterns: [
      '.envrc',
      '.env',
      '.env.*',
      '.bashrc',
      '.bash_profile',
      '.bash_login',
      '.bash_logout',
      '.profile',
      '.zshrc',
      '.zshenv',
      '.zprofile',
      '.zlogin',
      '.zlogout',
      '.flaskenv',
      '.autoenv',
      '.gdbinit',
      '.lldbinit',
      '.pdbrc',
      '.irbrc',
      '.pryrc',
      '.ghci',
      '.iex.exs',
      '.Rprofile',
      '.Renviron',
      '.psqlrc',
      '.sqliterc',
      '.inputrc',
      '.tmux.conf',
      '.vimrc',
      '.nvimrc',
      '.exrc',
      '.nvim.lua',
      '.dir-locals.el',
      '.ssh/**',
      '.gnupg/**',
      '.aws/**',
      '.netrc',
      '.tool-versions',
      '.mise.toml',
      '.mise.*.toml',
      '.mise/**',
      'mise.toml',
      'mise.*.toml',
      '.config/mise/**',
      '.config/mise.toml',
      '.idx/**',
      '.replit',
      'replit.nix',
      '.stackblitzrc',
      '.codesandbox/**',
      'devenv.nix',
      '.devcontainer/**',
      '.devcontainer.json',
      '.gitpod.yml',
      'devbox.json',
      'flake.nix',
      'shell.nix',
    ],
  },
  {
    why: 'a package manager runs its scripts or takes code from where it says',
    patterns: [
      'package.json',
      '.npmrc',
      '.yarnrc',
      '.yarnrc.yml',
      '.yarn/**',
      '.pnpmfile.*',
      'pnpm-workspace.yaml',
      'bunfig.toml',
      '.bunfig.toml',
      '.pip.conf',
      'pip.conf',
      'pip.ini',
      '.pypirc',
      'sitecustomize.py',
      'usercustomize.py',
      '*.pth',
      '.cargo/**',
      'Cargo.toml',
      'build.rs',
      'pyproject.toml',
      'setup.py',
      'setup.cfg',
      '.pnp.*',
      '.gemrc',
      '.bundle/**',
      'Gemfile',
      '*.gemspec',
      'composer.json',
      'auth.json',
      'nuget.config',
      'ruby_lsp/**/addon.rb',
      'deno.json',
      'deno.jsonc',
    ],
  },
  {
    why: 'it pins what is installed',
    patterns: [
      '*.lock',
      '*-lock.json',
      '*-lock.yaml',
      '*-lock.yml',
      'npm-shrinkwrap.json',
      'bun.lockb',
      'go.sum',
      'go.work.sum',
      'Package.resolved',
      'packages.lock.json',
      '.terraform.lock.hcl',
      'gradle.lockfile',
      '*.lockfile',
      'requirements*.lock',
    ],
  },
  {
    why: 'the build runs it',
    patterns: [
      '*.*proj',
      '*.proj',
      '*.xcodeproj/**',
      '*.targets',
      '*.props',
      '*.sln',
      '*.slnx',
      'dotnet-tools.json',
      'pom.xml',
      'build.sbt',
      'project/*.sbt',
      '*.gradle',
      '*.gradle.kts',
      'gradle.properties',
      'gradlew',
      'gradlew.bat',
      'gradle/**',
      '.mvn/**',
      'mvnw',
      'mvnw.cmd',
      'web.config',
      'server.xml',
      '.bazelrc',
      'tools/bazel',
    ],
  },
  {
    // To commands the word is a revision.
    why: 'with it plain files are a repository to git, whose settings run programs',
    patterns: ['HEAD'],
    isForTools: true,
  },
  {
    why: 'it is installed code, which runs as it is and is in no review',
    patterns: ['node_modules/**', '.venv/**', 'venv/**', 'site-packages/**', '.tox/**', '.nox/**', 'vendor/bundle/**'],
    isForTools: true,
  },
];

interface Compiled extends Omit<Protection, 'patterns'> {
  pattern: RegExp;
  glob: string;
}

const compiled: readonly Compiled[] = protections.flatMap(({ patterns, ...protection }) =>
  patterns.map((glob) => ({ ...protection, glob, pattern: toPattern(glob) })),
);

export const protectedPatternCount = compiled.length;

/** Why a file always asks, in half a sentence, or `undefined`. `relativePath` is what the path gate answered. */
export function protectedBy(relativePath: string): string | undefined {
  const path = normalise(relativePath);
  return describe(compiled.find(({ pattern }) => pattern.test(path)));
}

/** The same for what a command names, or changes by itself. */
export function protectedFromCommands(relativePath: string): string | undefined {
  const path = normalise(relativePath);
  return describe(compiled.find(({ pattern, isForTools }) => isForTools !== true && pattern.test(path)));
}

function describe(found: Compiled | undefined): string | undefined {
  return found === undefined ? undefined : `${found.glob}: ${found.why}`;
}

/** What stands in such a file is taken for the user's words, in this session and in later ones. */
export function steersAgents(relativePath: string): boolean {
  const path = normalise(relativePath);
  return compiled.some(({ pattern, why }) => why === steering && pattern.test(path));
}

/** As Windows and the case-insensitive systems would read the name. */
function normalise(path: string): string {
  return path
    .replace(/\\/g, '/')
    .replace(/\p{Cf}/gu, '')
    .split('/')
    .map((segment) => segment.replace(/:.*$/, '').replace(/[. ]+$/, ''))
    .filter((segment) => segment !== '')
    .join('/')
    .normalize('NFKC')
    .toLowerCase();
}

function toPattern(glob: string): RegExp {
  const body = glob
    .toLowerCase()
    .split('**')
    .map((part) =>
      part
        .split('*')
        .map((text) => text.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
        .join('[^/]*'),
    )
    .join('.*');
  return new RegExp(`(?:^|/)${body}$`, 's');
}
