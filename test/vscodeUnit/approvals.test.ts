import { describe, expect, it } from 'vitest';
import type { ApprovalRequest } from '../../src/protocol/events.js';
import { createApprovals } from '../../src/vscode/approvals.js';

const request = (id: string): ApprovalRequest => ({
  id,
  call: 'c',
  subject: { kind: 'command', command: 'npm test', cwd: '' },
  reason: 'asks',
});

describe('approvals', () => {
  it('take one answer, and only for a question that waits', async () => {
    const approvals = createApprovals(() => undefined);
    const answer = approvals.ask(request('right'), new AbortController().signal);
    expect(approvals.decide('wrong', 'approved')).toBe(false);
    expect(approvals.waiting()).toEqual(['right']);
    expect(approvals.decide('right', 'approved')).toBe(true);
    expect(approvals.decide('right', 'rejected')).toBe(false);
    expect(await answer).toBe('approved');
  });

  it('are void once the turn is stopped', async () => {
    const approvals = createApprovals(() => undefined);
    const controller = new AbortController();
    const answer = approvals.ask(request('one'), controller.signal);
    controller.abort();
    await expect(answer).rejects.toThrow(/stopped/);
    expect(approvals.decide('one', 'approved')).toBe(false);
    await expect(approvals.ask(request('two'), controller.signal)).rejects.toThrow(/stopped/);
  });
});
