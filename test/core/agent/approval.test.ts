import { expect, test } from 'vitest';
import { allowanceOf, judge, type ApprovalPolicy } from '../../../src/core/agent/approval.js';
import type { ApprovalMode, ApprovalSubject } from '../../../src/protocol/events.js';

const edit: ApprovalSubject = { kind: 'edit', path: 'a.ts', diff: '' };
const protectedEdit: ApprovalSubject = { ...edit, protectedBy: 'CI workflow' };
const command: ApprovalSubject = { kind: 'command', command: 'npm test', cwd: '.' };

function policy(mode: ApprovalMode, allowed: string[] = []): ApprovalPolicy {
  return { mode, allowedCommands: new Set(allowed), allowForSession: () => undefined };
}

test('reads run in every mode', () => {
  for (const mode of ['plan', 'ask', 'auto-edit'] as const) expect(judge(policy(mode), undefined).kind).toBe('run');
});

test('plan mode refuses every change, allowed commands included', () => {
  for (const subject of [edit, protectedEdit, command]) {
    expect(judge(policy('plan', ['npm test']), subject).kind).toBe('refuse');
  }
});

test('a protected file asks in every mode that changes anything', () => {
  expect(judge(policy('ask'), protectedEdit).kind).toBe('ask');
  expect(judge(policy('auto-edit'), protectedEdit).kind).toBe('ask');
});

test('auto-edit runs edits, asks for commands and for edits with a reason of their own', () => {
  expect(judge(policy('auto-edit'), edit).kind).toBe('run');
  expect(judge(policy('auto-edit'), edit, 'It shrinks the file by 80 %.').kind).toBe('ask');
  expect(judge(policy('auto-edit'), command).kind).toBe('ask');
});

test('an allowed command is exactly that text', () => {
  expect(judge(policy('ask', ['npm test']), command).kind).toBe('run');
  for (const other of ['npm test ', ' npm test', 'npm test; rm x', 'npm  test', 'npm test\n', 'NPM test']) {
    expect(judge(policy('ask', ['npm test']), { ...command, command: other }).kind).toBe('ask');
  }
});

test('a yes holds in the folder that it was given for', () => {
  const inside = { ...command, cwd: 'packages/a' };
  expect(judge(policy('ask', ['npm test']), inside).kind).toBe('ask');
  const forSession = policy('ask', [allowanceOf(inside)]);
  expect(judge(forSession, inside).kind).toBe('run');
  expect(judge(forSession, command).kind).toBe('ask');
  expect(judge(forSession, { ...command, cwd: 'packages' }).kind).toBe('ask');
});
