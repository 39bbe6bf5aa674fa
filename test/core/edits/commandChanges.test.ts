import { existsSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createBench, type Bench } from '../tools/bench.js';
import { restoreAll } from '../../support/restoreAll.js';

const texts: Record<string, string | Buffer> = {
  'src/a.ts': 'const a = 1;\r\nconst b = 2;\n',
  'src/gone.ts': 'gone\n',
  'wide.txt': Buffer.from('\ufeffwide\n', 'utf16le'),
  'odd.txt': 'zero\u200bwidth and ⟦secret:x#1⟧ and \x1b[31m\n',
  'secret.ts': `const token = "ghp_${'Ab3d'.repeat(9)}";\n`,
};
let bench: Bench;

beforeEach(async () => {
  bench = await createBench(texts);
  // As old as the files of a user mostly are: of what was written a moment ago nothing is sure.
  const past = new Date(Date.now() - 60_000);
  for (const path of Object.keys(texts)) utimesSync(join(bench.root, path), past, past);
  await bench.turn.packer.sync();
});
afterEach(() => bench.dispose());

describe('files that change while a command runs', () => {
  it('are brought back to the byte where pack and log tell what they were, if that is asked for', async () => {
    const command = `for f in src/a.ts wide.txt odd.txt secret.ts; do echo x >> $f; done; rm src/gone.ts; echo new > made.txt`;
    const result = await bench.call('run_command', { command });
    expect(result.text).toContain('changed 6 files');
    await bench.turn.checkpoint.close();
    const { id } = bench.turn.checkpoint;
    const plan = await bench.journal.plan(id);
    expect(plan.files.map(({ path, action, byCommand, touched }) => ({ path, action, byCommand, touched }))).toEqual(
      ['odd.txt', 'src/a.ts', 'src/gone.ts', 'wide.txt'].map((path) => {
        return { path, action: 'write back', byCommand: true, touched: false };
      }),
    );
    // What it was before is not known, and nobody can tell whether the new one is the user's.
    expect(plan.changedByCommands).toEqual(['made.txt', 'secret.ts']);
    expect((await restoreAll(bench.journal, id)).paths).toEqual([]);
    expect(bench.read('src/a.ts')).toContain('x');
    const { checkpoint } = await restoreAll(bench.journal, id, { byCommand: true });
    for (const path of ['odd.txt', 'src/a.ts', 'src/gone.ts', 'wide.txt']) {
      expect(Buffer.from(bench.read(path)), path).toEqual(Buffer.from(Buffer.from(texts[path]!).toString('utf8')));
    }
    expect(bench.read('secret.ts')).toContain('x');
    expect(existsSync(join(bench.root, 'made.txt'))).toBe(true);
    await restoreAll(bench.journal, checkpoint);
    expect(existsSync(join(bench.root, 'src/gone.ts'))).toBe(false);
    expect(bench.read('src/a.ts')).toContain('x');
  });

  it('are the user’s own where he has changed them since, and were so where he had right before', async () => {
    bench.write('src/gone.ts', 'typed before the command\n');
    await bench.call('run_command', { command: 'echo x >> src/a.ts; echo x >> src/gone.ts' });
    await bench.call('run_command', { command: 'echo y >> src/a.ts' });
    await bench.turn.checkpoint.close();
    const { id } = bench.turn.checkpoint;
    expect(await bench.journal.plan(id)).toMatchObject({
      files: [{ path: 'src/a.ts', touched: false }],
      changedByCommands: ['src/gone.ts'],
    });
    bench.write('src/a.ts', 'typed since\n');
    expect((await restoreAll(bench.journal, id, { byCommand: true })).paths).toEqual([]);
    expect(bench.read('src/a.ts')).toBe('typed since\n');
  });
});
