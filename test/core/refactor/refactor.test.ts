import { join } from 'node:path';
import { rmSync } from 'node:fs';
import { afterEach, expect, it } from 'vitest';
import { runRefactor, type RefactorRequest, type RefactorResult } from '../../../src/core/refactor/refactor.js';
import type { Site } from '../../../src/protocol/events.js';
import { call, openTestSession, type TestSession, type TestSessionOptions } from '../review/testSession.js';
import { restoreAll } from '../../support/restoreAll.js';

let open: TestSession;
let atStart = '';

afterEach(() => open.dispose());

/** 24 files that mention the concept, one that must not change, and a check that fails unless all of them agree. */
function conceptFiles(): Record<string, string> {
  const files: Record<string, string> = { 'README.md': 'Nothing here.\n', 'customers.txt': 'a file name only\n' };
  for (let index = 0; index < 22; index++) {
    files[`src/part${index}.mjs`] =
      `import { customer } from './base.mjs';\nexport const part${index} = customer(${index}) + 'customerId';\n`;
  }
  files['src/base.mjs'] = 'export function customer(id) {\n  return `customer ${id}`;\n}\n';
  files['docs/guide.md'] = 'Windows line ends,\r\nand a customer.\r\n';
  files['check.mjs'] = [
    "import { readdirSync, readFileSync } from 'node:fs';",
    "const names = readdirSync('src').map((name) => /\\b(customer|client)\\(/.exec(readFileSync(`src/${name}`, 'utf8'))[1]);",
    "if (new Set(names).size > 1) throw new Error('mixed: ' + names);",
    '',
  ].join('\n');
  return files;
}

async function refactor(
  options: Partial<TestSessionOptions>,
  more: Partial<RefactorRequest> = {},
  signal = new AbortController().signal,
): Promise<RefactorResult> {
  open = await openTestSession({ files: conceptFiles(), workflow: 'refactor', ...options });
  open.write('docs/latin.txt', Buffer.from('caf\xe9 customer\n', 'latin1'), 0o755);
  atStart = open.treeHash();
  return runRefactor(
    {
      session: open.session,
      rule: 'rename customer to client',
      verify: ['node check.mjs'],
      choose: async (sites) => sites,
      ...more,
    },
    signal,
  );
}

function filesOf(sites: readonly Site[]): number {
  return new Set(sites.map((site) => site.path)).size;
}

function notices(): string {
  return open
    .eventsOf('notice')
    .map((event) => event.text)
    .join('\n');
}

it('changes a concept in more than twenty files and is undone by one checkpoint, byte for byte', async () => {
  const result = await refactor({});
  expect(result).toMatchObject({ outcome: 'done', left: [], restored: false });
  expect(filesOf(result.sites)).toBeGreaterThan(20);
  expect(result.sites.every((site) => site.onDisk)).toBe(true);
  expect(open.read('src/part3.mjs')).toBe(
    "import { client } from './base.mjs';\nexport const part3 = client(3) + 'customerId';\n",
  );
  expect(open.read('docs/guide.md')).toBe('Windows line ends,\r\nand a client.\r\n');
  expect(open.read('docs/latin.txt')).not.toContain('customer');
  expect(open.read('customers.txt')).toBe('a file name only\n');
  expect(open.eventsOf('verify_end').map(({ exitCode, round }) => [exitCode, round])).toEqual([[0, 1]]);
  expect(open.events.at(-1)).toMatchObject({ type: 'turn_end', outcome: 'done', checkpoint: result.checkpoint });
  expect(result.changed.length).toBeGreaterThan(20);

  const { journal } = open.session.parts;
  await restoreAll(journal, result.checkpoint!);
  expect(open.treeHash()).toBe(atStart);
});

it('puts every file back when verifying stays red', async () => {
  const result = await refactor({}, { verify: ['node check.mjs', 'exit 7'] });
  expect(result).toMatchObject({ outcome: 'verification_failed', restored: true, changed: [] });
  expect(result.checkpoint).toBeUndefined();
  expect(open.treeHash()).toBe(atStart);
  expect(open.eventsOf('restored')[0]!.paths.length).toBeGreaterThan(20);
  expect(open.eventsOf('verify_end').map(({ exitCode }) => exitCode)).toEqual([0, 7]);
  expect(open.events.map((event) => event.type).lastIndexOf('restored')).toBeLessThan(open.events.length - 1);
});

it('keeps the edits of a red verify when asked to', async () => {
  const result = await refactor({}, { verify: ['exit 7'], keepOnFail: true });
  expect(result).toMatchObject({ outcome: 'verification_failed', restored: false });
  expect(open.read('src/base.mjs')).toContain('function client(');
  expect(open.eventsOf('restored')).toEqual([]);
  expect(result.checkpoint).toBeDefined();
});

const reportAll = (sites: { path: string; quote: string }[]): { calls: ReturnType<typeof call>[] } => ({
  calls: [
    call('report_findings', {
      findings: sites.map((site) => ({ ...site, severity: 'info', category: 'site', message: 'here' })),
    }),
  ],
});
const edit = (path: string, old_text: string, new_text: string, id: string): ReturnType<typeof call> =>
  call('edit_file', { path, hunks: [{ old_text, new_text, replace_all: true }] }, id);
const twoFiles = { 'a.txt': 'one\n', 'b.txt': 'one\n', 'c.txt': 'one\n' };

it('hands a red verify to the model with its output, and ends green after the repair', async () => {
  const sites = [
    { path: 'a.txt', quote: 'one' },
    { path: 'b.txt', quote: 'one' },
  ];
  const result = await refactor(
    {
      files: twoFiles,
      script: [
        reportAll(sites),
        { calls: [edit('a.txt', 'one', 'two', 'e1'), edit('b.txt', 'one', 'tow', 'e2')] },
        { text: 'Done.' },
        { calls: [edit('b.txt', 'tow', 'two', 'e3')] },
        { text: 'Repaired.' },
      ],
    },
    { verify: ['echo looked at b; grep -q two b.txt'] },
  );
  expect(result).toMatchObject({ outcome: 'done', left: [], changed: ['a.txt', 'b.txt'] });
  expect(open.eventsOf('verify_end').map(({ exitCode, round }) => [round, exitCode])).toEqual([
    [1, 1],
    [2, 0],
  ]);
  const repair = open.simulator.requests[3]!.parsed.messages.at(-1)!.text;
  expect(repair).toContain('kind="refactor-repair"');
  expect(repair).toContain('ended with exit code 1 (round 1 of 3)');
  expect(repair).toContain('<baleen-output>\n$ echo looked at b; grep -q two b.txt\nlooked at b');
  for (const [index, request] of open.simulator.requests.entries()) {
    const previous = open.simulator.requests[index - 1]?.messages ?? [];
    expect(JSON.stringify(request.messages.slice(0, previous.length))).toBe(JSON.stringify(previous));
  }
});

it('gives up after the last round of repair and restores', async () => {
  let number = 0;
  const result = await refactor(
    {
      files: twoFiles,
      script: ({ parsed }) => {
        const last = parsed.messages.at(-1)!.text;
        if (last.includes('kind="refactor-sites"')) return reportAll([{ path: 'a.txt', quote: 'one' }]);
        if (!last.includes('<baleen-turn')) return { text: 'Done.' };
        return { calls: [call('write_file', { path: 'a.txt', content: `try ${++number}\n` }, `w${number}`)] };
      },
    },
    { verify: ['exit 1'], maxRounds: 2 },
  );
  expect(result.outcome).toBe('verification_failed');
  expect(number).toBe(3);
  expect(open.eventsOf('verify_end')).toHaveLength(3);
  expect(open.treeHash()).toBe(atStart);
});

it('asks only about sites that are on disk, edits only the chosen ones, and says what was left', async () => {
  const asked: Site[][] = [];
  const result = await refactor(
    {
      files: twoFiles,
      script: [
        reportAll([
          { path: 'a.txt', quote: 'one' },
          { path: 'a.txt', quote: 'one' },
          { path: 'b.txt', quote: 'one' },
          { path: 'c.txt', quote: 'no such text' },
          { path: 'missing.txt', quote: 'one' },
        ]),
        { calls: [edit('c.txt', 'one', 'three', 'e1')] },
        { text: 'I changed everything.' },
      ],
    },
    {
      verify: [],
      choose: async (sites) => {
        asked.push([...sites]);
        return sites.filter((site) => site.path === 'b.txt');
      },
    },
  );
  expect(result.sites.map(({ path, onDisk }) => [path, onDisk])).toEqual([
    ['a.txt', true],
    ['a.txt', false],
    ['b.txt', true],
    ['c.txt', false],
    ['missing.txt', false],
  ]);
  expect(asked.map((sites) => sites.map((site) => site.path))).toEqual([['a.txt', 'b.txt']]);
  const request = open.simulator.requests[1]!.parsed.messages.at(-1)!.text;
  expect(request).toContain('- b.txt: "one"');
  expect(request).not.toContain('- a.txt:');
  expect(result.left.map((site) => site.path)).toEqual(['b.txt']);
  expect(notices()).toContain(
    '0 of 1 chosen sites were changed, in 1 files. Left as they were: b.txt:1. Changed beside the sites: c.txt.',
  );
  expect(notices()).toContain('There is no verify command');
});

it('changes nothing in a dry run, when nobody chooses, or when nothing is chosen', async () => {
  const dry = await refactor({}, { dryRun: true, choose: () => Promise.reject(new Error('asked')) });
  expect(dry.outcome).toBe('done');
  expect(filesOf(dry.sites)).toBeGreaterThan(20);
  expect(open.eventsOf('sites')).toHaveLength(1);
  expect(open.treeHash()).toBe(atStart);
  await open.dispose();
  expect(await refactor({}, { choose: async () => undefined })).toMatchObject({ outcome: 'cancelled' });
  expect(open.treeHash()).toBe(atStart);
  await open.dispose();
  expect(await refactor({}, { choose: async () => [] })).toMatchObject({ outcome: 'done', changed: [] });
  expect(open.simulator.requests).toHaveLength(1);
});

it('executes no edit while the sites are listed, and no command of the model’s while it edits', async () => {
  await refactor(
    {
      files: twoFiles,
      settings: { allowedCommands: ['touch made'] },
      script: [
        { calls: [edit('a.txt', 'one', 'two', 'e1'), call('run_command', { command: 'touch made' }, 'r1')] },
        reportAll([{ path: 'a.txt', quote: 'one' }]),
        { calls: [call('run_command', { command: 'touch made' }, 'r2')] },
        { text: 'Done.' },
      ],
    },
    { verify: [] },
  );
  const ended = open.eventsOf('tool_call_end').filter((event) => event.call !== 'call_report_findings');
  expect(ended.map((event) => [event.call, event.status])).toEqual([
    ['e1', 'refused'],
    ['r1', 'refused'],
    ['r2', 'refused'],
  ]);
  expect(open.treeHash()).toBe(atStart);
});

it('reports a protected file as refused, and keeps the rest', async () => {
  const files = { ...conceptFiles(), '.vscode/settings.json': '{ "customer": 1 }\n' };
  const result = await refactor({ files });
  expect(result.outcome).toBe('refused');
  expect(result.left.map((site) => site.path)).toEqual(['.vscode/settings.json']);
  expect(open.read('src/base.mjs')).toContain('client');
  expect(open.read('.vscode/settings.json')).toContain('customer');
});

it('puts everything back when it is stopped while verifying, and leaves what the user touched', async () => {
  const controller = new AbortController();
  const former = open;
  const running = refactor({}, { verify: ['sleep 30'] }, controller.signal);
  const stop = setInterval(() => {
    if (open === former || open.eventsOf('verify_start').length !== 1 || controller.signal.aborted) return;
    open.write('src/part1.mjs', 'typed by the user\n');
    controller.abort();
  }, 20);
  const result = await running;
  clearInterval(stop);
  expect(result).toMatchObject({ outcome: 'cancelled', restored: false, changed: ['src/part1.mjs'] });
  expect(open.read('src/part1.mjs')).toBe('typed by the user\n');
  expect(open.read('src/part2.mjs')).toContain('customer');
  expect(notices()).toContain('left as they are: src/part1.mjs');
});

it('notes what the verify commands wrote, and does not undo that', async () => {
  const result = await refactor({}, { verify: ['echo x > coverage.out; exit 1'] });
  expect(result).toMatchObject({ outcome: 'verification_failed', restored: true, changedByCommands: ['coverage.out'] });
  expect(open.read('coverage.out')).toBe('x\n');
  rmSync(join(open.root, 'coverage.out'));
  expect(open.treeHash()).toBe(atStart);
});

it('fails without a list of sites', async () => {
  const result = await refactor({ script: [{ text: 'I would rather not.' }] });
  expect(result.outcome).toBe('failed');
  expect(notices()).toContain('no list of sites');
});
