import { describe, expect, it } from 'vitest';
import type { SendQuestion } from '../../src/protocol/destination.js';
import { createSendQuestions } from '../../src/vscode/sendQuestions.js';

const question: SendQuestion = { origin: 'https://a.example', files: 1, tokens: 10, price: null };
const never = new AbortController().signal;

function setUp() {
  const calls: string[] = [];
  const questions = createSendQuestions({
    onAsk: () => calls.push('ask'),
    onChange: () => calls.push(questions.waiting()?.origin ?? 'none'),
  });
  return { questions, calls };
}

describe('questions where a workspace may be sent', () => {
  it('ask once for all the work that waits, and answer all of it', async () => {
    const { questions, calls } = setUp();
    const answers = [questions.ask(question, never), questions.ask(question, never)];
    const { id } = questions.waiting()!;
    expect(id).toMatch(/^[0-9a-f]{32}$/);
    expect(questions.decide(id, true)).toBe(true);
    expect(await Promise.all(answers)).toEqual([{ agreed: true }, { agreed: true }]);
    expect(calls).toEqual(['https://a.example', 'ask', 'none']);
    expect(questions.decide(id, true)).toBe(false);
  });

  it('say in a sentence that nothing was sent', async () => {
    const { questions } = setUp();
    const answer = questions.ask(question, never);
    questions.decide(questions.waiting()!.id, false);
    expect(await answer).toEqual({ agreed: false, sentence: 'Nothing was sent to https://a.example, as you said.' });
  });

  it('end with the work that was stopped, and wait on for the other', async () => {
    const { questions, calls } = setUp();
    const controller = new AbortController();
    const stopped = questions.ask(question, controller.signal);
    const other = questions.ask(question, never);
    controller.abort();
    await expect(stopped).rejects.toThrow('stopped');
    const { id } = questions.waiting()!;
    questions.decide(id, true);
    expect(await other).toEqual({ agreed: true });
    expect(calls).toEqual(['https://a.example', 'ask', 'none']);
    await expect(questions.ask(question, AbortSignal.abort())).rejects.toThrow();
    expect(questions.waiting()).toBeUndefined();
  });

  it('are shown one after the other, and an invented id answers none', async () => {
    const { questions } = setUp();
    const first = questions.ask(question, never);
    const second = questions.ask({ ...question, origin: 'https://b.example' }, never);
    expect(questions.decide('invented', true)).toBe(false);
    questions.decide(questions.waiting()!.id, false);
    expect((await first).agreed).toBe(false);
    expect(questions.waiting()?.origin).toBe('https://b.example');
    questions.decide(questions.waiting()!.id, true);
    expect((await second).agreed).toBe(true);
  });
});
