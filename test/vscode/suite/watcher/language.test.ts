/** Language services of the real editor: its own TypeScript server, and a small extension's diagnostics. */
import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { createBulkGuard } from '../../../../src/core/agent/bulkGuard.js';
import { restoreAll } from '../../../support/restoreAll.js';
import type { Turn } from '../../../../src/core/agent/turn.js';
import type { Clock, FileDiagnostics, Language } from '../../../../src/core/host.js';
import { createTools, parseArguments } from '../../../../src/core/tools/toolList.js';
import type { ToolResult } from '../../../../src/core/tools/tool.js';
import { createDiagnosticsWatch, type DiagnosticsWatch } from '../../../../src/vscode/diagnosticsWatch.js';
import { createLanguage } from '../../../../src/vscode/language.js';
import type { TestApi } from '../../../../src/vscode/testApi.js';
import type { Simulator } from '../../../support/simulator/simulator.js';
import { call, connectService, disconnectService } from '../service.js';
import { activateBaleen, closeEditors, folderPath, readText, takeTurn, waitFor } from '../support.js';

const files: Record<string, string> = {
  'typed/tsconfig.json':
    '{ "compilerOptions": { "strict": true, "noEmit": true, "types": [] }, "include": ["*.ts"] }\n',
  'typed/shape.ts':
    '// area is in square metres\nexport function area(side: number): number {\n  return side * side;\n}\n',
  'typed/room.ts':
    "import { area } from './shape';\n\nexport const room: number = area(4);\nexport const label = 'area';\n",
  'typed/hall.ts': "import { area } from './shape';\n\nexport const hall = area(20);\n",
  'said.txt': 'first\n',
};

describe('language services', () => {
  let api: TestApi;
  let service: Simulator;
  let watch: DiagnosticsWatch;

  before(async () => {
    for (const [path, text] of Object.entries(files)) {
      await mkdir(join(folderPath(), path, '..'), { recursive: true });
      await writeFile(join(folderPath(), path), text);
    }
    api = await activateBaleen();
    service = await connectService(api, [{ text: 'Ready.' }]);
    // Opens the pack, which the tools look into.
    await takeTurn(api, 'Begin.');
    watch = createDiagnosticsWatch();
  });

  after(async () => {
    watch.dispose();
    await disconnectService(api, service);
    await closeEditors();
  });

  afterEach(async () => {
    await closeEditors();
    for (const [path, text] of Object.entries(files)) await writeFile(join(folderPath(), path), text);
  });

  const absolute = (path: string): string => join(folderPath(), path);
  const tell = (language: Language, path: string, text: string): Promise<FileDiagnostics> =>
    language.diagnostics([{ path: absolute(path), text }], new AbortController().signal).then(([one]) => one!);

  it('an edit answers with the errors of the text that it wrote, and not with those that it mended', async () => {
    const bench = await openBench(api, createLanguage(frozenClock, watch));
    const edit = (old_text: string, new_text: string): Promise<ToolResult> =>
      bench.call('edit_file', { path: 'typed/room.ts', hunks: [{ old_text, new_text }] });
    const broken = await edit('room: number', 'room: string');
    assert.match(broken.text, /1 error right after this edit:\ntyped\/room\.ts:3:14 error ts\(2322\): Type 'number'/);
    const mended = await edit('room: string', 'room: number');
    assert.match(mended.text, /\nNo errors right after this edit\.$/);
    assert.equal(await readText('typed/room.ts'), files['typed/room.ts']);
  });

  it('an edit in a turn never answers with an error that it mended', async () => {
    const args = (old_text: string, new_text: string) => ({ path: 'typed/hall.ts', hunks: [{ old_text, new_text }] });
    service.push(
      { calls: [call('c1', 'edit_file', args('hall = area(20)', 'hall: string = area(20)'))] },
      { calls: [call('c2', 'edit_file', args('hall: string', 'hall: number'))] },
      { text: 'Done.' },
    );
    await takeTurn(api, 'Break and mend.');
    const results = service.requests.at(-1)!.parsed.messages.filter(({ role }) => role === 'tool');
    assert.match(JSON.stringify(results.at(-1)), /No errors right after this edit|Errors unknown/);
  });

  it('says whose text it was where a document is not saved', async () => {
    const document = await vscode.workspace.openTextDocument(absolute('typed/hall.ts'));
    const editor = await vscode.window.showTextDocument(document);
    // VS Code refuses one that comes while it reloads the file.
    const insert = (edit: vscode.TextEditorEdit): void =>
      edit.insert(new vscode.Position(0, 0), 'const wrong: string = 1;\n');
    await waitFor('the edit', async () => editor.edit(insert));
    assert.ok(document.isDirty);
    const bench = await openBench(api, createLanguage(frozenClock, watch));
    const { text } = await bench.call('get_diagnostics', { paths: ['typed/hall.ts', 'typed/shape.ts'] });
    assert.match(
      text,
      /^typed\/hall\.ts \(the editor's unsaved text\): 1 error, 0 warnings\ntyped\/hall\.ts:1:7 error ts/,
    );
    assert.match(text, /\ntyped\/shape\.ts: nothing$/);
  });

  it('another extension: what it told of an older text is not told, what it tells of this one is', async () => {
    const clock = createManualClock();
    const language = createLanguage(clock, watch);
    const collection = vscode.languages.createDiagnosticCollection('small');
    try {
      const document = await vscode.workspace.openTextDocument(absolute('said.txt'));
      const editor = await vscode.window.showTextDocument(document);
      const old = new vscode.Diagnostic(new vscode.Range(0, 0, 0, 5), 'first is wrong');
      await apart();
      collection.set(document.uri, [old]);
      const before = tell(language, 'said.txt', 'first\n');
      await clock.waited(quietMs);
      clock.advance(quietMs);
      const shown = await before;
      assert.deepEqual(shown.kind === 'known' && shown.diagnostics.map(({ message }) => message), ['first is wrong']);

      await editor.edit((edit) => edit.replace(new vscode.Range(0, 0, 0, 5), 'second'));
      const silent = tell(language, 'said.txt', 'second\n');
      await clock.waited(boundMs);
      clock.advance(boundMs);
      assert.deepEqual(await silent, { kind: 'unknown', why: 'nothing was told of its present text within 2 s' });

      const answered = tell(language, 'said.txt', 'second\n');
      await clock.waited(boundMs);
      await apart();
      collection.set(document.uri, []);
      await clock.waited(quietMs);
      clock.advance(quietMs);
      assert.deepEqual(await answered, { kind: 'known', diagnostics: [] });

      const other = tell(language, 'said.txt', 'a text that the editor does not have\n');
      await clock.waited(boundMs);
      clock.advance(boundMs);
      assert.deepEqual(await other, { kind: 'unknown', why: 'the editor has another text of it, still after 2 s' });
    } finally {
      collection.dispose();
    }
  });

  it('nobody is waited for twice who has never said anything', async () => {
    const clock = createManualClock();
    const language = createLanguage(clock, watch);
    await vscode.workspace.openTextDocument(absolute('README.md'));
    const first = tell(language, 'README.md', await readText('README.md'));
    await clock.waited(boundMs);
    clock.advance(boundMs);
    assert.equal((await first).kind, 'unknown');
    assert.equal((await tell(language, 'README.md', await readText('README.md'))).kind, 'none');
  });

  it('finds references across files, closed ones too, and by search where no server answers', async () => {
    const bench = await openBench(api, createLanguage(frozenClock, watch));
    const found = await bench.call('find_references', { path: 'typed/room.ts', symbol: 'area', line: 1 });
    assert.deepEqual(found.text.split('\n'), [
      '5 references in 3 files, by the language server',
      "typed/hall.ts:1: import { area } from './shape';",
      'typed/hall.ts:3: export const hall = area(20);',
      "typed/room.ts:1: import { area } from './shape';",
      'typed/room.ts:3: export const room: number = area(4);',
      'typed/shape.ts:2: export function area(side: number): number {',
    ]);
    const searched = await bench.call('find_references', { path: 'said.txt', symbol: 'first' });
    assert.match(
      searched.text,
      /by search, not by a language server \(no language server of the editor answers for it\)/,
    );
  });

  it('renames across files and an unsaved document, and all of it can be taken back', async () => {
    const document = await vscode.workspace.openTextDocument(absolute('typed/room.ts'));
    const editor = await vscode.window.showTextDocument(document);
    await editor.edit((edit) => edit.insert(new vscode.Position(0, 0), '// mine\n'));
    const typed = document.getText();
    const bench = await openBench(api, createLanguage(frozenClock, watch));
    const args = { path: 'typed/shape.ts', symbol: 'area', line: 2, new_name: 'surface' };
    const { text, failed } = await bench.call('rename_symbol', args);
    assert.equal(failed, false, text);
    assert.match(text, /^Renamed "area" to "surface": 5 places in 3 files, by the language server\.\n/);
    assert.match(text, /\ntyped\/room\.ts: 2 places \(in the editor, not saved/);
    assert.match(
      text,
      /\nNot touched by the language server \(strings, comments, other symbols of this name\): 2 lines\ntyped\/room\.ts:5: export const label = 'area';\ntyped\/shape\.ts:1: \/\/ area is in square metres\n/,
    );
    assert.match(text, /\nNo errors right after this edit/);
    assert.equal(document.getText(), typed.replace('{ area }', '{ surface }').replace('area(4)', 'surface(4)'));
    assert.ok(document.isDirty);
    assert.equal(await readText('typed/room.ts'), files['typed/room.ts']);
    assert.equal(await readText('typed/hall.ts'), files['typed/hall.ts']!.replaceAll('area', 'surface'));
    assert.match(await readText('typed/shape.ts'), /^\/\/ area is in square metres\nexport function surface\(/);

    await vscode.commands.executeCommand('undo');
    assert.equal(document.getText(), typed);
    await bench.undo();
    assert.equal(await readText('typed/hall.ts'), files['typed/hall.ts']);
    assert.equal(await readText('typed/shape.ts'), files['typed/shape.ts']);
  });

  it('renames nothing where the server would rename a file or refuses', async () => {
    const bench = await openBench(api, createLanguage(frozenClock, watch));
    const rename = (symbol: string, line: number): Promise<ToolResult> =>
      bench.call('rename_symbol', { path: 'typed/room.ts', symbol, line, new_name: 'other' });
    for (const result of [await rename('shape', 1), await rename('number', 3)]) {
      assert.equal(result.failed, true, result.text);
      assert.match(result.text, /^Nothing was renamed: the language server refuses it: /);
    }
    for (const [path, text] of Object.entries(files)) assert.equal(await readText(path), text);
  });
});

const boundMs = 2000;
const quietMs = 300;

/** Its time never passes: what a server needs on a busy machine decides nothing. */
const frozenClock: Clock = { now: () => 0, sleep: () => new Promise(() => undefined) };

interface ManualClock extends Clock {
  advance(ms: number): void;
  /** Resolves as soon as somebody sleeps for so long. */
  waited(ms: number): Promise<void>;
}

function createManualClock(): ManualClock {
  const sleeping = new Set<{ ms: number; wake: () => void }>();
  return {
    now: () => 0,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        const one = { ms, wake: resolve };
        sleeping.add(one);
        signal?.addEventListener('abort', () => {
          sleeping.delete(one);
          reject(signal.reason as Error);
        });
      }),
    advance(ms) {
      for (const one of [...sleeping]) {
        one.ms -= ms;
        if (one.ms > 0) continue;
        sleeping.delete(one);
        one.wake();
      }
    },
    async waited(ms) {
      await waitFor(`a wait of ${ms} ms`, () => [...sleeping].some((one) => one.ms === ms));
      // What needs no more than a turn of the event loop has happened too.
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

/** What is told within 45 ms of a change counts as told before it. */
const apart = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 250));

/** The tools over the real parts of the window, with a language of the test's own clock. */
async function openBench(
  api: TestApi,
  language: Language,
): Promise<{ call: (tool: string, args: unknown) => Promise<ToolResult>; undo: () => Promise<void> }> {
  const { parts } = await api.engine.open();
  const checkpoint = await parts.journal.begin({ session: 'language', title: 'test' });
  const turn: Turn = {
    ...{ session: 'language', mode: 'auto-edit', checkpoint, packer: parts.packer, commandTimeoutMs: 60_000 },
    ...{
      changed: new Set(),
      changedByCommands: new Set(),
      ran: [],
      editFailedInReply: false,
      editsFollow: false,
      unchecked: new Map(),
    },
    ...{ reported: [], hasReport: false, request: '', bulk: createBulkGuard('') },
    ...{ untold: new Map(), shown: new Map() },
  };
  const signal = new AbortController().signal;
  const silent = { output: () => undefined, inputWait: () => undefined };
  const context = { host: { ...parts.host, language }, roots: parts.roots, turn, signal, ...silent };
  return {
    async call(name, args) {
      const tool = createTools().find((one) => one.name === name)!;
      const parsed = parseArguments(tool, JSON.stringify(args));
      assert.ok(parsed.ok);
      const prepared = await tool.prepare(parsed.value, { ...context, call: name });
      return prepared.kind === 'ready' ? prepared.run() : prepared.result;
    },
    async undo() {
      await restoreAll(parts.journal, checkpoint.id);
    },
  };
}
