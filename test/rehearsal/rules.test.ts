import fc from 'fast-check';
import { expect, it } from 'vitest';
import { renderChange } from '../../src/core/pack/frames.js';
import { diffViews } from '../../src/core/pack/hunks.js';
import {
  refactorEditsText,
  refactorSitesText,
  reviewReminderText,
  reviewText,
} from '../../src/core/prompt/workflowTexts.js';
import { renderReviewed } from '../../src/core/review/reviewedFrames.js';
import { createTools, parseArguments } from '../../src/core/tools/toolList.js';
import { encodeView } from '../../src/core/view/codec.js';
import type { ServerMessage, ServerReply } from '../../src/rehearsal/types.js';
import { answer, argumentsOf, makeRequest, packOf, turnOf, withResults } from './request.js';
import { commandText, searchText } from './toolTexts.js';

type Reported = {
  path: string;
  quote: string;
  category: string;
  callers?: { path: string; quote: string }[];
  fix?: string;
};

function findingsOf(reply: ServerReply): Reported[] {
  expect(new Set(reply.calls.map((call) => call.name))).toEqual(new Set(['report_findings']));
  return argumentsOf(reply).flatMap((one) => one['findings'] as Reported[]);
}

async function ask(request: string, pack = packOf({})): Promise<ServerReply> {
  return answer(makeRequest([pack, turnOf('chat', request)]));
}

function change(path: string, before: string, after: string): { path: string; kind: 'changed'; diff: string } {
  return { path, kind: 'changed', diff: diffViews(before, after)! };
}

async function review(
  pack: ServerMessage,
  ...changes: Parameters<typeof renderReviewed>[0][number][]
): Promise<Reported[]> {
  return findingsOf(await answer(makeRequest([pack, turnOf('review', reviewText(), renderReviewed(changes))])));
}

it('says in every answer that it is a rehearsal, and thinks only when asked to', async () => {
  const reply = await ask('make me a sandwich');
  expect(reply.text).toMatch(/Rehearsal/);
  expect(reply.text).toContain('rename `A` to `B`');
  expect(reply.reasoning).toMatch(/rehearsal/);
  const quiet = await answer(makeRequest([turnOf('chat', 'find x')], { thinking: false }));
  expect(quiet.reasoning).toBe('');
  expect(quiet.text).toMatch(/Rehearsal/);
});

it('answers a primer with one word', async () => {
  const reply = await answer(makeRequest([packOf({ a: 'b' })], { maxTokens: 1 }));
  expect(reply).toMatchObject({ calls: [], stopReason: 'length' });
});

it('calls no tool that the request does not offer', async () => {
  const reply = await answer(makeRequest([turnOf('chat', 'find x')], { tools: [] }));
  expect(reply.calls).toEqual([]);
  expect(reply.text).toContain('search_files');
});

it('finds and lists', async () => {
  const messages = [packOf({}), turnOf('ask', 'where is `oldName`?')];
  const search = await answer(makeRequest(messages));
  expect(argumentsOf(search)[0]).toMatchObject({ pattern: 'oldName', literal: true });
  const end = await answer(makeRequest([...messages, ...withResults(search, [searchText([['a.js', 3]], 7)])]));
  expect(end.text).toContain('- a.js:3 ');
  expect(end.text).toContain('8 hits');
  expect(end.text).toContain('7 more hits not shown');
});

it('runs the repository’s own tests by its marker file, and reports', async () => {
  for (const [file, text, command] of [
    ['package.json', '{"scripts":{"test":"vitest"}}', 'npm test'],
    ['Cargo.toml', '[package]', 'cargo test'],
    ['go.mod', 'module x', 'go test ./...'],
    ['pytest.ini', '', 'pytest'],
  ] as const) {
    const messages = [packOf({ [file]: text }), turnOf('run', 'run the tests')];
    const run = await answer(makeRequest(messages));
    expect(argumentsOf(run)).toEqual([{ command }]);
    const end = await answer(makeRequest([...messages, ...withResults(run, [commandText(2)])]));
    expect(end.text).toContain('exit code 2');
  }
  expect((await ask('run the tests', packOf({ 'package.json': '{"scripts":{}}' }))).calls).toEqual([]);
});

it('runs the tests of every root that has any, each where it is', async () => {
  const pack = packOf({
    'api/package.json': '{"scripts":{"test":"vitest"}}',
    'docs/readme.md': 'no tests\n',
    'web/deep/package.json': '{"scripts":{"test":"vitest"}}',
    'web/Cargo.toml': '[package]',
  });
  const text = 'workspace folders: docs, api, web; paths begin with one of these names\ncommands run in docs';
  const messages = [pack, turnOf('run', 'run the tests', undefined, [{ name: 'surroundings', text }])];
  const run = await answer(makeRequest(messages));
  expect(argumentsOf(run)).toEqual([
    { command: 'npm test', cwd: 'api' },
    { command: 'cargo test', cwd: 'web' },
  ]);
  const end = await answer(makeRequest([...messages, ...withResults(run, [commandText(0), commandText(2)])]));
  expect(end.calls).toEqual([]);
  expect(end.text).toMatch(/`npm test` in `api` ended[^]*exit code 0[^]*`cargo test` in `web` ended[^]*exit code 2/);
});

it('explains a file by what the pack shows', async () => {
  const pack = packOf({
    'src/config.ts': "import x from 'x';\nexport function readConfig() {}\nconst inner = 1;\n",
    'src/main.ts': "import { readConfig } from './config.js';\n",
    'src/other.ts': 'nothing\n',
  });
  const { text } = await ask('explain config.ts', pack);
  expect(text).toContain('`src/config.ts` has 3 lines');
  expect(text).toContain('`readConfig` (src/config.ts:2)');
  expect(text).toContain('Mentioned in `src/main.ts`.');
  expect((await ask('explain nothing.ts', pack)).text).toContain('is not a file in view');
  expect((await ask('explain data/big.csv', pack)).text).toContain('only listed');
});

it('reports every line with the word as a site, after the changes told since the pack', async () => {
  const before = 'getUser();\nlet getUserName;\n  return getUser;\n';
  const after = `${before}getUser(2);\n`;
  const entry = renderChange({
    number: 1,
    kind: 'changed',
    path: 'a.js',
    mark: '0123456789abcdef',
    body: 'diff',
    text: diffViews(before, after)!,
  });
  const messages = [
    packOf({ 'a.js': before, '.vscode/tasks.json': '"getUser"\n' }),
    { role: 'user' as const, text: entry },
  ];
  const turn = turnOf('refactor-sites', refactorSitesText('Rename getUser to loadUser'));
  const sites = findingsOf(await answer(makeRequest([...messages, turn])));
  expect(sites.map(({ path, quote }) => [path, quote])).toEqual([
    ['a.js', 'getUser();'],
    ['a.js', '  return getUser;'],
    ['a.js', 'getUser(2);'],
    ['.vscode/tasks.json', '"getUser"'],
  ]);
});

it('reports more sites than one call takes in several, and none for a rule that it does not know', async () => {
  const pack = packOf({ 'a.js': 'x;\n'.repeat(450) });
  const turn = turnOf('refactor-sites', refactorSitesText('replace x by y'));
  const reply = await answer(makeRequest([pack, turn]));
  expect(reply.calls).toHaveLength(3);
  expect(findingsOf(reply)).toHaveLength(450);
  const other = await answer(makeRequest([pack, turnOf('refactor-sites', refactorSitesText('make it nice'))]));
  expect(findingsOf(other)).toEqual([]);
  expect(other.text).toContain('I only understand');
});

it('edits all chosen sites of a file by one hunk, a part of them line by line', async () => {
  const pack = packOf({
    'a.js': 'x(1);\nx(1);\n',
    'b.js': 'x(1);\nx(2);\nx(1);\n',
    'c.js': 'x(1);\r\nx(1);\r\n',
    'd.js': 'x(1);\r\nx(2);\r\nx(1);\r\n',
  });
  const chosen = ['a.js', 'b.js', 'c.js', 'd.js'].map((path) => ({ path, quote: 'x(1);' }));
  const all = [{ old_text: 'x', new_text: 'y', replace_all: true, whole_word: true }];
  const some = [
    { old_text: 'x(1);', new_text: 'y(1);', line: 1 },
    { old_text: 'x(1);', new_text: 'y(1);', line: 3 },
  ];
  const turn = turnOf('refactor-edits', refactorEditsText('replace x with y', chosen));
  const reply = await answer(makeRequest([pack, turn]));
  expect(argumentsOf(reply)).toEqual([
    { path: 'a.js', hunks: all },
    { path: 'b.js', hunks: some },
    { path: 'c.js', hunks: all },
    { path: 'd.js', hunks: some },
  ]);
});

it('cannot repair, and says so', async () => {
  const reply = await answer(makeRequest([turnOf('refactor-repair', 'exit code 1')]));
  expect(reply.calls).toEqual([]);
  expect(reply.text).toContain('cannot repair');
});

it('sees the caller in another file that a changed signature breaks', async () => {
  const before = 'export function area(width) {\n  return width;\n}\n';
  const after = before.replace('area(width)', 'area(width, height)');
  const pack = packOf({
    'area.js': after,
    'main.js': 'log(area(\n  f(1, 2)));\nok(area(1, 2));\n',
    'c.js': 'myarea(1);\n',
  });
  const [finding, ...others] = await review(pack, change('area.js', before, after));
  expect(others).toEqual([]);
  expect(finding).toMatchObject({
    path: 'area.js',
    quote: 'export function area(width, height) {',
    callers: [{ path: 'main.js', quote: 'log(area(' }],
  });
});

it('knows optional, default and rest parameters, self, and other languages', async () => {
  const quiet: [string, string, string][] = [
    ['a.ts', 'function f(a: number) {', 'function f(a: number, b = 2) {'],
    ['a.ts', 'function f(a: number) {', 'function f(a: number, b?: string) {'],
    ['a.ts', 'function f(a: number) {', 'function f(...a: number[]) {'],
    ['a.ts', 'function f(a) {', 'function f(renamed) {'],
  ];
  for (const [path, before, after] of quiet) {
    expect(
      await review(
        packOf({ [path]: `${after}\n}\n`, 'b.ts': 'f(1);\n' }),
        change(path, `${before}\n}\n`, `${after}\n}\n`),
      ),
    ).toEqual([]);
  }
  const loud: [string, string, string, string][] = [
    ['a.py', 'def f(self, a):', 'def f(self, a, b):', 'x.f(1)'],
    ['a.go', 'func (s *S) f(a int) {', 'func (s *S) f(a, b int) {', 's.f(1)'],
    ['a.rs', 'fn f(a: i32) {', 'fn f(a: i32, b: i32) {', 'f(1);'],
    ['a.ts', '  async f(a: string): Promise<void> {', '  async f(): Promise<void> {', 'x.f("a, b");'],
    ['a.ts', 'const f = (a) => a;', 'const f = (a, b) => a;', 'f({ a: 1, b: 2 });'],
    ['A.java', '  public static int f(int a) {', '  public static int f(int a, int b) {', 'A.f(1);'],
  ];
  for (const [path, before, after, call] of loud) {
    const found = await review(
      packOf({ [path]: `${after}\n`, 'other.x': `${call}\n` }),
      change(path, `${before}\n`, `${after}\n`),
    );
    expect(found.map((finding) => finding.callers)).toEqual([[{ path: 'other.x', quote: call }]]);
  }
});

it('finds left-overs, assignments in conditions and conflict markers in added lines only', async () => {
  const before = 'debugger;\nconsole.log(1);\n';
  const after = `${before}debugger\nif (a = b) run();\nif (a === b || c <= d) run();\nconsole.log(2);\n<<<<<<< ours\n// TODO remove this\n`;
  const found = await review(packOf({ 'a.js': after }), change('a.js', before, after));
  expect(found.map(({ quote, category }) => [category, quote])).toEqual([
    ['leftover', 'debugger'],
    ['condition', 'if (a = b) run();'],
    ['leftover', 'console.log(2);'],
    ['conflict', '<<<<<<< ours'],
    ['leftover', '// TODO remove this'],
  ]);
  expect(found[1]!.fix).toBe('if (a === b) run();');
});

it('reports nothing for a harmless change, and looks at the reviewed change again when reminded', async () => {
  const pack = packOf({ 'a.js': 'b\n' });
  expect(await review(pack, change('a.js', 'a\n', 'b\n'))).toEqual([]);
  const turn = turnOf('review', reviewText(), renderReviewed([change('a.js', 'a\n', 'debugger;\n')]));
  const reminder = turnOf('review-reminder', reviewReminderText());
  const none: ServerMessage = { role: 'assistant', reasoning: '', text: 'nothing', calls: [] };
  expect(findingsOf(await answer(makeRequest([pack, turn, none, reminder])))).toHaveLength(1);
});

it('takes a pack of many megabytes in its stride', async () => {
  const line = '  const value = compute(input, (options)) + "((((" + other.call(1, 2);\n';
  const pack = packOf(
    Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`src/f${index}.js`, line.repeat(500)])),
  );
  // A quadratic step would take hours, which the test does not have.
  const found = await review(pack, change('src/f1.js', 'function compute(a) {\n', 'function compute(a, b, c) {\n'));
  expect(found).toEqual([]);
  await answer(makeRequest([pack, turnOf('refactor-sites', refactorSitesText('rename value to amount'))]));
  await ask('explain src/f7.js', pack);
});

it('only ever makes calls that the real tools take, whatever it is asked and answered', async () => {
  const tools = createTools();
  const words = fc.oneof(
    fc.constantFrom(
      'rename',
      'to',
      'find',
      'run',
      'explain',
      'replace',
      'by',
      'the tests',
      '`',
      '"',
      "'",
      'and',
      'everywhere',
      '把',
      '\n',
      'a.ts',
    ),
    fc.string({ unit: 'binary', maxLength: 12 }),
  );
  const text = fc.array(words, { maxLength: 14 }).map((parts) => parts.join(' '));
  const kinds = fc.constantFrom(
    'chat',
    'run',
    'refactor-sites',
    'refactor-edits',
    'refactor-repair',
    'review',
    'review-reminder' as const,
  );
  const input = fc.record({
    kind: kinds,
    request: text,
    file: text,
    results: fc.array(text, { maxLength: 4 }),
    last: text,
  });
  await fc.assert(
    fc.asyncProperty(input, async ({ kind, request, file, results, last }) => {
      const reviewed = renderReviewed([
        { path: 'a.ts', kind: 'created', diff: `@@ -0,0 +1,1 @@\n+${encodeView(last).view}\n` },
      ]);
      const messages = [packOf({ 'a.ts': file, 'b.ts': request }), turnOf(kind, request, reviewed)];
      for (let step = 0; step < 4; step++) {
        const reply = await answer(makeRequest(messages));
        expect(reply.text).toMatch(/rehearsal/i);
        for (const call of reply.calls) {
          const tool = tools.find((one) => one.name === call.name)!;
          expect(parseArguments(tool, call.arguments)).toMatchObject({ ok: true });
        }
        if (reply.calls.length === 0) return;
        messages.push(...withResults(reply, results));
      }
    }),
    { numRuns: 300 },
  );
});
