import { expect, test } from 'vitest';
import type { Item, ToolItem } from '../../src/webview/items.js';
import { groupRows } from '../../src/webview/rows.js';

function edit(key: number, status: ToolItem['status'] = 'done'): ToolItem {
  const path = `src/${key}.ts`;
  const item = { key, kind: 'tool' as const, call: `c${key}`, tool: 'edit_file', title: path, path, status };
  const details = { kind: 'edit' as const, path, diff: '', added: 1, removed: 2, created: false };
  return { ...item, output: '', outputCutChars: 0, summary: '', ...(status === 'done' ? { details } : {}) };
}

const text = (key: number): Item => ({ key, kind: 'answer', text: 'x', live: false });
const kinds = (items: Item[]): string[] => groupRows(items).map((row) => `${row.kind}:${row.key}`);

test('four finished edits and more, with nothing between them, are one row', () => {
  expect(kinds([text(1), edit(2), edit(3), edit(4), edit(5), text(6)])).toEqual(['answer:1', 'edits:2', 'answer:6']);
  expect(kinds([edit(2), edit(3), edit(4), text(5), edit(6)])).toEqual([
    'tool:2',
    'tool:3',
    'tool:4',
    'answer:5',
    'tool:6',
  ]);
});

test('what failed, was refused or still runs keeps a card of its own', () => {
  const items = [edit(1), edit(2), edit(3), edit(4), edit(5, 'refused'), edit(6, 'running')];
  expect(kinds(items)).toEqual(['edits:1', 'tool:5', 'tool:6']);
});

test('a run keeps its key while it grows, and no item is lost', () => {
  const items = [edit(1), edit(2), edit(3), edit(4), edit(5)];
  expect(kinds(items.slice(0, 4))).toEqual(['edits:1']);
  const [row] = groupRows(items);
  expect(row?.kind === 'edits' && row.edits.map((one) => one.key)).toEqual([1, 2, 3, 4, 5]);
});
