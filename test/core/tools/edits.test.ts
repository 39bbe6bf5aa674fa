import { createHash } from 'node:crypto';
import {
  chmodSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Prepared, ToolResult } from '../../../src/core/tools/tool.js';
import { createBench, type Bench } from './bench.js';
import { chooseFiles } from '../../../src/core/edits/checkpoint.js';
import { restoreAll } from '../../support/restoreAll.js';

let bench: Bench;
beforeEach(async () => {
  bench = await createBench({
    'src/a.ts': 'export const a = 1;\nexport const b = 2;\n',
    'run.sh': '#!/bin/sh\necho old\n',
    'package.json': '{ "name": "x" }\n',
    '.env': 'TOKEN=super-secret-value\nOTHER=1\n',
  });
});
afterEach(() => bench.dispose());

const hunks = (...pairs: [string, string][]) => pairs.map(([old_text, new_text]) => ({ old_text, new_text }));
function ready(prepared: Prepared): Extract<Prepared, { kind: 'ready' }> {
  if (prepared.kind !== 'ready') throw new Error(prepared.result.text);
  return prepared;
}

describe('edit_file', () => {
  it('writes, journals, tells the change log and answers with a numbered diff', async () => {
    const result = await bench.call('edit_file', { path: 'src/a.ts', hunks: hunks(['a = 1', 'a = 10']) });
    expect(result.failed).toBe(false);
    expect(result.text).toBe(
      'Edited src/a.ts: 1 hunk, 1 place.\n-1\texport const a = 1;\n+1\texport const a = 10;\n 2\texport const b = 2;',
    );
    expect(result.details).toMatchObject({ kind: 'edit', path: 'src/a.ts', added: 1, removed: 1, created: false });
    expect(bench.read('src/a.ts')).toBe('export const a = 10;\nexport const b = 2;\n');
    expect([...bench.turn.changed]).toEqual(['src/a.ts']);
    expect(bench.turn.checkpoint.paths).toEqual(['src/a.ts']);
    const { packer } = bench.turn;
    const pack = createHash('sha256')
      .update(await packer.packText())
      .digest('hex');
    const { entries } = await packer.entries(pack, { number: 0, chain: pack });
    expect(entries).toMatchObject([{ path: 'src/a.ts', session: 'session', call: 'call' }]);
    const plan = await bench.journal.plan(bench.turn.checkpoint.id);
    await bench.journal.restore(plan, chooseFiles(plan));
    expect(bench.read('src/a.ts')).toBe('export const a = 1;\nexport const b = 2;\n');
  });

  it('writes once with the good hunks and says which failed (EDT-11)', async () => {
    const result = await bench.call('edit_file', {
      path: 'src/a.ts',
      hunks: hunks(['a = 1', 'a = 10'], ['c = 3', 'c = 4'], ['b = 2', 'b = 20']),
    });
    expect(result.failed).toBe(true);
    expect(result.text).toMatch(/^Partly edited src\/a\.ts: 2 of 3 hunks/);
    expect(result.text).toMatch(/Hunk 2: old_text was not found/);
    expect(bench.read('src/a.ts')).toBe('export const a = 10;\nexport const b = 20;\n');
    const none = await bench.prepare('edit_file', { path: 'src/a.ts', hunks: hunks(['zzz', 'y']) });
    expect(none).toMatchObject({ kind: 'decided', refused: false });
  });

  it('shows the diff before, and the file that always asks', async () => {
    const plain = ready(await bench.prepare('edit_file', { path: 'src/a.ts', hunks: hunks(['a = 1', 'a = 10']) }));
    expect(plain.subject).toMatchObject({ kind: 'edit', path: 'src/a.ts' });
    expect(plain.subject).not.toHaveProperty('protectedBy');
    expect(JSON.stringify(plain.subject)).toContain('+export const a = 10;');
    const guarded = ready(await bench.prepare('edit_file', { path: 'package.json', hunks: hunks(['x', 'y']) }));
    expect(guarded.subject).toHaveProperty('protectedBy');
    expect(bench.read('package.json')).toBe('{ "name": "x" }\n');
  });

  it('does not overwrite what changed after it was matched (EDT-05)', async () => {
    const prepared = ready(await bench.prepare('edit_file', { path: 'src/a.ts', hunks: hunks(['a = 1', 'a = 10']) }));
    bench.write('src/a.ts', 'typed by the user\n');
    const result = await prepared.run();
    expect(result).toMatchObject({ failed: true });
    expect(result.text).toMatch(/has changed since it was read .* nothing was written/);
    expect(bench.read('src/a.ts')).toBe('typed by the user\n');
    expect([...bench.turn.changed]).toEqual([]);
  });

  it('does not follow a folder that became a link meanwhile', async () => {
    const prepared = ready(await bench.prepare('edit_file', { path: 'src/a.ts', hunks: hunks(['a = 1', 'a = 10']) }));
    const outside = join(bench.root, '../outside');
    mkdirSync(outside);
    writeFileSync(join(outside, 'a.ts'), 'export const a = 1;\nexport const b = 2;\n');
    rmSync(join(bench.root, 'src'), { recursive: true });
    symlinkSync(outside, join(bench.root, 'src'));
    expect((await prepared.run()).text).toMatch(/link out of the workspace/);
    expect(readFileSync(join(outside, 'a.ts'), 'utf8')).toContain('a = 1;');
  });

  it('does nothing when the journal cannot be written (EDT-22)', async () => {
    rmSync(join(bench.stateFolder, 'journal'), { recursive: true, force: true });
    writeFileSync(join(bench.stateFolder, 'journal'), 'in the way');
    const result = await bench.call('edit_file', { path: 'src/a.ts', hunks: hunks(['a = 1', 'a = 10']) });
    expect(result.text).toMatch(/old content of src\/a\.ts could not be kept .* nothing was written/);
    expect(bench.read('src/a.ts')).toContain('a = 1;');
  });

  it('keeps mode and hard links (EDT-07)', async () => {
    chmodSync(join(bench.root, 'run.sh'), 0o755);
    linkSync(join(bench.root, 'src/a.ts'), join(bench.root, 'twin.ts'));
    await bench.call('edit_file', { path: 'run.sh', hunks: hunks(['old', 'new']) });
    await bench.call('edit_file', { path: 'src/a.ts', hunks: hunks(['a = 1', 'a = 10']) });
    expect(statSync(join(bench.root, 'run.sh')).mode & 0o777).toBe(0o755);
    expect(bench.read('twin.ts')).toContain('a = 10');
    expect(readdirSync(bench.root).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('asks before bytes change that stand under another name too (PTH-06)', async () => {
    bench.write('one.txt', 'one\n');
    linkSync(join(bench.root, 'one.txt'), join(bench.root, 'two.txt'));
    const prepared = await bench.prepare('edit_file', {
      path: 'two.txt',
      hunks: [{ old_text: 'one', new_text: 'two' }],
    });
    expect(prepared).toMatchObject({ kind: 'ready', reason: expect.stringMatching(/2 hard links/) as string });
    bench.write('three.txt', 'one\n');
    await bench.call('read_file', { path: 'three.txt' });
    const alone = { path: 'three.txt', content: 'three\n' };
    expect(await bench.prepare('write_file', alone)).not.toHaveProperty('reason');
  });

  it('refuses paths, links, missing files and secret files in a sentence', async () => {
    symlinkSync('src/a.ts', join(bench.root, 'link'));
    for (const path of ['../x', '.git/config', 'link', '.env']) {
      const prepared = await bench.prepare('edit_file', { path, hunks: hunks(['OTHER=1', 'x']) });
      expect(prepared, path).toMatchObject({ kind: 'decided', refused: true });
      if (prepared.kind === 'decided') {
        expect(prepared.result.text).toMatch(/^Refused: /);
        expect(prepared.result.text).not.toContain('super-secret');
      }
    }
    expect((await bench.call('edit_file', { path: 'new.ts', hunks: hunks(['a', 'b']) })).text).toMatch(
      /does not exist/,
    );
  });

  it('edits the unsaved buffer and leaves the disk alone (EDT-03)', async () => {
    bench.unsaved.set('src/a.ts', { text: 'export const a = 1; // typed\n', version: 4 });
    const result = await bench.call('edit_file', { path: 'src/a.ts', hunks: hunks(['a = 1', 'a = 10']) });
    expect(result.text).toMatch(/not saved/);
    expect(bench.unsaved.get('src/a.ts')?.text).toBe('export const a = 10; // typed\n');
    expect(bench.read('src/a.ts')).toBe('export const a = 1;\nexport const b = 2;\n');
    const prepared = ready(await bench.prepare('edit_file', { path: 'src/a.ts', hunks: hunks(['a = 10', 'a = 11']) }));
    bench.unsaved.set('src/a.ts', { text: 'typed more', version: 9 });
    expect((await prepared.run()).failed).toBe(true);
    expect(bench.unsaved.get('src/a.ts')?.text).toBe('typed more');
  });

  it('does not write to the disk when unsaved text has appeared meanwhile', async () => {
    const prepared = ready(await bench.prepare('edit_file', { path: 'src/a.ts', hunks: hunks(['a = 1', 'a = 10']) }));
    bench.unsaved.set('src/a.ts', { text: 'typing', version: 1 });
    expect((await prepared.run()).failed).toBe(true);
    expect(bench.read('src/a.ts')).toContain('a = 1;');
  });
});

describe('write_file', () => {
  it('makes a file with its folders, and undo removes both', async () => {
    const result = await bench.call('write_file', { path: 'docs/deep/new.md', content: '# New\n' });
    expect(result.text).toBe('Created docs/deep/new.md: 1 line.');
    expect(bench.read('docs/deep/new.md')).toBe('# New\n');
    expect(statSync(join(bench.root, 'docs')).mode & 0o077).not.toBe(0);
    await restoreAll(bench.journal, bench.turn.checkpoint.id);
    expect(bench.exists('docs')).toBe(false);
  });

  it('asks for protected files that do not exist yet (PRF-03)', async () => {
    for (const path of ['.vscode/tasks.json', 'sub/.husky/pre-commit', 'AGENTS.md', '.github/workflows/x.yml']) {
      const prepared = ready(await bench.prepare('write_file', { path, content: 'x' }));
      expect(prepared.subject, path).toHaveProperty('protectedBy');
      expect(bench.exists(path)).toBe(false);
    }
  });

  it('keeps encoding, line ends, the last line end and the mode of an existing file', async () => {
    bench.write('win.txt', Buffer.from('\ufeffone\r\ntwo ä\r\n', 'utf16le'), 0o750);
    await bench.call('write_file', { path: 'win.txt', content: 'eins\nzwei ö' });
    expect(readFileSync(join(bench.root, 'win.txt')).equals(Buffer.from('\ufeffeins\r\nzwei ö\r\n', 'utf16le'))).toBe(
      true,
    );
    expect(statSync(join(bench.root, 'win.txt')).mode & 0o777).toBe(0o750);
    bench.write('blob.bin', Buffer.from([0, 1, 2]));
    expect((await bench.call('write_file', { path: 'blob.bin', content: 'x' })).text).toMatch(/binary/);
  });

  it('asks when the new text shrinks much or leaves a part out (EDT-20)', async () => {
    const long = Array.from({ length: 60 }, (_, index) => `const value${index} = ${index};\n`).join('');
    bench.write('long.ts', long);
    await bench.call('read_file', { path: 'long.ts' });
    const cut: [string, string, RegExp][] = [
      ['half', long.slice(0, 500), /shrink from \d+ to 500/],
      ['remark', `${long.slice(0, -20)}// ... rest of the file unchanged\n`, /left out/],
      ['existing code', `const value0 = 1;\n// ... existing code ...\n${long}`, /left out/],
      ['python', `${long}# rest remains unchanged\n`, /left out/],
      ['html', `${long}<!-- rest of the file stays the same -->\n`, /left out/],
    ];
    for (const [name, content, reason] of cut) {
      expect(ready(await bench.prepare('write_file', { path: 'long.ts', content })).reason, name).toMatch(reason);
    }
    for (const content of [
      long.replace('0', '1'),
      `${long}// the rest is history\n`,
      `${long}// see the other file\n`,
    ]) {
      expect(ready(await bench.prepare('write_file', { path: 'long.ts', content })).reason).toBeUndefined();
    }
    expect(bench.read('long.ts')).toBe(long);
  });

  it('EDT-10: never writes a placeholder', async () => {
    const token = `ghp_${'a1B2c3D4e5'.repeat(4).slice(0, 36)}`;
    bench.write('config.ts', `export const token = '${token}';\nexport const x = 1;\n`);
    const shown = await bench.call('read_file', { path: 'config.ts' });
    expect(shown.text).not.toContain(token);
    const name = /\u27e6secret:[^\u27e7]+\u27e7/.exec(shown.text)![0];
    expect((await bench.call('write_file', { path: 'new.ts', content: `'${name}'` })).text).toMatch(
      /^Refused: .*placeholder/,
    );
    expect(bench.exists('new.ts')).toBe(false);
    expect((await bench.call('write_file', { path: 'config.ts', content: 'export const x = 1;\n' })).text).toMatch(
      /^config\.ts was not written: \u27e6secret:[^\u27e7]+\u27e7 was dropped/,
    );
    await bench.call('write_file', {
      path: 'config.ts',
      content: `export const token = '${name}';\nexport const x = 2;\n`,
    });
    expect(bench.read('config.ts')).toBe(`export const token = '${token}';\nexport const x = 2;\n`);
    const edited = await bench.call('edit_file', { path: 'config.ts', hunks: hunks(['x = 2', 'x = 3']) });
    expect(JSON.stringify(edited)).not.toContain(token);
    expect((await bench.call('run_command', { command: `echo ${name}` })).text).toMatch(/^Refused: a placeholder/);
  });

  it('does not overwrite a file that was made meanwhile', async () => {
    const prepared = ready(await bench.prepare('write_file', { path: 'new.txt', content: 'mine' }));
    bench.write('new.txt', 'theirs');
    expect((await prepared.run()).failed).toBe(true);
    expect(bench.read('new.txt')).toBe('theirs');
  });
});

describe('a file that is not as the model knows it', () => {
  it('EDT-05: is not replaced as a whole until it was read again', async () => {
    bench.write('src/a.ts', 'typed by the user\n');
    const whole = { path: 'src/a.ts', content: 'export const a = 3;\n' };
    for (let tries = 0; tries < 2; tries++) {
      expect((await bench.call('write_file', whole)).text).toMatch(/has changed since you last saw it/);
    }
    expect(bench.read('src/a.ts')).toBe('typed by the user\n');
    await bench.call('read_file', { path: 'src/a.ts' });
    expect((await bench.call('write_file', whole)).failed).toBe(false);
    // What the agent itself has written it knows.
    expect((await bench.call('write_file', { ...whole, content: 'export const a = 4;\n' })).failed).toBe(false);
  });

  it('EDT-09: is asked for where it was deleted or renamed, and nothing is made anew without a yes', async () => {
    rmSync(join(bench.root, 'src'), { recursive: true });
    const prepared = ready(await bench.prepare('write_file', { path: 'src/a.ts', content: 'x\n' }));
    expect(prepared.reason).toMatch(/was deleted or renamed after the model last looked/);
    expect((await bench.call('edit_file', { path: 'src/a.ts', hunks: hunks(['a = 1', 'a = 2']) })).text).toMatch(
      /does not exist/,
    );
    expect(bench.exists('src')).toBe(false);
  });

  it('EDT-09: is not made anew where it went between the question and the yes', async () => {
    const edit = ready(await bench.prepare('edit_file', { path: 'src/a.ts', hunks: hunks(['a = 1', 'a = 2']) }));
    const whole = ready(await bench.prepare('write_file', { path: 'run.sh', content: 'new\n' }));
    renameSync(join(bench.root, 'src'), join(bench.root, 'lib'));
    rmSync(join(bench.root, 'run.sh'));
    for (const prepared of [edit, whole]) expect((await prepared.run()).text).toMatch(/has changed since it was read/);
    expect([bench.exists('src'), bench.exists('run.sh')]).toEqual([false, false]);
    expect(bench.read('lib/a.ts')).toContain('a = 1;');
  });

  it('EDT-17: an edit that was shown before a newer one is refused, not written over it', async () => {
    const old = ready(await bench.prepare('edit_file', { path: 'src/a.ts', hunks: hunks(['a = 1', 'a = 2']) }));
    await bench.call('edit_file', { path: 'src/a.ts', hunks: hunks(['b = 2', 'b = 3']) });
    expect((await old.run()).text).toMatch(/has changed since it was read/);
    expect(bench.read('src/a.ts')).toBe('export const a = 1;\nexport const b = 3;\n');
  });

  it('EDT-20: an edit whose new text says that a part is left out asks', async () => {
    const args = { path: 'src/a.ts', hunks: hunks(['export const b = 2;', '// ... rest of the file unchanged']) };
    expect(ready(await bench.prepare('edit_file', args)).reason).toMatch(/left out/);
  });
});

it('EDT-04: what the user types before the write is merged with it, or the edit is refused by name and line', async () => {
  const prepare = async (): Promise<Extract<Prepared, { kind: 'ready' }>> =>
    ready(await bench.prepare('edit_file', { path: 'src/a.ts', hunks: hunks(['a = 1', 'a = 10']) }));
  const text = 'export const a = 1;\nexport const b = 2;\n';
  bench.write('src/a.ts', `// top\n${text}// end\n`);
  const merging = await prepare();
  bench.unsaved.set('src/a.ts', { text: `// top\n${text}// end, typed\n`, version: 1 });
  expect((await merging.run()).text).toMatch(/not saved.* merged with what the user typed meanwhile/);
  expect(bench.unsaved.get('src/a.ts')?.text).toBe(`// top\n${text.replace('= 1', '= 10')}// end, typed\n`);
  expect(bench.read('src/a.ts')).toBe(`// top\n${text}// end\n`);
  bench.unsaved.delete('src/a.ts');
  const conflicting = await prepare();
  bench.unsaved.set('src/a.ts', { text: `// top\n${text.replace('a = 1', 'a = 5')}// end\n`, version: 1 });
  const refused = await conflicting.run();
  expect(refused.text).toMatch(/changed src\/a\.ts at line 2 meanwhile.* has "export const a = 5;", the edit "export/);
  expect(bench.unsaved.get('src/a.ts')?.text).toContain('a = 5');
});

it('EDT-04: what the user types while it is written takes the edit into the buffer, and the disk is as it was, to the time', async () => {
  const text = 'export const a = 1;\nexport const b = 2;\n// end\n';
  const file = join(bench.root, 'src/a.ts');
  const typeMeanwhile = (typed: string): void => {
    bench.host.documents.watchReload = () => ({
      async isTypedOver() {
        expect(bench.read('src/a.ts')).toBe(text.replace('a = 1', 'a = 10'));
        bench.unsaved.set('src/a.ts', { text: typed, version: 1 });
        return true;
      },
      dispose: () => undefined,
    });
  };
  const edit = async (): Promise<ToolResult> => {
    bench.unsaved.delete('src/a.ts');
    return bench.call('edit_file', { path: 'src/a.ts', hunks: hunks(['a = 1', 'a = 10']) });
  };
  bench.write('src/a.ts', text);
  utimesSync(file, 1_700_000_000.123, 1_700_000_000.123);
  typeMeanwhile(`${text}typed`);
  expect((await edit()).text).toMatch(/not saved.* merged with what the user typed meanwhile/);
  expect(bench.unsaved.get('src/a.ts')?.text).toBe(`${text.replace('a = 1', 'a = 10')}typed`);
  // An editor that knows this time saves what it shows; a newer one would be a conflict.
  expect([bench.read('src/a.ts'), Math.round(statSync(file).mtimeMs)]).toEqual([text, 1_700_000_000_123]);

  typeMeanwhile(text.replace('a = 1', 'a = 5'));
  const refused = await edit();
  expect([refused.failed, refused.text]).toEqual([
    true,
    expect.stringMatching(/src\/a\.ts at line 1.*nothing was changed/),
  ]);
  expect(bench.unsaved.get('src/a.ts')?.text).toContain('a = 5');
  expect([bench.read('src/a.ts'), Math.round(statSync(file).mtimeMs)]).toEqual([text, 1_700_000_000_123]);
});

describe('notebooks (peers row 6)', () => {
  const notebook = `${JSON.stringify({ cells: [{ cell_type: 'code', source: ['x = 1\\n'] }], nbformat: 4 }, undefined, 1)}\n`;

  it('are edited as text as long as they stay notebooks', async () => {
    bench.write('a.ipynb', notebook);
    expect((await bench.call('edit_file', { path: 'a.ipynb', hunks: hunks(['x = 1', 'x = 2']) })).failed).toBe(false);
    const edited = notebook.replace('x = 1', 'x = 2');
    expect(bench.read('a.ipynb')).toBe(edited);
    const bad: [string, string, RegExp][] = [
      ['"nbformat": 4', '"nbformat": 4,', /no longer be JSON/],
      ['"nbformat"', '"format"', /no "nbformat"/],
      ['"cell_type"', '"type"', /cell 1 would have no type/],
    ];
    for (const [old, now, why] of bad) {
      expect((await bench.call('edit_file', { path: 'a.ipynb', hunks: hunks([old, now]) })).text).toMatch(why);
    }
    expect(bench.read('a.ipynb')).toBe(edited);
  });

  it('that are open and not saved are left alone, also if they became so before the yes', async () => {
    bench.write('a.ipynb', notebook);
    const args = { path: 'a.ipynb', hunks: hunks(['x = 1', 'x = 2']) };
    const prepared = ready(await bench.prepare('edit_file', args));
    bench.notebooks.add('a.ipynb');
    expect((await prepared.run()).failed).toBe(true);
    expect((await bench.call('edit_file', args)).text).toMatch(/open as a notebook and has unsaved changes/);
    expect(bench.read('a.ipynb')).toBe(notebook);
  });
});

it('EDT-12: huge files, and what is no text, are refused before they are read whole', async () => {
  bench.write('huge.txt', '');
  truncateSync(join(bench.root, 'huge.txt'), 200 * 1024 * 1024);
  bench.write('line.json', 'x'.repeat(5 * 1024 * 1024));
  bench.write('blob.bin', Buffer.from([0, 1, 2, 255, 0]));
  for (const path of ['huge.txt', 'line.json', 'blob.bin']) {
    const result = await bench.call('edit_file', { path, hunks: hunks(['x', 'y']) });
    expect(result.text).toMatch(/files above \d+ are not edited|binary/);
  }
  expect(statSync(join(bench.root, 'huge.txt')).size).toBe(200 * 1024 * 1024);
});

it('EDT-16: of two windows that edit one file at once, one is refused and no edit is lost', async () => {
  const other = ready(await bench.prepare('edit_file', { path: 'src/a.ts', hunks: hunks(['b = 2', 'b = 20']) }));
  const mine = ready(await bench.prepare('edit_file', { path: 'src/a.ts', hunks: hunks(['a = 1', 'a = 10']) }));
  const results = [await mine.run(), await other.run()];
  expect(results.map(({ failed }) => failed)).toEqual([false, true]);
  expect(bench.read('src/a.ts')).toBe('export const a = 10;\nexport const b = 2;\n');
});

it('does not show an ignored file by way of an edit that fails', async () => {
  bench.write('.gitignore', 'local/\n');
  bench.write('local/settings.txt', 'one\nthe word is swordfish\nthree\n');
  for (const old of ['the word is swordfis', 'the word is swordfist\nthree', 'one']) {
    const result = await bench.call('edit_file', { path: 'local/settings.txt', hunks: hunks([old, 'x']) });
    expect(result.text).toMatch(/ignore rules/);
    expect(result.text).not.toContain('swordfish');
  }
  expect(bench.read('local/settings.txt')).toBe('one\nthe word is swordfish\nthree\n');
});
