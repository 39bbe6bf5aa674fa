/** `baleen refactor` and `baleen review` as a user calls them, with the rehearsal in the model's place. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { hashTree } from '../support/renameReference.js';
import { makeSmallRepository } from '../support/smallRepository.js';
import { makeStateHome, runCli, type CliRun } from './cli.js';

let cwd: string;
let stateHome: string;

beforeEach(async () => {
  const files: Record<string, string> = {
    'src/money.mjs': 'export function price(net, rate) {\n  return net * (1 + rate);\n}\n',
  };
  for (let n = 0; n < 22; n++) {
    files[`src/order${n}.mjs`] = `import { price } from './money.mjs';\n\nexport const total${n} = price(${n}, 0.2);\n`;
  }
  cwd = await makeSmallRepository(files);
  stateHome = makeStateHome();
});

afterEach(() => {
  for (const folder of [cwd, stateHome]) rmSync(folder, { recursive: true, force: true });
});

function rehearse(...args: string[]): Promise<CliRun> {
  return runCli([...args, '--rehearse', '--json'], { cwd, stateHome });
}

function textOf(run: CliRun): string {
  return run
    .ofType('text_delta')
    .map((delta) => delta.text)
    .join('');
}

const rule = 'rename price to gross';
const green = 'node src/order0.mjs && node src/order21.mjs';

describe('refactor', () => {
  test('changes every site, verifies by the command, and is undone as one', async () => {
    const before = hashTree(cwd);
    const run = await rehearse('refactor', rule, '--approve', 'auto-edit', '--verify', green);
    expect(run.exitCode).toBe(0);
    expect(run.ofType('verify_end').map((end) => end.exitCode)).toEqual([0]);
    expect(run.ofType('turn_end')[0]!.changed).toHaveLength(23);
    expect(readFileSync(join(cwd, 'src/order7.mjs'), 'utf8')).toBe(
      "import { gross } from './money.mjs';\n\nexport const total7 = gross(7, 0.2);\n",
    );
    expect((await runCli(['undo'], { cwd, stateHome })).exitCode).toBe(0);
    expect(hashTree(cwd)).toBe(before);
  });

  test('a verify command that stays red restores every byte: exit code 3', async () => {
    const before = hashTree(cwd);
    const run = await rehearse('refactor', rule, '--approve', 'auto-edit', '--verify', 'node -e "process.exit(1)"');
    expect(run.exitCode).toBe(3);
    expect(run.ofType('restored')[0]!.paths).toHaveLength(23);
    expect(run.events().at(-1)).toMatchObject({ type: 'turn_end', outcome: 'verification_failed', changed: [] });
    expect(hashTree(cwd)).toBe(before);
  });

  test('--keep-on-fail leaves the edits', async () => {
    const before = hashTree(cwd);
    const red = ['--verify', 'node -e "process.exit(1)"', '--keep-on-fail'];
    const run = await rehearse('refactor', rule, '--approve', 'auto-edit', ...red);
    expect(run.exitCode).toBe(3);
    expect(run.ofType('restored')).toEqual([]);
    expect(hashTree(cwd)).not.toBe(before);
  });

  test('--dry-run prints the sites, each checked on disk, and changes nothing', async () => {
    const before = hashTree(cwd);
    const run = await rehearse('refactor', rule, '--dry-run');
    expect(run.exitCode).toBe(0);
    const { sites } = run.ofType('sites')[0]!;
    expect(new Set(sites.map((site) => site.path)).size).toBe(23);
    expect(sites.every((site) => site.onDisk && site.place !== undefined)).toBe(true);
    expect(hashTree(cwd)).toBe(before);
  });

  test('without a terminal nobody can choose, so nothing is sent: exit code 5 and a sentence', async () => {
    const run = await runCli(['refactor', rule, '--rehearse'], { cwd, stateHome });
    expect(run.exitCode).toBe(5);
    expect(run.stderr).toMatch(/nothing was sent.*--approve auto-edit.*--dry-run/);
  });
});

describe('review', () => {
  const narrow = 'export function price(net) {\n  return net * 1.2;\n}\n';

  test('finds the callers that a changed signature breaks, and --fail-on decides on the exit code', async () => {
    writeFileSync(join(cwd, 'src/money.mjs'), narrow);
    const run = await rehearse('review', '--fail-on', 'warning');
    expect(run.exitCode).toBe(8);
    const { findings, state } = run.ofType('findings')[0]!;
    expect(state).toBe('findings');
    expect(findings[0]!.place).toMatchObject({ path: 'src/money.mjs', startLine: 1 });
    expect(findings[0]!.callers.map((caller) => [caller.path, caller.place.startLine])).toContainEqual([
      'src/order7.mjs',
      3,
    ]);
    expect((await rehearse('review')).exitCode).toBe(0);
  });

  test('a named file, another base, and what is staged are looked at instead when asked for', async () => {
    writeFileSync(join(cwd, 'src/money.mjs'), narrow);
    expect((await rehearse('review', 'src/money.mjs')).ofType('findings')[0]!.findings).toHaveLength(1);
    expect((await rehearse('review', '--base', 'HEAD')).ofType('findings')[0]!.findings).toHaveLength(1);
    const staged = await rehearse('review', '--staged');
    expect([staged.exitCode, staged.ofType('findings')]).toEqual([0, []]);
    const unknown = await rehearse('review', '--base', 'no-such-branch');
    expect(unknown.exitCode).toBe(2);
  });

  test('without a change nothing is sent, and the events say so', async () => {
    const run = await rehearse('review');
    expect(run.exitCode).toBe(0);
    expect(run.ofType('step_start')).toEqual([]);
    expect(run.ofType('notice').map((notice) => notice.text)).toContain(
      'There is no change to review. Nothing was sent.',
    );
  });
});

describe('ask', () => {
  test.each([
    ['find price', /src\/money\.mjs:1/],
    ['explain src/money.mjs', /src\/money\.mjs/],
  ])('answers %j and changes nothing', async (question, expected) => {
    const before = hashTree(cwd);
    const run = await rehearse('ask', question);
    expect(run.exitCode).toBe(0);
    expect(textOf(run)).toMatch(expected);
    expect(run.ofType('tool_call_end').every((end) => end.status === 'done')).toBe(true);
    expect(hashTree(cwd)).toBe(before);
  });

  test('also about this repository, whose own texts stand in the pack', async () => {
    const here = join(import.meta.dirname, '..', '..');
    const run = await runCli(['ask', 'find refuseStep', '--rehearse', '--json'], { cwd: here, stateHome });
    expect([run.stderr, run.exitCode]).toEqual(['', 0]);
    expect(textOf(run)).toContain('src/core/agent/limits.ts');
  });
});
