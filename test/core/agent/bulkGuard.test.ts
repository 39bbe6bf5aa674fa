import { describe, expect, it } from 'vitest';
import { bulkChanges, bulkDeletes, createBulkGuard, type BulkGuard } from '../../../src/core/agent/bulkGuard.js';
import type { ToolCall } from '../../../src/core/model/types.js';

let number = 0;
const call = (name: string, args: unknown): ToolCall => ({ id: `c${number++}`, name, arguments: JSON.stringify(args) });
const remove = (path: string) => call('delete_file', { path });
const edit = (path: string, old_text = 'one', new_text = 'two') =>
  call('edit_file', { path, hunks: [{ old_text, new_text }] });
const many = (count: number, make: (path: string) => ToolCall, folder = 'f') =>
  Array.from({ length: count }, (_, index) => make(`${folder}/${index}`));
const judgeAll = (guard: BulkGuard, calls: readonly ToolCall[]) => {
  guard.beginReply(calls);
  return calls.map((one) => guard.judge(one));
};
const kinds = (guard: BulkGuard, calls: readonly ToolCall[]) => judgeAll(guard, calls).map(({ kind }) => kind);

describe('INJ-06 many files at once', () => {
  it('ask before the first, with the whole list', () => {
    const guard = createBulkGuard('clean up');
    const calls = [...many(bulkDeletes, remove), edit('a.ts'), edit('./a.ts'), call('read_file', { path: 'x' })];
    const [first] = judgeAll(guard, calls);
    expect(first).toMatchObject({
      kind: 'ask',
      deleted: many(bulkDeletes, remove).map((_, i) => `f/${i}`),
      changed: ['a.ts'],
    });
    if (first?.kind !== 'ask') throw new Error('did not ask');
    expect(first.reason).toBe(
      'In this turn the model would delete 10 files and change 1 file. So many at once ask in every mode.',
    );
    guard.answer(first, true);
    expect(new Set(kinds(guard, calls))).toEqual(new Set(['run']));
  });

  it('do not ask below the bound, however often the same file is named', () => {
    const guard = createBulkGuard('');
    expect(kinds(guard, [...many(bulkDeletes - 1, remove), ...many(bulkChanges - 1, edit)])).not.toContain('ask');
    expect(kinds(guard, many(bulkChanges - 1, edit))).not.toContain('ask');
  });

  it('count over the replies of a turn, and say what is done already', () => {
    const guard = createBulkGuard('');
    for (let index = 0; index < bulkChanges - 1; index++) {
      expect(
        kinds(guard, [call(index % 2 === 0 ? 'write_file' : 'move_file', { path: `f${index}`, to: 'x', content: '' })]),
      ).toEqual(['run']);
    }
    const [last] = judgeAll(guard, [edit('one more')]);
    expect(last).toMatchObject({
      kind: 'ask',
      reason: expect.stringContaining('49 of them are done already; undo brings them back.') as string,
    });
  });

  it('a no holds for the rest of the turn, also for a few', () => {
    const guard = createBulkGuard('');
    const [first] = judgeAll(guard, many(bulkDeletes, remove));
    if (first?.kind !== 'ask') throw new Error('did not ask');
    guard.answer(first, false);
    expect(kinds(guard, [remove('f/0'), edit('a.ts'), call('run_command', { command: 'ls' })])).toEqual([
      'refuse',
      'refuse',
      'run',
    ]);
  });

  it('a yes is to the files that were listed', () => {
    const guard = createBulkGuard('');
    const [first] = judgeAll(guard, many(bulkDeletes, remove));
    if (first?.kind !== 'ask') throw new Error('did not ask');
    guard.answer(first, true);
    expect(kinds(guard, many(bulkDeletes, remove, 'others'))).toContain('ask');
  });

  it('are not counted where the user chose them, or wrote the old and the new words himself', () => {
    const guard = createBulkGuard('rename loadUser to readUser everywhere');
    const rename = many(200, (path) => edit(path, 'loadUser', 'readUser'));
    expect(kinds(guard, rename)).not.toContain('ask');
    for (const [from, to] of [
      ['loadUser', 'evil'],
      ['oadUse', 'readUser'],
      ['to', 'e'],
    ] as const)
      expect(
        kinds(
          createBulkGuard('rename loadUser to readUser everywhere'),
          many(bulkChanges, (path) => edit(path, from, to)),
        ),
      ).toContain('ask');
    const chosen = many(200, edit);
    guard.agree(chosen.map((_, index) => `f/${index}`));
    expect(kinds(guard, chosen)).not.toContain('ask');
    expect(kinds(guard, many(bulkDeletes, remove))).toContain('ask');
  });
});
