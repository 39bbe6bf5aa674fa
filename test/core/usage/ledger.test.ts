import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createLedger, type Ledger } from '../../../src/core/usage/ledger.js';
import { readUsage } from '../../../src/core/usage/report.js';
import { createNodeFiles } from '../../../src/node/files.js';
import { createFakeClock } from '../../support/simulator/clocks.js';
import { lineOf, usd } from './lines.js';

const now = Date.parse('2026-11-26T12:00:00Z');
let base: string;
let folder: string;

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'baleen-usage-'));
  folder = join(base, 'usage');
});

afterEach(() => rmSync(base, { recursive: true, force: true }));

/** Each is as another process would have it: nothing is shared but the folder. */
function open(nowMs = now): Ledger {
  return createLedger({
    files: createNodeFiles(),
    folder,
    clock: createFakeClock(nowMs),
  });
}

async function add(ledger: Ledger, line = lineOf()): Promise<void> {
  const opened = { ...line, usage: null, cost: null, finish: 'open' };
  await ledger.begin(
    () => opened,
    (decided) => decided,
  );
  await ledger.end(line);
}

const file = (): string => join(folder, '2026-11.jsonl');

test('lines of several processes at once are all there, whole, in a file of the user alone', async () => {
  const ledgers = Array.from({ length: 6 }, () => open());
  await Promise.all(ledgers.flatMap((ledger) => Array.from({ length: 10 }, () => add(ledger))));
  expect(statSync(file()).mode & 0o777).toBe(0o600);
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  const { lines, damaged } = await open().read(0);
  expect([lines.length, new Set(lines.map(({ id }) => id)).size, damaged]).toEqual([60, 60, 0]);
});

test('damaged lines are counted, stay as they are, and stop nothing', async () => {
  await add(open());
  const whole = readFileSync(file(), 'utf8');
  writeFileSync(file(), whole.replace('"finish":"stop"', '"finish":"stap"'));
  appendFileSync(file(), '0123abcd {"version":1,"id":"torn');
  const before = readFileSync(file());
  await add(open());
  const report = await readUsage(open(), 1, now);
  expect(report.damaged).toBe(2);
  expect(report.groups[0]!.requests).toBe(1);
  expect(readFileSync(file()).subarray(0, before.length)).toEqual(before);
});

test('what was spent is known to every process, requests under way at the most that they may cost', async () => {
  const [mine, other] = [open(), open()];
  const of = { nowMs: now, session: 's', turn: 1 };
  const running = lineOf({ usage: null, cost: null, finish: 'open', atMost: usd(0.75), session: 'elsewhere' });
  await other.begin(
    () => running,
    (line) => line,
  );
  await add(mine, lineOf({ cost: usd(0.1), atMost: usd(0.1) }));
  expect((await mine.known()).spending.spent('USD', of)).toEqual({
    ...{ turn: expect.closeTo(0.1) as number, session: expect.closeTo(0.1) as number },
    day: expect.closeTo(0.85) as number,
  });
  await other.end({ ...running, finish: 'stop', cost: usd(0.25), atMost: usd(0.25) });
  expect((await mine.known()).spending.spent('USD', of).day).toBeCloseTo(0.35);
  // In another currency never less.
  expect((await mine.known()).spending.spent('CNY', of).day).toBeGreaterThanOrEqual(0.35 * 6.66);
});

test('another day begins at nothing', async () => {
  await add(open());
  const tomorrow = now + 24 * 3_600_000;
  const { spending } = await open(tomorrow).known();
  expect(spending.spent('USD', { nowMs: tomorrow, session: 'other', turn: 1 })).toEqual({
    turn: 0,
    session: 0,
    day: 0,
  });
});

test('a disk that fails is told once, and what this process spends is known all the same', async () => {
  writeFileSync(folder, 'a file where the folder should be');
  const ledger = open();
  await add(ledger, lineOf({ atMost: usd(0.5) }));
  await add(ledger, lineOf({ atMost: usd(0.5) }));
  const { spending } = await ledger.known();
  expect(spending.spent('USD', { nowMs: now, session: 's', turn: 1 }).day).toBeCloseTo(1);
  expect(ledger.takeTrouble()).toMatch(/Work goes on/);
  expect(ledger.takeTrouble()).toBeUndefined();
});

test('months before a year ago are removed', async () => {
  await add(open(Date.parse('2025-10-05T00:00:00Z')), lineOf({ at: '2025-10-05T00:00:00.000Z' }));
  await add(open(Date.parse('2025-11-05T00:00:00Z')), lineOf({ at: '2025-11-05T00:00:00.000Z' }));
  await add(open());
  expect((await open().read(0)).lines.map(({ at }) => at.slice(0, 7))).toEqual(['2025-11', '2026-11']);
});
