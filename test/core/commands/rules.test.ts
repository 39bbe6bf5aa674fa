/** Denying, allowing for good, other shells, and what happens when a line cannot be judged. */
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { memoryOf } from '../../../src/core/commands/gate.js';
import { mayBeKept } from '../../../src/core/commands/programs.js';
import { fiveRules, loadGrammar, openTestGate, type GateOptions, type TestGate } from './testGate.js';

let gate: TestGate | undefined;
afterEach(() => gate?.close());

function open(options: GateOptions = {}): TestGate {
  gate?.close();
  return (gate = openTestGate(options));
}

const at = (command: string, cwd = '.') => ({ command, cwd });

describe('CMD-08, SEC-10: where git tracks a file that is kept from the model', () => {
  const hiddenInGit = ['conf/notes.txt'];
  const printing: [command: string, others: readonly string[]][] = [
    [
      'git log',
      ['-p', '-p --stat', '-U3', '--patch -n 1', '-u -- conf', '-p conf/notes.txt', '-p .', '--cc', '-L1,2:a.txt'],
    ],
    ['git log', ['-p --author src', '-p -n src', '-p --follow CONF', '--oneline -p', '--word-diff']],
    ['git show', ['', 'HEAD', 'HEAD~2', '--stat a1b2c3d', '-s a1b2c3d4', 'HEAD --stat -p', 'HEAD -- conf/notes.txt']],
    ['git show', ['HEAD:a.txt HEAD', 'a1b2c3d -- a.txt', 'HEAD a.txt']],
    ['git diff', ['', 'HEAD~1', '--cached', '--check', '--stat -p', 'main -- .', '--word-diff --stat']],
  ];
  const lines = printing.flatMap(([command, others]) => others.map((other) => `${command} ${other}`.trim()));
  const exact = [
    'git grep password',
    'git grep password a.txt',
    'git cat-file -p a1b2c3d',
    'git cat-file --batch',
    'git stash show -p',
    'git stash list -p',
    'git whatchanged -p',
    'git format-patch -1 --stdout',
    'git archive HEAD',
    'git blame conf/notes.txt',
    'git status -v',
    'git --no-pager log -p',
    'git -C . log -p',
    'sudo git log -p',
    "bash -c 'git log -p'",
    'ls; git log -p | head -n 5',
  ];
  const silent = [
    'git log',
    'git log --oneline -n 5',
    'git log -5 --stat',
    'git log --name-only --author x',
    'git log -p -- a.txt src',
    'git log -p src/a.ts',
    'git log -p -n 5 src',
    'git status -sb',
    'git diff --stat',
    'git diff --cached --name-only',
    'git diff -- src',
    'git diff HEAD~1 src/a.ts',
    'git show --stat HEAD',
    'git show HEAD:a.txt',
    'git show HEAD -- src',
    'git blame src/a.ts',
    'git ls-files',
    'git rev-parse HEAD',
    'git branch -a',
  ];
  const readers = ['git log', 'git show', 'git diff', 'git status', 'git blame', 'git ls-files', 'git rev-parse'];
  const allowed = [...readers, 'git branch'];

  test.each(lines)('%s asks, whatever a rule says', async (command) => {
    const { judge } = open({ allowed: [...allowed, command], hiddenInGit });
    const judgement = await judge(at(command));
    expect(judgement).toMatchObject({ verdict: 'asks', isRisky: true });
    expect(judgement.reason).toContain('prints texts out of git, and with them that of conf/notes.txt');
    expect(memoryOf(judgement)).toBeUndefined();
  });

  test.each(exact)('%s asks though exactly this line is allowed', async (command) => {
    expect(await open({ allowed: [command], hiddenInGit }).verdictOf(command)).toBe('asks');
    const { reason, isRisky } = await gate!.judge(at(command));
    expect([reason, isRisky]).toEqual([expect.stringContaining('kept from the model'), true]);
    expect(await open({ allowed: [command] }).verdictOf(command)).toBe('allowed');
  });

  test.each(silent)('%s runs as it did', async (command) => {
    expect(await open({ allowed, hiddenInGit }).verdictOf(command)).toBe('allowed');
  });
});

describe('what is denied', () => {
  test.each([51, 5_000])('CMD-07: is found at the end of %i commands', async (count) => {
    const { judge } = open({ denied: ['rm'] });
    const line = [...Array.from({ length: count - 1 }, () => 'ls'), 'rm a'].join(';');
    const judgement = await judge(at(line));
    expect(judgement.verdict).toBe('denied');
    expect(judgement.reason).toContain('rm a');
    expect(await open({ denied: ['rm'] }).verdictOf(line.replace('rm a', 'ls'))).toBe('allowed');
  });

  test.each([
    'git push',
    'git push --force origin main',
    'git -C /other push',
    'git -c a=b --no-pager push',
    '/usr/bin/git push',
    'sudo git push',
    'sudo -u x git push',
    'env A=1 git push',
    'env -i git push',
    'timeout 5 git push',
    'nice -n 5 ionice -c 3 git push',
    'watch -n 1 git push',
    'setsid nohup git push',
    'ls | xargs git push',
    'find . -exec git push {} +',
    'command git push',
    'exec git push',
    "g''it push",
    '\\git push',
    '"git" push',
    'A=1 git push',
    '> f git push',
    'echo > f; git >g push',
    '$(git push)',
    '`git push`',
    'cat <(git push)',
    '(git push)',
    'if ls; then git push; fi',
    'f() { git push; }; f',
    'git push &',
    'cat <<E\n$(git push)\nE',
    "bash -c 'git push'",
    "sudo sh -lc 'ls; git push'",
    'bash -c \'bash -c "git push"\'',
    'eval git push',
    "eval 'git push'",
    'git push; ls "',
    'ls\rgit push; git push',
    "bash -cx 'git push'",
    "bash --norc -c -- 'git push'",
    "watch -n 1 'git push'",
    "su -c 'git push' x",
    "env -S 'git push'",
    "hyperfine 'git push'",
    'chrt 5 git push',
    'unbuffer git push',
    'systemd-run --user git push',
    'cross-env A=1 git push',
    'uv run git push',
    'bundle exec git push',
    'npm exec -- git push',
    'docker run -v .:/x image git push',
    "git rebase -x 'git push' main",
    'git submodule foreach git push',
  ])('is found in %j', async (line) => {
    expect(await open({ denied: ['git push'], allowed: [line, 'git push'] }).verdictOf(line)).toBe('denied');
  });

  test.each(['git $X', 'git ${X:-push} --force', 'git -C $D $X', '"$X" push', 'sudo $X', "git $'push'"])(
    'CMD-07: may be meant by %j, so that no mode runs it by itself',
    async (line) => {
      expect(await open({ denied: ['git push'] }).judge(at(line))).toMatchObject({ verdict: 'asks', isUnread: true });
    },
  );

  test('is not what only sounds like it', async () => {
    const { verdictOf } = open({ denied: ['git push', 'rm'], allowed: ['git log', 'ls', 'npm run rm'] });
    for (const line of ['git log --grep=push', 'ls -la', 'npm run rm', 'git log -5', 'git log --grep "git push"']) {
      expect(await verdictOf(line), line).toBe('allowed');
    }
  });
});

describe('CMD-08: a line that nobody has read asks', () => {
  const missing = (): Promise<Uint8Array> => Promise.reject(new Error('no such file'));

  test('where the grammar is missing, and where it is damaged', async () => {
    expect(await open({ load: missing }).verdictOf('ls -la')).toBe('asks');
    const damaged = (name: string) =>
      name === 'tree-sitter' ? loadGrammar(name) : Promise.resolve(new Uint8Array([0, 1, 2]));
    expect(await open({ load: damaged }).verdictOf('ls -la')).toBe('asks');
    expect(await open({ load: missing, denied: ['git push'] }).verdictOf('ls; git push')).toBe('denied');
  });

  test('where it is nested deeper or is longer than people write', async () => {
    const { verdictOf } = open();
    expect(await verdictOf(`${'('.repeat(5_000)}ls${')'.repeat(5_000)}`)).toBe('asks');
    expect(await verdictOf(`${'$('.repeat(9_000)}`)).toBe('asks');
    expect(await verdictOf(`ls ${'a'.repeat(20_000)}`)).toBe('asks');
    expect(await verdictOf(`cat ${'a.txt '.repeat(300)}`)).toBe('asks');
  });

  test('where it is for a shell of another kind', async () => {
    expect(await open({ language: 'none' }).verdictOf('ls -la')).toBe('asks');
    expect(await open({ language: 'none', denied: ['git push'] }).verdictOf('dir & git push')).toBe('denied');
    // What the user wrote himself, character by character, needs no reading.
    expect(await open({ language: 'none' }).verdictOf('npm test')).toBe('allowed');
  });
});

describe('CMD-11: in PowerShell', () => {
  const powershell = (options: GateOptions = {}): TestGate => open({ language: 'powershell', ...options });

  test.each([
    'gci; ri x',
    'iex "ri x"',
    '& { ri x }',
    'r`i x',
    'gci | % { ri $_ }',
    'cmd /c a & b',
    'cmd /c "a & b"',
    '[IO.File]::Delete("x")',
    '$x = 1; gci',
    'gci > f',
    'gci $(ri x)',
    'gci @x',
    '. ./x.ps1',
    '& "x.exe"',
    'npm test --% x',
    'npm test, x',
    'gci | npm test',
    'gci -Path x',
  ])('%j asks', async (line) => {
    expect(await powershell({ allowed: ['gci', 'npm test'] }).verdictOf(line)).toBe('asks');
  });

  test('exact commands are allowed, options of readers are not', async () => {
    const { verdictOf } = powershell({ allowed: ['npm test', 'ls'] });
    expect(await verdictOf('npm test')).toBe('allowed');
    expect(await verdictOf('npm test; ls')).toBe('allowed');
    expect(await verdictOf('ls -la')).toBe('asks');
  });

  test.each(['gci; git push', '& { git push }', 'g`it push', 'iex git push'])('%j is denied', async (line) => {
    expect(await powershell({ denied: ['git push'] }).verdictOf(line)).toBe('denied');
  });
});

describe('CMD-12: what is allowed for good', () => {
  const remembered = async (line: string, options: GateOptions = {}) => memoryOf(await open(options).judge(at(line)));

  test('is the commands of a line that are not allowed yet, each by its words', async () => {
    expect(await remembered('npm run build && npm run lint 2>&1; ls')).toEqual({
      kind: 'always',
      commands: ['npm run build', 'npm run lint'],
    });
    const { judge, remember, verdictOf, again } = gate!;
    const line = at('npm run build && npm run lint 2>&1; ls');
    await remember(line, await judge(line), 'approved_always');
    for (const known of ['npm run build', 'npm run lint', 'npm run lint; npm run build']) {
      expect(await verdictOf(known), known).toBe('allowed');
    }
    for (const other of ['npm run buildx', 'npm run build x', 'npm run', 'npm run build > f', 'sudo npm run build']) {
      expect(await verdictOf(other), other).toBe('asks');
    }
    expect(await verdictOf('npm run build', 'src')).toBe('asks');
    expect(await again().verdictOf('npm run build')).toBe('allowed');
  });

  test('lies in the state folder, for its owner alone, and nothing of it in the workspace', async () => {
    const { judge, remember, stateFolder } = open();
    const line = at('npm run build');
    await remember(line, await judge(line), 'approved_always');
    const path = join(stateFolder, 'allowedCommands.json');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({
      allowed: [{ words: ['npm', 'run', 'build'], folder: '.' }],
    });
  });

  test.each([
    "bash -c 'ls'",
    'sh x.sh',
    'node x.js',
    'python3 x.py',
    'python3.12 x.py',
    'sudo npm run build',
    'env npm run build',
    'npx eslint',
    'npm exec eslint',
    'xargs ls',
    'find src',
    './x.sh',
    'export A=1',
    'npm run build && bash x.sh',
    'npm run build | sh',
    'ls *.ts',
    'A=1 npm run build',
    'npm run build > out.txt',
    'if ls; then npm run build; fi',
  ])('is nothing of %j', async (line) => {
    expect((await remembered(line))?.kind).not.toBe('always');
  });

  test.each([
    'rm -rf src',
    'git checkout -- .',
    'git checkout src/a.ts',
    'git restore .',
    'git reset --hard',
    'git clean -fd',
    'git stash drop',
    'git stash',
    'git branch -D main',
    'sudo rm x',
    'find . -delete',
    'git push',
    'curl https://example.com',
    'npm publish',
    'ls && rm -rf src',
    'cp a.txt ../x',
    'cat .env',
    'cp a.txt package.json',
    'npm pkg set scripts.prepare=./x',
    'git config core.hooksPath x',
  ])('%j asks each time, and says so to a mode that runs commands by itself', async (line) => {
    const judgement = await open().judge(at(line));
    expect(judgement).toMatchObject({ verdict: 'asks', isRisky: true });
    expect(memoryOf(judgement)).toBeUndefined();
  });

  test('a damaged or foreign file allows nothing, and no interpreter comes back from it', async () => {
    const first = open();
    const line = at('npm run build');
    await first.remember(line, await first.judge(line), 'approved_always');
    const path = join(first.stateFolder, 'allowedCommands.json');
    writeFileSync(path, '{"allowed":[{"words":["bash"],"folder":".","at":"x"}]}');
    expect(await first.verdictOf('bash')).toBe('asks');
    writeFileSync(path, '{"allowed":"*"}');
    expect(await first.verdictOf('npm run build')).toBe('asks');
  });

  test('is taken back as a whole', async () => {
    const { judge, remember, verdictOf, kept } = open();
    const line = at('npm run build');
    await remember(line, await judge(line), 'approved_always');
    expect(await kept.forget()).toHaveLength(1);
    expect(await verdictOf('npm run build')).toBe('asks');
  });

  test('never begins with a wrapper or an interpreter', () => {
    for (const name of ['bash', 'sudo', 'env', 'node', 'perl', 'awk', 'eval', 'source', '.', '/bin/ls', 'python3.12']) {
      expect(mayBeKept([name, 'x']), name).toBe(false);
    }
  });
});

describe('CMD-15: a rule', () => {
  test('of a star allows nothing', async () => {
    const { verdictOf } = open({ allowed: ['*', '**', '.*', ''] });
    for (const line of ['ls', 'rm x', '*', 'npm test'])
      expect(await verdictOf(line), line).toBe(line === '*' ? 'allowed' : 'asks');
  });

  test('comes from settings that no folder can set', () => {
    const { contributes } = JSON.parse(readFileSync('package.json', 'utf8')) as {
      contributes: { configuration: { properties: Record<string, { scope: string }> } };
    };
    for (const name of ['baleen.allowedCommands', 'baleen.deniedCommands']) {
      expect(contributes.configuration.properties[name]?.scope).toBe('machine');
    }
  });
});

describe('what is shown of a line', () => {
  test('PRF-05: names the protected file, the file outside, the secret file', async () => {
    const { judge } = open();
    const reasonOf = async (line: string): Promise<string> => (await judge(at(line))).reason;
    expect(await reasonOf('cp a.txt .git/hooks/pre-commit')).toContain('.git/hooks/pre-commit, which is protected');
    expect(await reasonOf('cat a.txt > package.json')).toContain('package.json, which is protected');
    expect(await reasonOf('cp a.txt ../x')).toContain('../x, outside the workspace');
    expect(await reasonOf('cat .env')).toContain('.env, a secret file');
    expect(await reasonOf('dd of=.vscode/tasks.json')).toContain('.vscode/tasks.json, which is protected');
    expect(await reasonOf('git -C /other log')).toContain('/other, outside the workspace');
  });

  test('is each part, and which of them would have run', async () => {
    const { parts } = await open().judge(at('ls src && FOO=1 npm test | tee $X'));
    expect(parts.map(({ text, verdict }) => [text, verdict])).toEqual([
      ['ls src', 'allowed'],
      ['FOO=1 npm test', 'asks'],
      ['tee $X', 'asks'],
    ]);
    expect(parts[1]!.why).toContain('sets a variable');
    expect(parts[2]!.why).toContain('uses a variable');
  });

  test.each([
    'cat a.txt',
    'git show HEAD:a.txt',
    'git show HEAD~1:./a.txt',
    'git show :a.txt',
    'git log -p -- a.txt',
    'git log -p a.txt',
    'git log -p -- kept',
    'git log -p -- kept/',
  ])('SEC-06: a file that is kept from the model asks, also where git tells of it: %s', async (line) => {
    const { verdictOf } = open({ hidden: ['a.txt', 'kept/x'] });
    expect(await verdictOf(line)).toBe('asks');
    expect(await verdictOf(line.replaceAll('a.txt', 'README.md').replaceAll('kept', 'docs'))).toBe('allowed');
  });

  test.each([
    'cat a.txt',
    'cat a.txt | head -c 20',
    'head -c 20 a.txt',
    'tail -n +2 a.txt',
    'grep -o x. a.txt',
    'git show HEAD:a.txt',
    'git log -p -- a.txt',
    'git blame -L 3,4 a.txt',
  ])('SEC-10: a part of a secret has no form that it is known by, so that %j asks', async (line) => {
    const allowed = [...fiveRules, 'head', 'tail', 'grep', 'git blame'];
    const { verdictOf } = open({ allowed, withSecrets: ['a.txt'] });
    expect(await verdictOf(line)).toBe('asks');
    expect(await verdictOf(line.replaceAll('a.txt', 'README.md'))).toBe('allowed');
    expect(await verdictOf('ls a.txt')).toBe('allowed');
  });

  test.each([
    'ls; cd ..; cat x',
    'ls && cd .. && cat outside/x',
    'ls\ncd\ncat notes',
    'true; cd ..; npm test',
    'ls; pushd src; ls',
    'eval a; cat a.txt',
  ])('CMD-14: behind a rule that moves the shell nothing is certain: %j', async (line) => {
    const { verdictOf } = open({ allowed: [...fiveRules, 'cd', 'cd ..', 'pushd src', 'eval a', 'true'] });
    expect(await verdictOf(line)).toBe('asks');
    expect(await verdictOf('ls; cd ..')).toBe('allowed');
  });

  test('CMD-09: plain files that make the folder a repository, whose settings run programs, are no folder for git', async () => {
    const { folder, verdictOf } = open({ allowed: ['git status', 'git log', 'ls'] });
    const lines = ['git status', 'git log -5', 'git --no-pager log', 'ls; git status'];
    for (const line of lines) expect(await verdictOf(line), line).toBe('allowed');
    writeFileSync(join(folder, 'HEAD'), 'ref: refs/heads/main\n');
    for (const line of lines) expect(await verdictOf(line), line).toBe('asks');
    expect(await verdictOf('ls')).toBe('allowed');
  });

  test('a program of the table is not allowed without a rule that names it', async () => {
    const { verdictOf } = open({ allowed: ['npm test'] });
    for (const line of ['ls', 'cat a.txt', 'git log', 'pwd', 'echo x'])
      expect(await verdictOf(line), line).toBe('asks');
    expect(fiveRules).toHaveLength(5);
  });
});
