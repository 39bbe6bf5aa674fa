import { describe, expect, it } from 'vitest';
import { protectedBy, protectedPatternCount } from '../../../src/core/repository/protectedFiles.js';

const guarded = `
.vscode/settings.json .vscode/tasks.json .vscode/launch.json .vscode/mcp.json .vscode/extensions.json my.code-workspace
.idea/workspace.xml .zed/settings.json .git/config .git/hooks/pre-commit .gitmodules .gitattributes .husky/pre-commit
.githooks/x lefthook.yml .pre-commit-config.yaml .lintstagedrc.json .github/workflows/ci.yml .github/actions/a/action.yml
.github/agents/a.md .github/hooks/h.json .github/copilot-instructions.md .gitlab-ci.yml .circleci/config.yml .travis.yml
azure-pipelines.yml Jenkinsfile bitbucket-pipelines.yml .buildkite/pipeline.yml .ci/run AGENTS.md CLAUDE.md GEMINI.md
.claude/settings.json .claude/settings.local.json .claude/agents/a.md .codex/config.toml .gemini/settings.json .cursor/mcp.json
.cursorrules .windsurfrules .roo/mcp.json .clinerules .clinerules/a.md .aider.conf.yml .mcp.json .baleen/rules.md
.baleenignore .envrc .env .env.local .bashrc .zshrc .profile .vimrc .devcontainer/devcontainer.json .devcontainer.json
.gitpod.yml .tool-versions package.json .npmrc .yarnrc .yarnrc.yml .pnpmfile.cjs pnpm-workspace.yaml .yarn/releases/yarn.cjs
sitecustomize.py Cargo.toml .cargo/config.toml build.rs yarn.lock Cargo.lock poetry.lock package-lock.json pnpm-lock.yaml
npm-shrinkwrap.json go.sum App.csproj App.fsproj App.vbproj App.vcxproj a.proj Directory.Build.props a.targets build.gradle
build.gradle.kts settings.gradle gradle.properties gradlew gradle/wrapper/gradle-wrapper.properties .mvn/extensions.xml web.config
server.xml ruby_lsp/my/addon.rb .ssh/config .netrc CODEOWNERS
`
  .trim()
  .split(/\s+/);

describe('protected files', () => {
  it('are a long list', () => {
    expect(protectedPatternCount).toBeGreaterThan(60);
    expect(guarded.length).toBeGreaterThan(60);
  });

  // Whether a file exists plays no part: the rule looks at the path alone, so that creating is guarded like editing (PRF-03).
  it.each(guarded)('PRF-02 %s, in any case, at any depth, as Windows reads it', (path) => {
    const folder = path.includes('/') ? path.replace('/', './') : `${path}.`;
    for (const form of [path, path.toUpperCase(), `packages/a/${path}`, folder, `${path}::$DATA`, `${path} `]) {
      expect(protectedBy(form), form).toBeDefined();
    }
  });

  it.each(['packages/a/.vscode/tasks.json', 'sub/.git/hooks/x', 'a/b/c/.github/workflows/x.yml', 'x/AGENTS.md'])(
    'PRF-04 %s',
    (path) => {
      expect(protectedBy(path)).toMatch(/: /);
    },
  );

  it.each([
    'src/a.ts',
    'README.md',
    'vscode/settings.json',
    'docs/agents.markdown',
    'src/package.json.ts',
    'lockfile.ts',
    'a.locked',
    'environment.ts',
    'src/gitmodules.ts',
    'env',
    'my.env.ts',
    'Cargo.toml.md',
    'test/lock/a.ts',
  ])('ordinary: %s', (path) => {
    expect(protectedBy(path)).toBeUndefined();
  });
});
