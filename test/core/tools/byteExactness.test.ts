/** T13: thirteen encodings, four line ends and five modes: a one-line edit changes its own bytes, or is refused. */
import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodings, lineEnds, tryEdits, type Tried } from '../../support/byteExactness/cases.js';
import type { Report } from '../../support/byteExactness/asNormalUser.js';
import { createBench, type Bench } from './bench.js';

const isRoot = process.getuid?.() === 0;
const stranger = 12345;
const nobody = 65534;

let bench: Bench;
beforeAll(async () => {
  bench = await createBench({ 'a.txt': 'x\n' });
});
afterAll(() => bench.dispose());

/** A read-only file is left alone, for root as well. */
function expectExact(tried: readonly Tried[], isCertain: boolean): void {
  expect(tried).toHaveLength(5);
  for (const { path, answer, failed, bytes, isLeft, mode, owner } of tried) {
    const isReadOnly = mode.before === 0o444;
    expect(bytes, `${path}: ${answer}`).toBe(failed ? 'before' : 'after');
    if (isCertain || isReadOnly) expect(failed, `${path}: ${answer}`).toBe(isReadOnly);
    // A character of another script is never written in bytes of a wrong reading.
    if (!isCertain || isReadOnly) expect(isLeft, path).toBe(true);
    expect(mode.after, path).toBe(mode.before);
    expect(owner.after, path).toEqual(owner.before);
  }
}

describe.each(encodings)('T13, EDT-06, EDT-07: %s', (...encoding) => {
  it.each(lineEnds)('%s, in every mode: exact or refused', async (...ends) => {
    expectExact(await tryEdits(bench, encoding, ends, isRoot ? stranger : undefined), encoding[3]);
  });
});

describe.runIf(isRoot)('T13, EDT-06, EDT-07: as a normal user', () => {
  let report: Report;
  beforeAll(async () => {
    const top = resolve(import.meta.dirname, '../../..');
    // Beside `node_modules`, from which it takes the packages.
    const outfile = join(top, 'out', 'byteExactness', 'asNormalUser.mjs');
    await build({
      entryPoints: [join(top, 'test/support/byteExactness/asNormalUser.ts')],
      ...{ outfile, bundle: true, platform: 'node', format: 'esm', packages: 'external', logLevel: 'error' },
    });
    // Imported: a script among what is bundled would take itself for the program.
    const program = `await import(${JSON.stringify(pathToFileURL(outfile).href)})`;
    const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], {
      ...{ encoding: 'utf8', env: { PATH: process.env.PATH, HOME: '/nonexistent' }, maxBuffer: 1 << 26 },
    });
    expect(stderr).toBe('');
    report = JSON.parse(stdout) as Report;
  }, 60_000);

  it('260 edits of the own files: exact or refused', () => {
    expect(report.uid).toBe(nobody);
    expect(report.own).toHaveLength(52);
    for (const { isCertain, tried } of report.own) {
      expectExact(tried, isCertain);
      expect(tried.every(({ owner }) => owner.before[0] === nobody)).toBe(true);
    }
  });

  it("another user's file stays that user's: changed where everybody may write, else left alone", () => {
    expect(report.foreign).toEqual([
      { path: 'readable', failed: true, text: 'value = old\n', mode: 0o644, uid: 0 },
      { path: 'writable', failed: false, text: 'value = new\n', mode: 0o666, uid: 0 },
    ]);
  });
});
