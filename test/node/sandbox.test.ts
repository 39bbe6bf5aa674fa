/** The walls of the sandbox, as root and as a normal user: what a command tries to do, and what is on the disk and the wire after it. */
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureTools } from '../../scripts/installTools.mjs';
import type { SandboxLevel } from '../../src/core/host.js';
import { makeBareBin } from '../support/sandbox/bareBin.js';
import { openSinkhole } from '../support/sinkhole.js';
import { until } from './processes.js';
import { createSandboxWorld, listAll, sandboxUsers, type SandboxWorld } from '../support/sandbox/world.js';

beforeAll(() => ensureTools(), 300_000);

const secret = 'sk-not-for-commands';

/** Prints, for each line, its number and whether it went; what it wrote to stderr stands before. */
function tryEach(lines: readonly string[]): string {
  return lines.map((line, at) => `( ${line}\n) 2>&1 && echo "went: ${at}" || echo "refused: ${at}"`).join('\n');
}

function wentOf(output: string): number[] {
  return [...output.matchAll(/^went: (\d+)$/gm)].map(([, at]) => Number(at));
}

describe.each(sandboxUsers)('as $name', (user) => {
  let world: SandboxWorld;
  const inWorkspace = (path: string): string => join(world.workspace, path);
  const inHome = (path: string): string => join(world.home, path);
  const one = async (line: string, sandbox: SandboxLevel = 'closed', env?: NodeJS.ProcessEnv) =>
    (await world.run([{ line, sandbox }], env)).results[0]!;

  const existing: Record<string, string> = {
    '.git/HEAD': 'ref: refs/heads/main\n',
    '.git/config': '[core]\n\trepositoryformatversion = 0\n',
    '.git/hooks/pre-commit.sample': 'sample\n',
    '.git/objects/info/keep': '',
    '.git/refs/heads/keep': '',
    'package.json': '{ "name": "project", "scripts": { "test": "node ok.mjs" } }\n',
    'package-lock.json': '{}\n',
    '.github/workflows/ci.yml': 'on: push\n',
    '.vscode/settings.json': '{}\n',
    'AGENTS.md': 'rules\n',
    'sub/package.json': '{ "name": "sub" }\n',
    'sub/.vscode/tasks.json': '{}\n',
    'sub/deep/.envrc': 'export A=1\n',
  };
  const ordinary: Record<string, string> = {
    'ok.mjs': 'console.log(1)\n',
    'sub/code.mjs': '',
    'sub/deep/x.txt': 'x\n',
  };

  beforeAll(async () => {
    world = await createSandboxWorld(user);
    const files = { ...existing, ...ordinary, 'dist/old/a.js': '', '.env': `KEY=${secret}\n`, 'server.pem': secret };
    world.write(Object.fromEntries(Object.entries(files).map(([path, text]) => [inWorkspace(path), text])));
    world.write({
      [inHome('.ssh/id_ed25519')]: secret,
      [inHome('.aws/credentials')]: secret,
      [inHome('.npmrc')]: `//registry.example/:_authToken=${secret}\n`,
      [inHome('.bashrc')]: '# mine\n',
      [join(world.stateBase, 'journal', 'image')]: secret,
      [join(world.workspace, '..', 'neighbour', 'file')]: 'theirs\n',
    });
  });
  afterAll(() => world.remove());

  it('T5: holds what it promises on this machine, by its own probe', async () => {
    expect((await world.run([])).status).toEqual({ works: true });
  });

  it('runs ordinary work: node, git that only reads, scripts, temporary files', async () => {
    const lines = [
      "node ok.mjs && node -e \"require('fs').writeFileSync('made.txt', '1')\" && test -s made.txt && rm made.txt",
      'mkdir -p out/deep && echo 1 > out/deep/a && mv out/deep/a out/b && rm -r out',
      'rm -r dist && mkdir dist && echo 1 > dist/a',
      'git --version && git -C sub rev-parse --show-toplevel',
      't=$(mktemp) && echo 1 > "$t" && test -s "$t" && cd /tmp && echo 2 > own',
      'cat package.json AGENTS.md .vscode/settings.json > /dev/null',
      'npm test --silent',
      'sed -i s/x/y/ sub/deep/x.txt && grep -q y sub/deep/x.txt && echo x > sub/deep/x.txt',
      'echo "$HOME" | grep -q home && test -n "$PATH"',
      '(sleep 0.1; echo late) & wait',
      'test "$(printf "a\\nb" | tail -n 1)" = b',
    ];
    const { exitCode, output } = await one(tryEach(lines));
    expect(output.split('\n').filter((line) => line.startsWith('refused'))).toEqual([]);
    expect(exitCode).toBe(0);
    expect(existsSync('/tmp/own')).toBe(false);
  });

  it('T5: writes nothing outside the workspace', async () => {
    symlinkSync(inHome('.bashrc'), inWorkspace('way-out'));
    const targets = [
      inHome('.bashrc'),
      inHome('new'),
      join(world.workspace, '..', 'neighbour', 'file'),
      join(world.workspace, '..', 'new'),
      '/etc/baleen-was-here',
      '/usr/local/bin/baleen-was-here',
      '/var/tmp/baleen-was-here',
      '/dev/shm/baleen-was-here',
      'way-out',
    ];
    const listOurs = (): string[] =>
      listAll(join(world.workspace, '..', '..')).filter((path) => !path.startsWith('home/.local/state/'));
    const before = listOurs();
    const writers = (target: string): string[] => [
      `echo x >> ${target}`,
      `cp ok.mjs ${target}`,
      `ln -sf ok.mjs ${target}`,
      `node -e "require('fs').appendFileSync('${target}', 'x')"`,
    ];
    // A link in the workspace is the command's own to replace; where it leads is not.
    const { output } = await one(tryEach([...targets.flatMap(writers), 'rm way-out']));
    rmSync(inWorkspace('way-out'), { force: true });
    expect([...listOurs(), 'work/project/way-out'].sort()).toEqual(before);
    for (const path of targets.slice(4, 8)) expect(existsSync(path)).toBe(false);
    expect(readFileSync(inHome('.bashrc'), 'utf8')).toBe('# mine\n');
    expect(readFileSync(join(world.workspace, '..', 'neighbour', 'file'), 'utf8')).toBe('theirs\n');
    expect(output).toMatch(/Read-only file system/);
  });

  it('T5, PRF-05: protected files stay as they are: there or not, nested, by every writer', async () => {
    const there = Object.keys(existing);
    const absent = [
      '.envrc',
      '.npmrc',
      '.mcp.json',
      '.husky/pre-commit',
      '.devcontainer/devcontainer.json',
      'CLAUDE.md',
    ]
      .concat(['.idea/x.xml', '.bashrc', '.claude/settings.json', '.cursor/rules'])
      .concat(['sub/.git/hooks/pre-commit', 'sub/deep/.vscode/tasks.json', 'sub/deep/.git/config']);
    const writers = (path: string): string[] => [
      `mkdir -p $(dirname ${path}); echo x > ${path}`,
      `echo x >> ${path}`,
      `echo x | tee ${path} > /dev/null`,
      `cp ok.mjs ${path}`,
      `cp ok.mjs copy; mv -f copy ${path}`,
      `ln -sf /etc/hostname ${path}`,
      `ln -f ok.mjs ${path}`,
      `sed -i s/a/b/ ${path}`,
      `rm -rf ${path}`,
      `chmod 777 ${path}`,
      `node -e "require('fs').writeFileSync('${path}', 'x')"`,
    ];
    const others = [
      'git config core.hooksPath evil',
      'git config --file .git/config core.fsmonitor evil',
      'npm pkg set scripts.prepare=evil',
      'mv .git git-aside && mkdir .git',
      'rm -rf .vscode && mkdir .vscode',
      'mv sub sub-aside && mkdir -p sub/.vscode',
      'mv .github github-aside',
      'mount --bind ok.mjs package.json',
      'umount package.json',
      'umount -l .git',
      'exec 9<>package.json',
    ];
    const { output } = await one(tryEach([...there, ...absent].flatMap(writers).concat(others)));
    for (const [path, text] of Object.entries(existing))
      expect(readFileSync(inWorkspace(path), 'utf8'), path).toBe(text);
    for (const path of absent) expect(existsSync(inWorkspace(path)), path).toBe(false);
    for (const path of ['sub-aside', 'git-aside', 'github-aside'])
      expect(existsSync(inWorkspace(path)), path).toBe(false);
    expect(listAll(world.workspace).filter((path) => /\.(envrc|npmrc|husky|idea|cursor)$/.test(path))).toEqual([
      'sub/deep/.envrc',
    ]);
    const count = (there.length + absent.length) * writers('').length + others.length;
    const went = wentOf(output);
    // Making a folder that is there already and the like; no byte of a protected file is different.
    expect(went.length).toBeLessThan(count / 20);
    expect(output).toMatch(/Read-only file system|Permission denied/);
  });

  it('PRF-05, T5: a protected name that no wall held is out of the workspace when its command has ended', async () => {
    const before = listAll(world.workspace);
    const makers: Record<string, string> = {
      'twin/package.json': 'cp -r sub twin 2> errors || rm errors',
      'new/.git': 'mkdir -p new/.git/hooks; echo x > new/.git/hooks/pre-commit; echo x > new/.git/config',
      'new/deep/.vscode': 'mkdir -p new/deep/.vscode; echo x > new/deep/.vscode/tasks.json',
      'sub/deep/package.json': 'cp package.json sub/deep/',
      'sub/deep/.husky': 'mkdir -p sub/deep/.husky; ln ok.mjs sub/deep/.husky/pre-commit',
      'sub/.envrc': 'ln -s ../ok.mjs sub/.envrc',
      'sub/.idea': 'ln -s deep sub/.idea',
      'sub/Agents.MD': 'echo x > x; mv x sub/Agents.MD',
      'sub/.npmrc': "node -e \"fs.writeFileSync('sub/.npmrc', 'x')\"",
      'sub/.mcp.json': 'mkfifo sub/.mcp.json',
      'new/.claude': 'mkdir new/.claude; echo x > new/.claude/settings.json; chmod 000 new/.claude',
    };
    const [first] = (await world.run([{ line: tryEach(Object.values(makers)), sandbox: 'closed' }])).results;
    expect(first!.output.split('\n').filter((line) => !/^(?:went: \d+)?$/.test(line))).toEqual([]);
    expect(first!.heldBack).toEqual(expect.arrayContaining(Object.keys(makers)));
    // Of a copied folder everything that is protected, and nothing else; a secret cannot be copied.
    expect(first!.heldBack).toEqual(expect.arrayContaining(['twin/.vscode']));
    // The empty folders that held places were copied, too.
    const emptyNew = ['twin/.git', 'twin/deep/.git', 'twin/deep/.vscode'];
    const ordinaryNew = ['new', 'new/deep', 'twin', 'twin/code.mjs', 'twin/deep', 'twin/deep/x.txt', ...emptyNew];
    expect(listAll(world.workspace)).toEqual([...before, ...ordinaryNew].sort());
    for (const path of ['new', 'twin']) rmSync(inWorkspace(path), { recursive: true });
  });

  it('PRF-05: an empty folder is none of it; what comes into one that was there is', async () => {
    const { results } = await world.run([
      { line: 'mkdir sub/deep/.zed sub/deep/.cursor && echo x > sub/deep/.cursor/rules', sandbox: 'closed' },
      { line: 'echo x > sub/deep/.zed/tasks.json', sandbox: 'closed' },
    ]);
    expect(results.map(({ heldBack }) => heldBack)).toEqual([['sub/deep/.cursor'], undefined]);
    expect(results[1]!.output).toMatch(/Read-only/);
    rmdirSync(inWorkspace('sub/deep/.zed'));
  });

  it('PRF-05: what was let in stands as it was, and is walled off from then on', async () => {
    const { results } = await world.run([
      {
        line: 'mkdir -p own/.husky && cp ok.mjs own/.husky/x && chmod 751 own/.husky/x',
        sandbox: 'closed',
        letIn: true,
      },
      { line: 'echo x > own/.husky/x', sandbox: 'closed' },
    ]);
    expect(results[0]!.heldBack).toEqual(['own/.husky']);
    expect(results[1]!.output).toMatch(/Read-only/);
    expect(readFileSync(inWorkspace('own/.husky/x'), 'utf8')).toBe(readFileSync(inWorkspace('ok.mjs'), 'utf8'));
    expect(statSync(inWorkspace('own/.husky/x')).mode & 0o777).toBe(0o751);
    rmSync(inWorkspace('own'), { recursive: true });
  });

  it('PRF-05: a command in the background keeps none either, and its output says where it went', async () => {
    const { results } = await world.run([
      {
        line: 'mkdir -p late/.vscode; echo x > late/.vscode/tasks.json; sleep 30',
        sandbox: 'closed',
        background: true,
      },
      { line: 'while [ ! -e late ] || [ -e late/.vscode ]; do sleep 0.1; done', sandbox: 'open' },
    ]);
    expect(results[0]!.output).toMatch(/\[Held back, .*late\/\.vscode appeared.*was moved to .*heldBack/);
    expect(existsSync(inWorkspace('late/.vscode'))).toBe(false);
    rmSync(inWorkspace('late'), { recursive: true });
  });

  it('PRF-05: of two commands side by side none takes away what holds places for the other', async () => {
    const { results } = await world.run([
      ...['first', 'second'].map((name) => ({
        ...{ line: `echo ${name}; touch ran-${name}; sleep 90`, sandbox: 'closed' as const, background: true as const },
      })),
      // And longer than it takes until the next look.
      {
        line: 'for i in $(seq 600); do [ -e ran-first ] && [ -e ran-second ] && break; sleep 0.1; done; sleep 2; rm ran-*',
        sandbox: 'open',
      },
    ]);
    expect(results.map(({ output }) => output.trim().split('\n').sort())).toEqual([['first', 'second']]);
    for (const folder of ['.claude', '.husky']) expect(existsSync(inWorkspace(folder)), folder).toBe(false);
  });

  it('PRF-05: what is put back beside a command in the background stays, whoever made it', async () => {
    const { results } = await world.run([
      { line: 'mkdir own; echo x > own/.envrc; sleep 30', sandbox: 'closed', background: true, letIn: true },
      // Longer than it takes until the next look.
      { line: 'sleep 3; cat own/.envrc', sandbox: 'open' },
    ]);
    expect(results[0]!.output).toMatch(/\[Held back, [^\]]*\]\s+x\n$/);
    rmSync(inWorkspace('own'), { recursive: true });
  });

  it('T5: reads no key, no secret of the workspace, nothing of Baleen’s state', async () => {
    const paths = [inHome('.ssh/id_ed25519'), inHome('.aws/credentials'), inHome('.npmrc'), '.env', 'server.pem']
      .concat([join(world.stateBase, 'journal', 'image')])
      .concat(['/proc/1/environ', '/proc/self/root' + inHome('.ssh/id_ed25519')]);
    const { output } = await one(
      `cat ${paths.join(' ')}; grep -r ${secret} ${world.home} . 2>/dev/null; ls -a ${inHome('.ssh')}`,
      'closed',
      {
        DEEPSEEK_API_KEY: secret,
      },
    );
    expect(output.replaceAll(`grep -r ${secret}`, '')).not.toContain(secret);
    expect(output).not.toContain('id_ed25519\n');
  });

  it('CMD-10, T5: no packet leaves and no name is resolved', async () => {
    const sink = await openSinkhole();
    const { port } = sink;
    const at = `127.0.0.1:${port}`;
    const lines = [
      `exec 3<>/dev/tcp/127.0.0.1/${port}`,
      `exec 3<>/dev/udp/127.0.0.1/${port} && echo x >&3 && sleep 0.2`,
      `curl -m 3 -s http://${at}/`,
      `node -e "require('net').connect(${port}, '127.0.0.1').on('error', () => process.exit(1)).on('connect', () => process.exit(0))"`,
      `node -e "const s = require('dgram').createSocket('udp4'); s.send('x', ${port}, '127.0.0.1', (e) => setTimeout(() => process.exit(e ? 1 : 0), 200))"`,
      `node -e "const d = new (require('dns').Resolver)({ timeout: 300, tries: 1 }); d.setServers(['${at}']); d.resolve4('example.com', (e) => process.exit(e ? 1 : 0))"`,
      "node -e \"require('dns').lookup('example.com', (e) => process.exit(e ? 1 : 0))\"",
      'getent hosts example.com',
      `git ls-remote git://${at}/x`,
      `git -c protocol.ext.allow=always clone "ext::bash -c 'exec 3<>/dev/tcp/127.0.0.1/${port}'" out`,
      `git push http://${at}/x HEAD`,
      `scp -o BatchMode=yes -o ConnectTimeout=2 -P ${port} ok.mjs 127.0.0.1:x`,
      `npm publish --registry http://${at} --fetch-retries 0 --ignore-scripts`,
      'ping -c 1 -W 1 127.0.0.1 && ping -c 1 -W 1 1.1.1.1',
      `nc -z -w 1 127.0.0.1 ${port}`,
      'nslookup -timeout=1 example.com',
      'dig +time=1 +tries=1 example.com',
      'ip link set lo down || ip route add default dev lo && curl -m 2 http://1.1.1.1',
    ];
    // Datagrams go nowhere without an error; what arrives counts.
    await one(tryEach(lines));
    expect(sink.hits()).toBe(0);
    const outside = await one(tryEach(lines.slice(0, 5)), 'none');
    expect(wentOf(outside.output)).toContain(0);
    expect(sink.hits()).toBeGreaterThanOrEqual(4);
    const open = await one(lines[3]!, 'open');
    expect(open.exitCode).toBe(0);
    await sink.close();
  });

  it('reaches no other program by a socket in the file system', async () => {
    const { output } = await one(
      `node -e "require('net').createServer().listen('s', () => { console.log('listens'); process.exit() }).on('error', (e) => console.log(e.code))"`,
    );
    expect(output.trim()).toBe('EPERM');
  });

  it('an approved command has the network and the whole workspace, but neither keys nor what lies outside', async () => {
    const lines = [
      'echo 1 > .envrc && rm .envrc && cp package.json copy && echo >> copy && cp copy package.json && rm copy',
      'cat .env > /dev/null && grep -q sk- .env',
      `grep -q authToken ${inHome('.npmrc')}`,
      `mkdir -p ${inHome('.npm')}`,
      `cat ${inHome('.ssh/id_ed25519')} ${inHome('.aws/credentials')}`,
      `echo x >> ${inHome('.bashrc')}`,
      `cat ${join(world.stateBase, 'journal', 'image')}`,
    ];
    const { output } = await one(tryEach(lines), 'open');
    expect(wentOf(output)).toEqual([0, 1, 2]);
    expect(output).not.toContain(secret);
    writeFileSync(inWorkspace('package.json'), existing['package.json']!);
  });

  it('CMD-16: a stop ends whatever the command has started, within two seconds', async () => {
    const mark = `31${Math.floor(Math.random() * 1e6)}`;
    const line = `trap "" TERM; (setsid sh -c 'trap "" TERM; sleep ${mark}; true' &) ; (sh -c 'sleep ${mark} & sleep ${mark}' &); sleep ${mark}`;
    const { results } = await world.run([{ line, sandbox: 'closed', cancelAfterMs: 1500 }]);
    expect(results[0]!.exitCode).toBeNull();
    const left = execFileSync('sh', [
      '-c',
      `grep -la "[s]leep.${mark}" /proc/[0-9]*/cmdline 2>/dev/null || true`,
    ]).toString();
    expect(left).toBe('');
  });

  it.each(['closed', 'open'] as const)(
    'says what ended with its shell, and nothing of what ended by itself (%s)',
    async (sandbox) => {
      const lines = [
        'sleep 50 & sleep 50 & echo started',
        'true & (true &); cat <(true) < /dev/null',
        'exit 3',
        'kill -9 $$',
      ];
      const { results } = await world.run(lines.map((line) => ({ line, sandbox })));
      const told = /^started\n\[Ended with the shell.*: 2 left in the background\. .*background: true\.\]\n$/;
      expect(results[0]).toMatchObject({ exitCode: 0, output: expect.stringMatching(told) as string });
      expect(results.slice(1, 3).map(({ output }) => output)).toEqual(['', '']);
      expect(results.slice(1).map(({ exitCode }) => exitCode)).toEqual([0, 3, 137]);
    },
  );

  it.each(['closed', 'open'] as const)(
    'CMD-16: with the program, killed, ends what a command hid (%s)',
    async (sandbox) => {
      const seconds = `41${Math.floor(Math.random() * 1e6)}`;
      const hide = `setsid env -i sh -c 'sleep ${seconds} & exit' < /dev/null > /dev/null 2>&1; touch hidden; sleep 60`;
      const child = world.start([{ line: hide, sandbox }]);
      const isThere = (): boolean => {
        const find = `grep -la "[s]leep.${seconds}" /proc/[0-9]*/cmdline 2>/dev/null || true`;
        return execFileSync('sh', ['-c', find]).toString() !== '';
      };
      await until(() => existsSync(inWorkspace('hidden')));
      expect(isThere()).toBe(true);
      child.kill('SIGKILL');
      await until(() => !isThere());
      rmSync(inWorkspace('hidden'));
      await world.run([]);
    },
  );

  it('EDT-19: what a killed sandbox left is removed at the next start, and only that', async () => {
    writeFileSync(inWorkspace('.mcp.json'), '', { mode: 0o444 });
    mkdirSync(inWorkspace('.cursor'));
    const child = world.start([{ line: 'sleep 30', sandbox: 'closed' }]);
    while (!existsSync(inWorkspace('.envrc'))) await sleep(20);
    await sleep(300);
    child.kill('SIGKILL');
    await sleep(300);
    const left = ['.envrc', '.husky', '.idea', 'sub/deep/.vscode', '.npmrc'];
    for (const path of left) expect(readdirSync(inWorkspace(path)), path).toEqual([]);
    // The user has taken one of them over meanwhile.
    rmdirSync(inWorkspace('.npmrc'));
    writeFileSync(inWorkspace('.npmrc'), 'fund=false\n');
    await world.run([]);
    for (const path of left.slice(0, 4)) expect(existsSync(inWorkspace(path)), path).toBe(false);
    expect(readFileSync(inWorkspace('.npmrc'), 'utf8')).toBe('fund=false\n');
    for (const path of ['.mcp.json', '.cursor']) expect(existsSync(inWorkspace(path)), path).toBe(true);
  });

  it('T5: without bubblewrap nothing runs that needs it, and the sentence says what to do', async () => {
    const bin = makeBareBin(join(world.home, 'bin'));
    const lines = [
      { line: 'touch ran-closed', sandbox: 'closed' as const },
      { line: 'touch ran-open', sandbox: 'open' as const },
    ];
    const { status, results } = await world.run(lines, { PATH: bin });
    expect(status).toEqual({
      works: false,
      why: expect.stringMatching(/bubblewrap.*apt install bubblewrap/) as string,
    });
    expect(results[0]).toMatchObject({ exitCode: 126, output: expect.stringMatching(/^Not run: /) as string });
    expect(existsSync(inWorkspace('ran-closed'))).toBe(false);
    expect(results[1]).toMatchObject({ exitCode: 0 });
    expect(results[1]!.sandbox).toBeUndefined();
  });
});

describe.each(sandboxUsers)('a root that is a protected folder itself, as $name', (user) => {
  it('PRF-05: nothing is written in a root .vscode', async () => {
    const world = await createSandboxWorld(user, 'project/.vscode');
    const old = join(world.workspace, 'settings.json');
    world.write({ [old]: '{}\n' });
    const lines = ['echo x > tasks.json', 'echo x > settings.json', 'mkdir new', 'rm settings.json'];
    const { results } = await world.run([
      { line: tryEach([...lines, 'cat settings.json']), sandbox: 'closed' },
      { line: 'echo x > own', sandbox: 'open' },
    ]);
    expect(wentOf(results[0]!.output)).toEqual([lines.length]);
    expect(results[0]!.heldBack).toBeUndefined();
    expect(results[1]!.exitCode).toBe(0);
    expect(readFileSync(old, 'utf8')).toBe('{}\n');
    expect(listAll(world.workspace)).toEqual(['own', 'settings.json']);
    world.remove();
  });

  it('PRF-05: what is protected in a root .github stays, and what appears is held back', async () => {
    const world = await createSandboxWorld(user, 'project/.github');
    const old = join(world.workspace, 'workflows/ci.yml');
    world.write({ [old]: 'on: push\n', [join(world.workspace, 'FUNDING.yml')]: 'x\n' });
    const { results } = await world.run([
      {
        line: tryEach(['echo x > workflows/ci.yml', 'echo x > workflows/new.yml', 'echo y > FUNDING.yml']),
        sandbox: 'closed',
      },
      { line: 'mkdir -p actions/x && echo x > actions/x/run.sh; echo x > dependabot.yml', sandbox: 'closed' },
    ]);
    expect(wentOf(results[0]!.output)).toEqual([2]);
    expect(results.map(({ heldBack }) => heldBack?.sort())).toEqual([undefined, ['actions', 'dependabot.yml']]);
    expect(readFileSync(old, 'utf8')).toBe('on: push\n');
    expect(listAll(world.workspace)).toEqual(['FUNDING.yml', 'workflows', 'workflows/ci.yml']);
    world.remove();
  });
});
