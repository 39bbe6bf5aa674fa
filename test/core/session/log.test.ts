import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createSessionLog, parseSessionLog, type SessionRecord } from '../../../src/core/session/log.js';
import { createNodeFiles } from '../../../src/node/files.js';

const records: SessionRecord[] = [
  { type: 'title', title: 'a \u2028 b ⟦x⟧' },
  {
    type: 'message',
    message: { role: 'assistant', reasoning: ' r\n', text: '', calls: [{ id: '1', name: 't', arguments: '{ "a":1}' }] },
  },
  { type: 'seen', change: 3, chain: 'c' },
];

async function writeLog(): Promise<string> {
  const path = join(mkdtempSync(join(tmpdir(), 'baleen-log-')), 's.jsonl');
  const log = createSessionLog(createNodeFiles(), path, () => undefined);
  await Promise.all(records.map((record) => log.append(record)));
  return path;
}

const parse = (path: string): ReturnType<typeof parseSessionLog> => parseSessionLog(readFileSync(path, 'utf8'));

test('what was appended comes back in order, byte for byte', async () => {
  expect(await parse(await writeLog())).toEqual({ records, damaged: 0 });
});

test('zero bytes and garbage cost only their own lines, and nothing is deleted', async () => {
  const path = await writeLog();
  const text = readFileSync(path, 'utf8');
  const lines = text.trim().split('\n');
  for (const damage of [
    `${lines[0]}\n\0\0\0\0\n${lines[1]}`,
    `${lines[0]}\nnonsense\n{"type":"title"}\n`,
    text.replace('"change":3', '"change":4'),
  ]) {
    writeFileSync(path, damage);
    const parsed = await parse(path);
    expect(parsed.damaged).toBeGreaterThan(0);
    expect(parsed.records.length).toBeGreaterThan(0);
    for (const record of parsed.records) expect(records).toContainEqual(record);
    expect(readFileSync(path, 'utf8')).toBe(damage);
  }
});

test('the half line of a killed process is no damage, nor is it when the next process has gone on', async () => {
  const path = await writeLog();
  writeFileSync(path, readFileSync(path, 'utf8').slice(0, -9));
  expect(await parse(path)).toEqual({ records: records.slice(0, 2), damaged: 0 });
  const next = createSessionLog(createNodeFiles(), path, () => undefined);
  await next.append(records[2]!);
  expect(await parse(path)).toEqual({ records, damaged: 0 });
});

test('notes keep their place in the order, and reach the disk without an append after them', async () => {
  const path = join(mkdtempSync(join(tmpdir(), 'baleen-log-')), 's.jsonl');
  const log = createSessionLog(createNodeFiles(), path, (error) => {
    throw error;
  });
  const [first, second, third] = records as [SessionRecord, SessionRecord, SessionRecord];
  log.note(first);
  await log.append(second);
  expect((await parse(path)).records).toEqual([first, second]);
  log.note(third);
  await expect.poll(async () => (await parse(path)).records).toEqual(records);
});

test('EDT-16: of two windows with one session the one that did not see the other’s messages appends nothing more', async () => {
  const path = await writeLog();
  const [title, message, seen] = records as [SessionRecord, SessionRecord, SessionRecord];
  const size = readFileSync(path).length;
  const open = (): ReturnType<typeof createSessionLog> =>
    createSessionLog(createNodeFiles(), path, () => undefined, size);
  const [mine, other] = [open(), open()];
  await other.append(title, seen);
  await mine.append(seen);
  await mine.append(message);
  const before = readFileSync(path, 'utf8');
  await expect(other.append(message)).rejects.toThrow(/gone on in another window/);
  expect(readFileSync(path, 'utf8')).toBe(before);
  expect((await parse(path)).damaged).toBe(0);
});
