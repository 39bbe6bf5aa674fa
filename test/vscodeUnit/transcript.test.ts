import { describe, expect, it } from 'vitest';
import { noUsage, type AgentEvent } from '../../src/protocol/events.js';
import type { TranscriptEntry } from '../../src/protocol/sidebar.js';
import { dropUnanswered, waitsForApproval } from '../../src/vscode/interrupted.js';
import { createTranscript } from '../../src/vscode/transcript.js';

const turnEnd = (checkpoint?: string): AgentEvent => ({
  type: 'turn_end',
  turn: 1,
  outcome: 'done',
  usage: noUsage,
  cost: { amount: 0, currency: 'USD' },
  driftTokens: 0,
  changed: [],
  changedByCommands: [],
  durationMs: 1,
  ...(checkpoint === undefined ? {} : { checkpoint }),
});
const callStart = (call: string, path = 'a.txt'): AgentEvent => ({
  type: 'tool_call_start',
  call,
  tool: 'edit_file',
  title: 'Edit',
  path,
});
const question = (id: string, call: string): AgentEvent => ({
  type: 'approval_request',
  approval: { id, call, subject: { kind: 'command', command: 'ls', cwd: '' }, reason: 'asks' },
});
const asEntries = (events: AgentEvent[]): TranscriptEntry[] => events.map((event) => ({ type: 'event', event }));

describe('the transcript', () => {
  it('joins deltas, and only those of the same kind that follow each other', () => {
    const transcript = createTranscript();
    transcript.addUser('hi');
    for (const text of ['a', 'b']) transcript.addEvent({ type: 'text_delta', text });
    transcript.addEvent({ type: 'reasoning_delta', text: 'r' });
    transcript.addEvent({ type: 'text_delta', text: 'c' });
    expect(transcript.entries).toEqual([
      { type: 'user', text: 'hi' },
      ...asEntries([
        { type: 'text_delta', text: 'ab' },
        { type: 'reasoning_delta', text: 'r' },
        { type: 'text_delta', text: 'c' },
      ]),
    ]);
  });

  it('does not change an event that somebody else holds', () => {
    const transcript = createTranscript();
    const first: AgentEvent = { type: 'text_delta', text: 'a' };
    transcript.addEvent(first);
    transcript.addEvent({ type: 'text_delta', text: 'b' });
    expect(first.text).toBe('a');
  });

  it('keeps the end of a long output', () => {
    const transcript = createTranscript();
    for (let i = 0; i < 100; i++) transcript.addEvent({ type: 'tool_call_output', call: 'c', text: 'x'.repeat(1000) });
    transcript.addEvent({ type: 'tool_call_output', call: 'c', text: 'END' });
    const [entry, ...others] = transcript.entries;
    expect(others).toEqual([]);
    const text = entry?.type === 'event' && entry.event.type === 'tool_call_output' ? entry.event.text : '';
    expect(text.length).toBeLessThan(33_000);
    expect(text.endsWith('END')).toBe(true);
  });

  it('finds the checkpoint of an edit once its turn has ended', () => {
    const transcript = createTranscript();
    transcript.addEvent(callStart('one', 'a.txt'));
    expect(transcript.findEdit('one')).toEqual({ path: 'a.txt' });
    transcript.addEvent(turnEnd('cp-1'));
    transcript.addEvent(callStart('two', 'b.txt'));
    transcript.addEvent(turnEnd('cp-2'));
    expect(transcript.findEdit('one')).toEqual({ path: 'a.txt', checkpoint: 'cp-1' });
    expect(transcript.findEdit('two')).toEqual({ path: 'b.txt', checkpoint: 'cp-2' });
    expect(transcript.findEdit('three')).toBeUndefined();
  });
});

describe('a turn that was cut by a reload', () => {
  it('waits if its last question has no answer', () => {
    expect(waitsForApproval(asEntries([callStart('c'), question('q', 'c')]))).toBe(true);
    expect(
      waitsForApproval(
        asEntries([question('q', 'c'), { type: 'approval_end', id: 'q', decision: 'approved' }, callStart('d')]),
      ),
    ).toBe(false);
    expect(waitsForApproval(asEntries([question('q', 'c'), turnEnd()]))).toBe(false);
  });

  it('shows neither the dead question nor its call, and all the rest', () => {
    const kept: AgentEvent[] = [{ type: 'text_delta', text: 'I will.' }, callStart('b')];
    const entries = asEntries([...kept, callStart('c'), question('q', 'c')]);
    expect(dropUnanswered(entries)).toEqual(asEntries(kept));
  });

  it('shows once what was asked again, however often it was cut', () => {
    const asked: AgentEvent[] = [callStart('c'), question('q', 'c')];
    const answered: AgentEvent[] = [
      ...[callStart('c'), question('r', 'c'), { type: 'approval_end', id: 'r', decision: 'approved' } as const],
      ...[{ type: 'tool_call_end', call: 'c', status: 'done', summary: 'ran' } as const, turnEnd()],
    ];
    expect(dropUnanswered(asEntries([...asked, ...asked, ...answered]))).toEqual(asEntries(answered));
    expect(dropUnanswered(asEntries([...answered, ...answered]))).toEqual(asEntries([...answered, ...answered]));
  });
});
