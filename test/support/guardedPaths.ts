/** Files that are protected wherever they lie: one or more of each family. */
export const guardedPaths: readonly string[] = `
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
server.xml ruby_lsp/my/addon.rb .ssh/config .netrc CODEOWNERS HEAD vendored/HEAD node_modules/a/index.js .venv/bin/x
venv/lib/x.py .pnp.cjs eslint.config.js .eslintrc.json prettier.config.mjs .prettierrc tailwind.config.ts svelte.config.js
vite.config.ts vitest.config.mjs vitest.workspace.ts jest.config.cjs playwright.config.ts .mocharc.yml .stylelintrc.json
.pylintrc .flake8 mypy.ini .rubocop.yml .golangci.yml phpstan.neon rust-toolchain.toml build.zig mix.exs hie.yaml
pyproject.toml setup.py setup.cfg Gemfile a.gemspec composer.json pom.xml build.sbt App.slnx a.xcodeproj/project.pbxproj
.hg/hgrc .jj/repo/config.toml .helix/languages.toml .gdbinit .Rprofile .flaskenv .idx/dev.nix .replit mise.local.toml
.kilocode/mcp.json .trae/rules.md .goosehints crush.json WARP.md AGENT.md commitlint.config.js .trunk/trunk.yaml
.tekton/a.yaml .cirrus.yml renovate.json .releaserc .goreleaser.yaml
`
  .trim()
  .split(/\s+/);
