import { describe, expect, it } from 'vitest';
import type { ToHost } from '../../src/protocol/sidebar.js';
import { longestMessage, parseToHost } from '../../src/vscode/parseToHost.js';

/** One of each; the compiler says if a kind of message is missing here. */
const examples: { [K in ToHost['type']]: Extract<ToHost, { type: K }> } = {
  ready: { type: 'ready' },
  send: { type: 'send', text: 'hello' },
  unqueue: { type: 'unqueue', id: 'ab12' },
  send_queued: { type: 'send_queued', id: 'ab12' },
  stop: { type: 'stop' },
  compact: { type: 'compact' },
  draft: { type: 'draft', text: '' },
  decide: { type: 'decide', approval: 'ab12', decision: 'approved' },
  answer_send: { type: 'answer_send', question: 'ab12', agreed: true },
  set_model: { type: 'set_model', model: 'v4-pro' },
  set_thinking: { type: 'set_thinking', thinking: 'max' },
  set_approve: { type: 'set_approve', approve: 'plan' },
  new_session: { type: 'new_session' },
  list_sessions: { type: 'list_sessions' },
  open_session: { type: 'open_session', session: '20261122-201500-0a1b2c' },
  enter_key: { type: 'enter_key' },
  check_key: { type: 'check_key' },
  rehearse: { type: 'rehearse' },
  open_settings: { type: 'open_settings', setting: 'baleen.refactor.verifyCommands' },
  manage_trust: { type: 'manage_trust' },
  open_file: { type: 'open_file', path: 'src/a.ts', line: 3 },
  open_diff: { type: 'open_diff', call: 'call_1' },
  undo_turn: { type: 'undo_turn', checkpoint: 'x-1' },
  stop_command: { type: 'stop_command', id: 'c-0123abcd' },
  show_command: { type: 'show_command', id: 'c-0123abcd' },
  answer_command: { type: 'answer_command', wait: 'ab12', text: 'yes, größe\tand more' },
  end_input: { type: 'end_input', wait: 'ab12' },
  open_url: { type: 'open_url', url: 'https://example.com' },
};

describe('WEB-06: the door for messages of the page', () => {
  it.each(Object.values(examples))('lets $type in', (message) => {
    expect(parseToHost(message)).toEqual({ ok: true, message });
  });

  it('lets the settings be opened, all of them or one of ours', () => {
    expect(parseToHost({ type: 'open_settings' })).toEqual({ ok: true, message: { type: 'open_settings' } });
    expect(parseToHost({ type: 'open_settings', setting: 'security.workspace.trust' }).ok).toBe(false);
  });

  it('lets one line be typed into a command, and no key that is more than a character', () => {
    for (const text of ['a\nb', 'a\r', '\u0003', '\u0004', '\u001b[A', '\u007f', 'a\u0000']) {
      expect(parseToHost({ type: 'answer_command', wait: 'ab12', text }).ok).toBe(false);
    }
    expect(parseToHost({ type: 'answer_command', wait: 'ab12', text: '' }).ok).toBe(true);
  });

  it('lets a file be opened without a line', () => {
    expect(parseToHost({ type: 'open_file', path: 'a' })).toEqual({
      ok: true,
      message: { type: 'open_file', path: 'a' },
    });
  });

  it.each([
    undefined,
    null,
    42,
    'ready',
    [],
    {},
    { type: 'approve' },
    { type: 'constructor' },
    { type: '__proto__' },
    { type: 'send' },
    { type: 'send', text: 7 },
    { type: 'send', text: '' },
    { type: 'ready', extra: 1 },
    { type: 'decide', approval: 'a', decision: 'yes' },
    { type: 'set_approve', approve: 'all' },
    { type: 'open_session', session: '../../etc/passwd' },
    { type: 'open_file', path: 'a', line: 0 },
    { type: 'open_file', path: 'a', line: 1.5 },
  ])('refuses %j', (raw) => {
    expect(parseToHost(raw).ok).toBe(false);
  });

  it('refuses extra properties that came in as JSON', () => {
    expect(parseToHost(JSON.parse('{"type":"ready","__proto__":{"polluted":true}}')).ok).toBe(false);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it('refuses more than 1 MB, and what cannot be JSON', () => {
    expect(parseToHost({ type: 'send', text: 'x'.repeat(longestMessage) }).ok).toBe(false);
    expect(parseToHost({ type: 'send', text: 'x'.repeat(longestMessage - 100) }).ok).toBe(true);
    const circular: Record<string, unknown> = { type: 'ready' };
    circular['self'] = circular;
    expect(parseToHost(circular).ok).toBe(false);
  });
});
