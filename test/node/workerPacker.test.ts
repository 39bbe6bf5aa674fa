import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { BaleenError } from '../../src/core/errors.js';
import { packMarker, type Packer } from '../../src/core/pack/packer.js';
import { standings } from '../../src/protocol/pack.js';
import { createWorkerPacker } from '../../src/node/workerPacker.js';
import { buildTokenTables } from '../../scripts/buildTokenTables.mjs';
import { copyGrammars } from '../../scripts/copyGrammars.mjs';
import {
  createWorkspace,
  freshPack,
  noProgress,
  noSignal,
  readPackText,
  silentLog,
  type Workspace,
} from '../core/pack/workspace.js';

let folder: string;
let workspace: Workspace;
let packer: Packer;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'baleen-worker-'));
  const options = { bundle: true, platform: 'node', format: 'cjs', target: 'node20', logLevel: 'error' } as const;
  await build({ ...options, entryPoints: ['src/node/worker.ts'], outfile: join(folder, 'worker.cjs') });
  await buildTokenTables(join(folder, 'deepseek.bin'));
  await copyGrammars(join(folder, 'grammars'));
});
afterAll(() => rmSync(folder, { recursive: true }));
beforeEach(() => {
  workspace = createWorkspace();
  packer = createWorkerPacker({
    workerFile: join(folder, 'worker.cjs'),
    tablesFile: join(folder, 'deepseek.bin'),
    grammarsFolder: join(folder, 'grammars'),
    log: silentLog,
  });
});
afterEach(async () => {
  await packer.dispose();
  workspace.dispose();
});

/** The template's first token, and one for the word. */
const oneWord = { system: 'Hello', tools: [], messages: [], thinking: 'off' as const };

describe('the packer in a worker', () => {
  it('keeps the files to itself, and gives them in columns that hold the whole report', async () => {
    workspace.write('src/a.ts', 'export const a = 1;\n');
    workspace.write('big.txt', 'words and more words\n'.repeat(400));
    workspace.write('b.bin', Buffer.from([0, 1]));
    const state = await packer.open(workspace.options(1000), noProgress, noSignal);
    expect(state.counts).toEqual({ full: 1, outline: 0, listed: 1, withheld: 1 });
    expect(state.report).not.toHaveProperty('files');
    const report = await packer.report();
    const table = await packer.table();
    const paths = table.paths.split('\0').slice(0, -1);
    const files = [...table.as].map((as, row) => ({
      path: paths[row],
      tokens: table.tokens[row],
      contentTokens: table.contentTokens[row],
      as: standings[as],
    }));
    const withheld = [...table.why].map((why, row) => ({
      path: paths[files.length + row],
      why: table.reasons[why],
      bytes: table.bytes[row],
    }));
    expect({ ...state.report, files, withheld }).toEqual(report);
  });

  it('packs, follows changes, searches and assembles as the engine does', async () => {
    workspace.write('a.txt', 'one\n');
    const phases = new Set<string>();
    const state = await packer.open(workspace.options(), (event) => phases.add(event.phase), noSignal);
    expect([...phases]).toEqual(['list', 'read', 'count', 'render', 'save']);
    const text = await readPackText(packer);
    expect(text).toBe((await freshPack(await workspace.engine(), workspace.options())).text);
    workspace.write('a.txt', 'two\n');
    expect((await packer.sync()).map((entry) => entry.kind)).toEqual(['changed']);
    const query = {
      pattern: 'two',
      literal: true,
      caseSensitive: true,
      wholeWord: true,
      include: [],
      contextLines: 0,
      maxHits: 5,
    };
    expect((await packer.search(query, noSignal)).totalHits).toBe(1);
    const scan = await packer.scan();
    workspace.write('b.bin', Buffer.from([0, 1]));
    expect(await packer.changedSince(scan)).toEqual(['b.bin']);
    expect((await packer.list({})).files.map((file) => file.path)).toEqual(['a.txt', 'b.bin']);
    expect(await packer.countPrompt(oneWord)).toBe(2);
    const body = await packer.assembleBody(JSON.stringify({ m: packMarker(state.report.sha256) }), []);
    expect(body).toBeInstanceOf(Uint8Array);
    expect(JSON.parse(Buffer.from(body).toString('utf8'))).toEqual({ m: text });
  });

  it('opens, changes and merges texts as the engine does', async () => {
    const engine = await workspace.engine();
    const bytes = Buffer.from('\ufeffone\r\ntwo\r\ntoken = "ghp_a1B2c3D4e5a1B2c3D4e5a1B2c3D4e5a1B2c3"\r\n');
    const opened = await packer.openFile('a.txt', { bytes });
    expect(opened).toEqual(await engine.openFile('a.txt', { bytes }));
    if (!opened.ok) throw new Error(opened.sentence);
    const hunks = [
      { old_text: 'twoo', new_text: 'x' },
      { old_text: 'one\ntwo', new_text: 'one\n2' },
    ];
    const wish = { kind: 'hunks', hunks } as const;
    const changed = await packer.changeFile('a.txt', opened.file, wish);
    if (changed.kind !== 'changed') throw new Error(changed.kind);
    expect(Buffer.from(changed.change.to.bytes).toString()).toBe(bytes.toString().replace('two', '2'));
    expect(changed.change.results.map(({ ok }) => ok)).toEqual([false, true]);
    const { change } = (await engine.changeFile('a.txt', opened.file, wish)) as typeof changed;
    expect(changed.change).toEqual({ ...change, to: { ...change.to, bytes: Uint8Array.from(change.to.bytes) } });
    expect(await packer.mergeTexts('a\nb\nc\n', 'A\nb\nc\n', 'a\nb\nC\n')).toEqual({ ok: true, text: 'A\nb\nC\n' });
  });

  it('hands errors over with their name, sentence and outcome', async () => {
    await expect(packer.packText()).rejects.toBeInstanceOf(BaleenError);
    await expect(packer.packText()).rejects.toThrow(/No folder is packed/);
    workspace.write('a.txt', 'one\n');
    await expect(packer.open(workspace.options(5), noProgress, noSignal)).rejects.toMatchObject({
      outcome: 'overflow',
    });
    await packer.open(workspace.options(), noProgress, noSignal);
    await expect(packer.assembleBody('{"a":"the-users-key"}', ['the-users-key'])).rejects.toMatchObject({
      name: 'SecretInBody',
      outcome: 'failed',
    });
  });

  it('cancels one call and goes on with the others', async () => {
    for (let n = 0; n < 300; n++) workspace.write(`f${n}.txt`, 'words and more words\n'.repeat(500));
    const abort = new AbortController();
    const cancelled = packer.open(workspace.options(), () => abort.abort(), abort.signal);
    const counted = packer.countPrompt(oneWord);
    await expect(cancelled).rejects.toMatchObject({ name: 'AbortError' });
    expect(await counted).toBe(2);
    expect((await packer.open(workspace.options(), noProgress, noSignal)).counts.full).toBe(300);
    await expect(
      packer.search(
        {
          pattern: 'x',
          literal: true,
          caseSensitive: true,
          wholeWord: false,
          include: [],
          contextLines: 0,
          maxHits: 1,
        },
        abort.signal,
      ),
    ).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('tells every waiting and later call that the worker died', async () => {
    const file = join(folder, 'dying.cjs');
    writeFileSync(
      file,
      `const { parentPort } = require('node:worker_threads'); parentPort.on('message', () => setTimeout(() => { throw new Error('out of luck'); }, 20));`,
    );
    const dying = createWorkerPacker({ workerFile: file, tablesFile: '', grammarsFolder: '', log: silentLog });
    const calls = await Promise.allSettled([dying.packText(), dying.scan()]);
    for (const call of calls)
      expect(call).toMatchObject({ status: 'rejected', reason: { name: 'BaleenError', message: /out of luck/ } });
    await expect(dying.list({})).rejects.toThrow(/out of luck/);
  });

  it('says so when the tables are missing', async () => {
    const lost = createWorkerPacker({
      workerFile: join(folder, 'worker.cjs'),
      tablesFile: join(folder, 'none.bin'),
      grammarsFolder: join(folder, 'grammars'),
      log: silentLog,
    });
    await expect(lost.list({})).rejects.toThrow(/none\.bin/);
    await lost.dispose();
  });

  it('keeps files beyond the state folder as they are', async () => {
    workspace.write('a.txt', 'one\n');
    await packer.open(workspace.options(), noProgress, noSignal);
    expect(readFileSync(join(workspace.root, 'a.txt'), 'utf8')).toBe('one\n');
    expect((await packer.list({})).files.map((file) => file.path)).toEqual(['a.txt']);
  });
});
