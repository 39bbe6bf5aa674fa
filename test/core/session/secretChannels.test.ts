/**
 * Secrets in every place that reaches a message, through the real workspace: the simulator's received bytes hold none,
 * and what stood beside them arrived, so that the place was really one.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { runRefactor } from '../../../src/core/refactor/refactor.js';
import { noDocuments } from '../../../src/node/nodeHost.js';
import { collectChanges } from '../../../src/core/review/collectChanges.js';
import { reviewChanges } from '../../../src/core/review/review.js';
import { startSession } from '../../../src/core/session/session.js';
import { runTurn } from '../../../src/core/session/turns.js';
import { noSelection } from '../../../src/core/repository/selection.js';
import { assertMessagesGrow } from '../../support/simulator/growth.js';
import { makeSmallRepository } from '../../support/smallRepository.js';
import { openSimulatedWorkspace, type SimulatedWorkspace } from '../../support/workspace.js';
import { secretMakers } from '../view/secretMakers.js';

const wires = ['openai', 'anthropic'] as const;
const signal = new AbortController().signal;
let calls = 0;
const call = (name: string, args: unknown) => ({ id: `c${++calls}`, name, arguments: JSON.stringify(args) });
const bodiesOf = (workspace: SimulatedWorkspace): string =>
  workspace.simulator.requests.map(({ text }) => text).join('\n');

/** What stands next to the secret of a place, and the secret. */
const places = {
  'a file of the pack': 'inPack',
  'a file name': 'inFileName',
  'a folder name': 'inFolderName',
  'the branch': 'inBranch',
  'the user’s message': 'inMessage',
  'an unsaved buffer': 'inBuffer',
  'a hit of a search': 'inSearch',
  'the lines around a hit': 'inContext',
  'a file that is read': 'inRead',
  'the diff of an edit': 'inEdit',
  'the nearest text of a failed edit': 'inNearest',
  'the output of a command': 'inOutput',
  'its errors': 'inErrors',
  'output that comes in two pieces': 'inPieces',
  'output with colours inside': 'inColours',
  'the end of a long output’s head': 'inHead',
  'the beginning of its tail': 'inTail',
  'output in base64': 'inBase64',
  'the name of a file that a command made': 'inMadeName',
  'a new file of the change log': 'inCreated',
  'a diff of the change log': 'inChanged',
  'a file name of the change log': 'inLateName',
  'a reviewed change': 'inReview',
  'a commit message that git prints': 'inCommit',
  'the output of a verify command': 'inVerify',
} as const;
type Place = (typeof places)[keyof typeof places];
const markOf = (place: Place): string => `beside-${place.slice(2)}`;
const tokenOf = (place: Place): string => {
  const noise = createHash('sha256').update(place).digest('base64').replace(/[+/=]/g, '');
  return `gh${'p_'}${noise.slice(0, 36).padEnd(36, 'x7')}`;
};
const base64Of = (place: Place): string => Buffer.from(tokenOf(place)).toString('base64');
const lineOf = (place: Place): string => `${markOf(place)} = "${tokenOf(place)}"`;
/** A shell word that is the token only when it is run. */
const split = (text: string): string => `$(printf ${text.slice(0, 6)}; printf ${text.slice(6)})`;
const shellLine = (place: Place): string => `echo ${markOf(place)} ${split(tokenOf(place))}`;

describe.each(wires)('SEC-10 (%s)', (wire) => {
  let folder: string;
  let workspace: SimulatedWorkspace;
  let sent = '';

  beforeAll(async () => {
    folder = await makeSmallRepository();
    const write = (path: string, text: string): void => {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    };
    write('pack.js', `${lineOf('inPack')}\n`);
    write(`${markOf('inFileName')}-${tokenOf('inFileName')}.txt`, 'x\n');
    write(`${markOf('inFolderName')}-${tokenOf('inFolderName')}/x.txt`, 'x\n');
    write('search.js', `needle ${lineOf('inSearch')}\n${lineOf('inContext')}\n`);
    write('read.js', `${lineOf('inRead')}\n`);
    write('edit.js', `let x = 1;\n${lineOf('inEdit')}\n${lineOf('inNearest')}\nlet nearestOfAll = 2;\n`);
    write('buffer.js', 'saved\n');
    write('changed.js', 'one\ntwo\n');
    const buffer = { path: join(folder, 'buffer.js'), text: `${lineOf('inBuffer')}\n` };
    const git = (...args: string[]) =>
      execFileSync('git', ['-c', 'user.name=T', '-c', 'user.email=t@t', ...args], { cwd: folder });
    git('checkout', '-q', '-b', `${markOf('inBranch')}-${tokenOf('inBranch')}`);
    git('add', '-A');
    git('commit', '-qm', lineOf('inCommit'));
    write('ignored/head.js', cutAt(16, 'inHead'));
    write('ignored/tail.js', cutAt(-32, 'inTail'));
    const commands = [
      shellLine('inOutput'),
      `${shellLine('inErrors')} >&2`,
      `echo -n ${markOf('inPieces')} ${tokenOf('inPieces').slice(0, 12)}; sleep 0.3; echo ${tokenOf('inPieces').slice(12)}`,
      `printf '${markOf('inColours')} ${tokenOf('inColours').slice(0, 9)}\\033[1m${tokenOf('inColours').slice(9)}\\033[0m\\n'`,
      'node ignored/head.js',
      'node ignored/tail.js',
      `echo ${markOf('inBase64')} ${split(base64Of('inBase64'))}`,
      `touch ${markOf('inMadeName')}-${split(tokenOf('inMadeName'))}`,
      'git log -1 --format=%s',
    ];
    const edits = [
      call('edit_file', { path: 'edit.js', hunks: [{ old_text: 'let x = 1;', new_text: 'let x = 3;' }] }),
      call('edit_file', {
        path: 'edit.js',
        hunks: [{ old_text: `${markOf('inNearest')} = 1\nlet nearestOfAl = 2;`, new_text: 'y' }],
      }),
    ];
    const verify = `${shellLine('inVerify')}; false`;
    const site = {
      path: 'src/main.mjs',
      quote: "console.log(greet('world'));",
      severity: 'info',
      category: 'site',
      message: 'm',
    };
    const script = [
      {
        calls: [
          call('list_files', {}),
          call('search_files', { pattern: 'needle', context_lines: 1 }),
          call('read_file', { path: 'read.js' }),
          call('read_file', { path: 'buffer.js' }),
        ],
      },
      { calls: edits },
      { calls: commands.map((command) => call('run_command', { command })) },
      { text: 'One.' },
      { text: 'Two.' },
      { calls: [call('report_findings', { findings: [] })] },
      { calls: [call('report_findings', { findings: [site] })] },
      {
        calls: [
          call('edit_file', {
            path: 'src/main.mjs',
            hunks: [{ old_text: "greet('world')", new_text: "greet('you')" }],
          }),
        ],
      },
      { text: 'Edited.' },
      { text: 'Nothing to repair.' },
    ];
    const documents = {
      unsaved: (path: string) => (path === buffer.path ? { text: buffer.text, version: 1 } : undefined),
      listUnsaved: () => [],
      listOpen: () => [],
      replaceText: async () => false,
      isUnsavedNotebook: () => false,
      watchReload: noDocuments.watchReload,
    };
    workspace = await openSimulatedWorkspace(folder, script, {
      wire,
      allowedCommands: [...commands, verify],
      documents,
    });
    const session = await startSession(workspace.parts, workspace.settings, 'chat', () => undefined, signal);
    const send = async (request: string) =>
      (await runTurn(session, request, { kind: 'chat', request }, signal)).outcome;
    expect(await send(`use ${lineOf('inMessage')}`)).toBe('done');
    write('created.js', `${lineOf('inCreated')}\n`);
    write('changed.js', `one\n${lineOf('inChanged')}\ntwo\n`);
    write(`${markOf('inLateName')}-${tokenOf('inLateName')}.txt`, 'x\n');
    expect(await send('go on')).toBe('done');
    write('src/greet.mjs', `export const greet = (name) => name;\n${lineOf('inReview')}\n`);
    const { changes } = await collectChanges(
      workspace.parts.host,
      { roots: workspace.parts.roots, selection: noSelection },
      { kind: 'head' },
      signal,
    );
    expect((await reviewChanges({ session, changes, title: 'review' }, signal)).state).toBe('clean');
    const choose = async <T>(sites: T): Promise<T> => sites;
    await runRefactor({ session, rule: 'be polite', verify: [verify], choose, maxRounds: 1 }, signal);
    sent = bodiesOf(workspace);
    assertMessagesGrow(workspace.simulator.requests);
  });

  afterAll(async () => {
    await workspace.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it.each(Object.entries(places))('nothing leaves of %s', (_name, place) => {
    expect(sent).toContain(markOf(place));
    const token = tokenOf(place);
    // Elsewhere the parts of a token stand in the model's own call.
    const parts = place === 'inHead' || place === 'inTail' ? [token.slice(0, 16), token.slice(-16)] : [];
    for (const part of [token, base64Of(place), ...parts]) expect(sent).not.toContain(part);
  });
});

/** A program whose output is one line of more than is kept, of few tokens, with a secret across the place where it is cut. */
function cutAt(kilobytes: number, place: Place): string {
  const whole = 120 * 1024;
  const token = tokenOf(place);
  const at = kilobytes > 0 ? kilobytes * 1024 - 20 : whole + kilobytes * 1024 - 20;
  const before = at - markOf(place).length - 1;
  return [
    `const token = ['${token.slice(0, 7)}', '${token.slice(7)}'].join('');`,
    `const line = ' '.repeat(${whole}).slice(0, ${kilobytes > 0 ? before : at}) + ${kilobytes > 0 ? `'${markOf(place)} ' + token` : `token + ' ${markOf(place)}'`};`,
    `process.stdout.write(line + ' '.repeat(${whole}).slice(0, ${whole} - line.length));`,
  ].join('\n');
}

describe('other cases of the report', () => {
  let folder: string;
  let workspace: SimulatedWorkspace | undefined;
  beforeEach(async () => {
    folder = await makeSmallRepository();
  });
  afterEach(async () => {
    await workspace?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** One turn over the folder as it is, with calls; answers with all that was sent. */
  async function sendOnce(
    wire: (typeof wires)[number],
    request = 'go',
    tools: ReturnType<typeof call>[] = [],
    settings: { key?: string; allowedCommands?: string[] } = {},
  ): Promise<string> {
    const script = [...(tools.length > 0 ? [{ calls: tools }] : []), { text: 'Done.' }];
    workspace = await openSimulatedWorkspace(folder, script, { wire, ...settings });
    const session = await startSession(workspace.parts, workspace.settings, 'chat', () => undefined, signal);
    expect((await runTurn(session, request, { kind: 'chat', request }, signal)).outcome).toBe('done');
    return bodiesOf(workspace);
  }

  /** Source files of several languages, each with one secret among ordinary lines. */
  const frames: Record<string, (line: string) => string> = {
    py: (line) => `import os\n\ndef load():\n    """Settings."""\n${indent(line, '    # ')}\n    return os.environ\n`,
    ts: (line) => `export const settings = {\n  on: true,\n};\n/*\n${line}\n*/\n`,
    go: (line) => `package main\n\nfunc main() {\n\tprintln(1)\n}\n\n/*\n${line}\n*/\n`,
    yaml: (line) => `a: 1\nb: |\n${indent(line, '  ')}\nc: 2\n`,
    md: (line) => `# How to\n\n\`\`\`\n${line}\n\`\`\`\n`,
    sh: (line) => `#!/bin/sh\nset -e\n${line}\necho done\n`,
  };
  const indent = (text: string, by: string): string => text.replace(/^(?=.)/gm, by);
  const extensions = Object.keys(frames);

  it.each(wires)('SEC-03: of 36 kinds with 10 secrets each in source files, none is on the wire (%s)', async (wire) => {
    const values: string[] = [];
    for (const [index, make] of Object.values(secretMakers).entries()) {
      for (let seed = 1; seed <= 10; seed++) {
        const made = make(index * 100 + seed);
        values.push(...made.values);
        const extension = extensions[(index + seed) % extensions.length]!;
        writeFileSync(join(folder, `kind${index}-${seed}.${extension}`), frames[extension]!(made.text));
      }
    }
    const sent = await sendOnce(wire);
    expect(values.length).toBeGreaterThanOrEqual(360);
    expect(values.filter((value) => sent.includes(value) || sent.includes(JSON.stringify(value).slice(1, -1)))).toEqual(
      [],
    );
    expect(sent.match(/\u27e6secret:[a-z0-9-]+#1\u27e7/g)!.length).toBeGreaterThanOrEqual(360);
  });

  it.each(wires)('SEC-04: comments that switch scanners off switch nothing off (%s)', async (wire) => {
    const values: string[] = [];
    for (const [index, make] of Object.values(secretMakers).entries()) {
      const { text, values: made } = make(index + 31);
      values.push(...made);
      const above = `// secretlint-disable\n/* secretlint-disable-next-line */\n# pragma: allowlist nextline secret\n`;
      writeFileSync(
        join(folder, `off${index}.ts`),
        `${above}${text} // gitleaks:allow pragma: allowlist secret secretlint-disable-line\n`,
      );
    }
    const sent = await sendOnce(wire);
    expect(values.filter((value) => sent.includes(value))).toEqual([]);
    expect(sent).toContain('gitleaks:allow');
  });

  it('SEC-06: an ignored file is neither read nor found, and no part of it leaves', async () => {
    mkdirSync(join(folder, 'ignored'));
    writeFileSync(join(folder, 'ignored', 'x.txt'), 'canary-of-ignored\n');
    const sent = await sendOnce('openai', 'go', [
      call('read_file', { path: 'ignored/x.txt' }),
      call('search_files', { pattern: 'canary.of' }),
      call('list_files', {}),
      call('edit_file', { path: 'ignored/x.txt', hunks: [{ old_text: 'canary-of-nothing', new_text: 'y' }] }),
    ]);
    expect(sent).not.toContain('canary-of-ignored');
    expect(sent).toMatch(/left out by the ignore rules/);
  });

  it.each(wires)('SEC-01 SEC-08: files of secrets leave neither by the pack nor by a tool (%s)', async (wire) => {
    const paths = ['.env', '.env.local', '.env.production', 'deep/.env', 'id_rsa', 'a.pem', 'b.p12', 'c.jks', 'd.kdbx'];
    paths.push(
      '.netrc',
      '.pypirc',
      '.docker/config.json',
      '.kube/config',
      'x.tfstate',
      '.git-credentials',
      '.bash_history',
    );
    for (const path of ['.npmrc', 'gcp-service-account.json', ...paths]) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      const line = path === '.npmrc' ? '//r.acme.io/:_authToken=' : '';
      writeFileSync(join(folder, path), `${line}canary-in-file\n`);
    }
    const reads = paths.map((path) => call('read_file', { path }));
    const sent = await sendOnce(wire, 'go', [...reads, call('search_files', { pattern: 'canary.in' })]);
    expect(sent).not.toContain('canary-in-file');
    expect(sent.match(/bytes, secret file/g)!.length).toBeGreaterThanOrEqual(paths.length + 2);
  });

  it('SEC-11: the save of a secret or an ignored file makes no change to review, and nothing is sent', async () => {
    writeFileSync(join(folder, '.env'), 'A=canary\n');
    mkdirSync(join(folder, 'ignored'));
    writeFileSync(join(folder, 'ignored', 'x.js'), 'canary\n');
    workspace = await openSimulatedWorkspace(folder, []);
    const { parts, settings, simulator } = workspace;
    const session = await startSession(parts, settings, 'review', () => undefined, signal);
    // The editor takes what was saved out by this list.
    const { files } = await parts.packer.list({});
    const open = files.filter(({ withheld }) => withheld === undefined).map(({ path }) => path);
    expect(open.filter((path) => path.includes('.env') || path.includes('ignored/'))).toEqual([]);
    const { changes } = await collectChanges(
      parts.host,
      { roots: parts.roots, selection: noSelection },
      { kind: 'head' },
      signal,
    );
    expect((await reviewChanges({ session, changes, title: 'save' }, signal)).state).toBe('nothing');
    expect(simulator.requests).toEqual([]);
  });

  it.each(wires)(
    'EDT-10: a placeholder that is kept is the secret on disk; moved, dropped or copied it is refused (%s)',
    async (wire) => {
      const [one, two] = [tokenOf('inPack'), tokenOf('inRead')];
      const [first, second] = ['\u27e6secret:github#1\u27e7', '\u27e6secret:github#2\u27e7'];
      const text = `const one = "${one}";\nconst two = "${two}";\nlet x = 1;\n`;
      const file = join(folder, 'conf.js');
      writeFileSync(file, text);
      const edit = (old_text: string, new_text: string) =>
        call('edit_file', { path: 'conf.js', hunks: [{ old_text, new_text }] });
      const sent = await sendOnce(wire, 'go', [
        edit(`one = "${first}";\nconst two = "${second}"`, `one = "${second}";\nconst two = "${first}"`),
        edit(`const one = "${first}";\n`, ''),
        edit('let x = 1', `let x = "${first}"`),
        call('write_file', { path: 'new.js', content: `const copy = "${first}";\n` }),
        call('run_command', { command: `echo ${first}` }),
        edit(`const two = "${second}";\nlet x = 1`, `const second = "${second}";\nlet x = 2`),
      ]);
      expect(readFileSync(file, 'utf8')).toBe(text.replace('const two', 'const second').replace('x = 1', 'x = 2'));
      expect(existsSync(join(folder, 'new.js'))).toBe(false);
      for (const token of [one, two]) expect(sent).not.toContain(token);
      expect(sent).toMatch(/was moved/);
      expect(sent).toMatch(/was dropped/);
      expect(sent).toMatch(/was added/);
    },
  );

  it('SEC-12: a token in UTF-16, and one at the end of a line of 3.9 MB, do not leave; a file of 10 MB is not sent', async () => {
    const token = tokenOf('inPack');
    writeFileSync(join(folder, 'wide.txt'), Buffer.from(`\ufeffwide = "${token}"\n`, 'utf16le'));
    writeFileSync(join(folder, 'long.js'), `${'x=1;'.repeat(975_000)} beside-long "${token}"`);
    writeFileSync(join(folder, 'huge.js'), `${'x=1;'.repeat(2_475_000)} beside-huge "${token}"`);
    const sent = await sendOnce('openai', 'go', [call('search_files', { pattern: 'beside' })]);
    expect(sent).not.toContain(token);
    expect(sent).toContain('wide = \\"\u27e6secret:github#1\u27e7');
    expect(sent).not.toContain('beside-huge \\"');
    expect(sent).toMatch(/huge\.js\\" 990\d+ bytes, too large/);
  });

  it.each(wires)('SEC-13: the user’s own key leaves from no file, no message and no output (%s)', async (wire) => {
    const key = 'Acme-local/key+"0815"=';
    const inJson = JSON.stringify(key).slice(1, -1);
    const forms = [key, inJson, JSON.stringify(inJson).slice(1, -1), encodeURIComponent(key)];
    writeFileSync(
      join(folder, 'notes.md'),
      `the key is ${key}, in JSON ${JSON.stringify(key)}, in an address ?k=${encodeURIComponent(key)}\n`,
    );
    writeFileSync(join(folder, 'conf.json'), JSON.stringify({ key }));
    const command = 'cat notes.md conf.json';
    const tools = [
      call('run_command', { command }),
      call('search_files', { pattern: 'the key is' }),
      call('read_file', { path: 'notes.md' }),
    ];
    const sent = await sendOnce(wire, `my key is ${key}, as I said`, tools, {
      key,
      allowedCommands: [command],
    });
    for (const form of forms) expect(sent).not.toContain(form);
    expect(sent.match(/\u27e6secret:own-key#0\u27e7/g)!.length).toBeGreaterThanOrEqual(8);
    expect(sent).toContain('as I said');
  });

  it('SEC-13: the boundary refuses a key that no view could know of', async () => {
    const key = 'Acme-local-key-0815';
    writeFileSync(join(folder, `${key}.txt`), 'x\n');
    workspace = await openSimulatedWorkspace(folder, [{ text: 'Done.' }], { key });
    const session = await startSession(workspace.parts, workspace.settings, 'chat', () => undefined, signal);
    expect((await runTurn(session, 'go', { kind: 'chat', request: 'go' }, signal)).outcome).toBe('failed');
    expect(workspace.simulator.requests).toEqual([]);
  });
});
