import { expect, it } from 'vitest';
import { parsePick } from '../../src/vscode/modelPick.js';

const chat = { model: 'v4-pro', thinking: 'high' } as const;

it.each([
  ['same as chat', chat],
  ['', chat],
  ['v4-flash', { model: 'v4-flash', thinking: 'high' }],
  ['v4-flash/off', { model: 'v4-flash', thinking: 'off' }],
  ['v4-flash/nonsense', { model: 'v4-flash', thinking: 'high' }],
  ['automatic', { model: 'automatic', thinking: 'high' }],
])('%j names a model of a workflow', (words, pick) => expect(parsePick(words, chat)).toEqual(pick));
