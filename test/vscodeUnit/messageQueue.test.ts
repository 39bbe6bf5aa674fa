import { expect, test } from 'vitest';
import type * as vscode from 'vscode';
import { createMessageQueue } from '../../src/vscode/messageQueue.js';

function createMemory(): vscode.Memento {
  const kept = new Map<string, string>();
  return {
    keys: () => [...kept.keys()],
    get: (key: string, otherwise?: unknown) => (kept.has(key) ? (JSON.parse(kept.get(key)!) as unknown) : otherwise),
    update: async (key: string, value: unknown) => void kept.set(key, JSON.stringify(value)),
  } as vscode.Memento;
}

function open(memory = createMemory()) {
  let number = 0;
  const queue = createMessageQueue(
    memory,
    () => undefined,
    () => `m${++number}`,
  );
  const texts = (session?: string): string[] => queue.list(session).map(({ text }) => text);
  return { memory, queue, texts };
}

test('messages are taken in the order in which they came, each once', () => {
  const { queue, texts } = open();
  for (const text of ['one', 'two', 'three']) queue.add('s', text);
  expect(queue.take('s', 'm2')).toBe('two');
  expect(queue.take('s', 'm2')).toBeUndefined();
  expect([queue.take('s'), queue.take('s'), queue.take('s')]).toEqual(['one', 'three', undefined]);
  expect(texts('s')).toEqual([]);
});

test('what is to go into the running turn is taken by it alone, and waits again when that has ended', () => {
  const { queue } = open();
  for (const text of ['one', 'two', 'three', 'four']) queue.add('s', text);
  queue.steer('s', 'm3');
  queue.steer('s', 'm2');
  expect(queue.takeSteered('s')).toEqual(['three', 'two']);
  queue.steer('s', 'm4');
  queue.settle();
  expect(queue.takeSteered('s')).toEqual([]);
  expect(queue.list('s').map(({ text, steers }) => [text, steers])).toEqual([
    ['four', false],
    ['one', false],
  ]);
});

test('a session has its own, also what was said before it had a name', () => {
  const { queue, texts } = open();
  queue.add(undefined, 'early');
  queue.adopt('a');
  queue.add('b', 'other');
  expect([texts('a'), texts('b'), texts()]).toEqual([['early'], ['other'], []]);
});

test('after a reload all of it is there, and nothing goes out by itself', () => {
  const { memory, queue } = open();
  queue.add('s', 'one');
  queue.add('s', 'two');
  queue.steer('s', 'm2');
  const again = open(memory);
  expect(again.texts('s')).toEqual(['two', 'one']);
  expect(again.queue.takeSteered('s')).toEqual([]);
});
