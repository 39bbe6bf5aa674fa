import { describe, expect, it } from 'vitest';
import type { FromMapPage } from '../../src/protocol/packMap.js';
import { parseFromMapPage } from '../../src/vscode/parseFromMapPage.js';

/** One of each; the compiler says if a kind of message is missing here. */
const examples: { [K in FromMapPage['type']]: Extract<FromMapPage, { type: K }> } = {
  ready: { type: 'ready' },
  cancel: { type: 'cancel' },
  pack: { type: 'pack' },
  plan: { type: 'plan', request: 3, budget: 120_000 },
  use_budget: { type: 'use_budget', budget: null },
  exclude: { type: 'exclude', scope: 'folder', path: 'src/gen', back: false },
  open_file: { type: 'open_file', path: 'src/a.ts' },
  reveal_file: { type: 'reveal_file', path: 'src' },
  copy_path: { type: 'copy_path', path: 'src/a.ts' },
  manage_trust: { type: 'manage_trust' },
};

describe('the door for messages of the pack map', () => {
  it.each(Object.values(examples))('lets $type in', (message) => {
    expect(parseFromMapPage(message)).toEqual({ ok: true, message });
  });

  it.each([
    undefined,
    'ready',
    {},
    { type: '__proto__' },
    { type: 'ready', more: 1 },
    { type: 'plan', request: 1, budget: -5 },
    { type: 'plan', request: 1, budget: Number.NaN },
    { type: 'use_budget' },
    { type: 'use_budget', budget: 0 },
    { type: 'exclude', scope: 'all', path: 'a', back: false },
    { type: 'exclude', scope: 'file', path: '', back: false },
    { type: 'exclude', scope: 'file', path: 'a'.repeat(5000), back: false },
    { type: 'open_file', path: ['a'] },
    { type: 'open_settings' },
  ])('keeps %j out', (message) => {
    expect(parseFromMapPage(message).ok).toBe(false);
  });
});
