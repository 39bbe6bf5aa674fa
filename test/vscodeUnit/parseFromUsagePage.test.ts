import { describe, expect, it } from 'vitest';
import type { FromUsagePage } from '../../src/protocol/usagePage.js';
import { longestCopy, parseFromUsagePage } from '../../src/vscode/parseFromUsagePage.js';

/** One of each; the compiler says if a kind of message is missing here. */
const examples: { [K in FromUsagePage['type']]: Extract<FromUsagePage, { type: K }> } = {
  ready: { type: 'ready' },
  refresh: { type: 'refresh' },
  check_key: { type: 'check_key' },
  copy: { type: 'copy', text: 'Day,Cost\r\n' },
  manage_trust: { type: 'manage_trust' },
};

describe('the door for messages of the usage page', () => {
  it.each(Object.values(examples))('lets $type in', (message) => {
    expect(parseFromUsagePage(message)).toEqual({ ok: true, message });
  });

  it.each([
    undefined,
    'ready',
    {},
    { type: '__proto__' },
    { type: 'ready', more: 1 },
    { type: 'copy' },
    { type: 'copy', text: '' },
    { type: 'copy', text: 7 },
    { type: 'copy', text: 'x'.repeat(longestCopy + 1) },
    { type: 'send', text: 'hello' },
    { type: 'open_settings' },
  ])('keeps $type out', (message) => {
    expect(parseFromUsagePage(message).ok).toBe(false);
  });
});
