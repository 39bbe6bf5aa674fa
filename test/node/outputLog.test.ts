import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { cleanOutputLogs, createOutputLog, readOutputLog, segmentBytes } from '../../src/node/outputLog.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'baleen-log-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('RES-05: however much comes, the disk holds the first and the last segments, and reads say what is gone', async () => {
  const log = createOutputLog(join(folder, 'c-1'));
  const line = `${'x'.repeat(1023)}\n`;
  const lines = (9 * segmentBytes) / 1024 + 500;
  for (let at = 0; at < lines; at += 64) {
    log.add(
      Array.from({ length: Math.min(64, lines - at) }, (_, i) => `${at + i} ${line.slice(`${at + i} `.length)}`).join(
        '',
      ),
    );
    if (log.waiting() > 1024 * 1024) await log.written();
  }
  await log.close();
  expect(log.total()).toBe(lines * 1024);
  expect(readdirSync(join(folder, 'c-1')).sort()).toEqual(['0', '1', '8', '9']);
  const start = await readOutputLog(join(folder, 'c-1'), 2048, 3000);
  expect(start).toMatchObject({ from: 2048, to: 2048 + 2048, total: log.total() });
  expect(start?.text.split(' ', 1)).toEqual(['2']);
  const over = await readOutputLog(join(folder, 'c-1'), 2 * segmentBytes - 1024, 100_000);
  expect(over).toMatchObject({ from: 2 * segmentBytes - 1024, to: 2 * segmentBytes });
  const gone = await readOutputLog(join(folder, 'c-1'), 3 * segmentBytes, 5000);
  expect(gone).toMatchObject({ from: 8 * segmentBytes, to: 8 * segmentBytes + 4096 });
  const end = await readOutputLog(join(folder, 'c-1'), log.total() - 1024, 100_000);
  expect(end?.text.startsWith(`${lines - 1} `)).toBe(true);
  expect(end?.to).toBe(log.total());
  expect(await readOutputLog(join(folder, 'c-1'), log.total() + 5, 10)).toMatchObject({ text: '', from: log.total() });
});

test('parts join to the whole, wherever they are cut', async () => {
  const text = 'größe 🐋 und mehr davon, ohne ein Ende der Zeile '.repeat(40) + '\nnoch eine\n';
  const log = createOutputLog(join(folder, 'c-2'));
  for (const character of text) log.add(character);
  await log.close();
  for (const size of [7, 16, 100, 5000]) {
    let read = '';
    for (let at = 0; at < Buffer.byteLength(text);) {
      const part = await readOutputLog(join(folder, 'c-2'), at, size);
      expect(part!.to).toBeGreaterThan(at);
      expect(part!.from).toBe(at);
      read += part!.text;
      at = part!.to;
    }
    expect(read).toBe(text);
  }
});

test('a log that cannot be written says so and costs nothing else', async () => {
  writeFileSync(join(folder, 'file'), '');
  const log = createOutputLog(join(folder, 'file', 'c-3'));
  log.add('lost');
  await log.written();
  expect(log.trouble()).toMatch(/ENOTDIR/);
  log.add('more');
  expect(log.total()).toBe(8);
  await log.close();
  expect(await readOutputLog(join(folder, 'file', 'c-3'), 0, 10)).toBeUndefined();
});

test('old logs go, then those that are too many, the oldest first', async () => {
  const now = Date.now();
  for (let at = 0; at < 70; at++) {
    const log = join(folder, `c-${String(at).padStart(2, '0')}`);
    mkdirSync(log);
    writeFileSync(join(log, '0'), 'x');
    const seconds = now / 1000 - at * 60 - (at === 3 ? 8 * 24 * 3600 : 0);
    for (const path of [join(log, '0'), log]) utimesSync(path, seconds, seconds);
  }
  await cleanOutputLogs(folder, now);
  const left = readdirSync(folder).sort();
  expect(left).toHaveLength(64);
  expect(left).not.toContain('c-03');
  expect(left.at(-1)).toBe('c-64');
  await cleanOutputLogs(join(folder, 'missing'), now);
  expect(existsSync(join(folder, 'missing'))).toBe(false);
  expect(statSync(folder).isDirectory()).toBe(true);
});
