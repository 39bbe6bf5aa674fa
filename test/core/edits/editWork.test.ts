import { expect, it } from 'vitest';
import { editWork } from '../../../src/core/edits/editWork.js';
import { openText } from '../../../src/core/edits/textFile.js';

it('EDT-12: a stop is heard between two hunks of a long call', async () => {
  const file = openText(Array.from({ length: 60_000 }, (_, at) => `const value${at} = ${at};`).join('\n'));
  const hunks = Array.from({ length: 300 }, (_, at) => ({ old_text: `class Whale${at} {}`, new_text: 'x' }));
  const stop = new AbortController();
  const changing = editWork.changeFile('a.ts', file, { kind: 'hunks', hunks }, stop.signal);
  setImmediate(() => stop.abort());
  await expect(changing).rejects.toMatchObject({ name: 'AbortError' });
});

it('what does not change is told apart from what cannot', async () => {
  const file = openText('a\nb\n');
  const content = { kind: 'content', content: 'a\nb', isNew: false } as const;
  expect(await editWork.changeFile('a.txt', file, content)).toEqual({ kind: 'unchanged', results: [] });
  const lone = { kind: 'content', content: '\ud800', isNew: false } as const;
  expect(await editWork.changeFile('a.txt', file, lone)).toMatchObject({ kind: 'impossible' });
});
