import { afterAll, describe, expect, test } from 'vitest';
import { createBulkGuard } from '../../../src/core/agent/bulkGuard.js';
import { bindingOf, judge, type ApprovalPolicy, type Approver } from '../../../src/core/agent/approval.js';
import { runToolCalls, type ToolCallParts } from '../../../src/core/agent/toolCalls.js';
import type { SandboxStatus } from '../../../src/core/host.js';
import type { CommandGate } from '../../../src/core/commands/gate.js';
import type { Tool } from '../../../src/core/tools/tool.js';
import * as z from 'zod';
import type {
  AgentEvent,
  ApprovalDecision,
  ApprovalMode,
  ApprovalRequest,
  ApprovalSubject,
} from '../../../src/protocol/events.js';
import { openTestGate } from '../commands/testGate.js';

const gate = openTestGate({ allowed: ['npm test', 'npm run a && npm run b'], denied: ['git push'] });
afterAll(() => gate.close());

const edit: ApprovalSubject = { kind: 'edit', path: 'a.ts', diff: '' };
const protectedEdit: ApprovalSubject = { ...edit, protectedBy: 'CI workflow' };
const command: ApprovalSubject = { kind: 'command', command: 'npm test', cwd: '.' };
const other = { ...command, command: 'npm run lint' };

function policy(mode: ApprovalMode, commands: CommandGate = gate): ApprovalPolicy {
  return { mode, commands };
}

const kindOf = async (mode: ApprovalMode, subject?: ApprovalSubject, reason?: string): Promise<string> =>
  (await judge(policy(mode), subject, reason)).kind;

describe('the policy', () => {
  test('reads run in every mode', async () => {
    for (const mode of ['plan', 'ask', 'auto-edit', 'auto'] as const) expect(await kindOf(mode)).toBe('run');
  });

  test('plan mode refuses every change, allowed commands included', async () => {
    for (const subject of [edit, protectedEdit, command]) expect(await kindOf('plan', subject)).toBe('refuse');
  });

  test('a protected file asks in every mode that changes anything', async () => {
    expect(await kindOf('ask', protectedEdit)).toBe('ask');
    expect(await kindOf('auto-edit', protectedEdit)).toBe('ask');
    expect(await kindOf('auto', protectedEdit)).toBe('ask');
  });

  test('auto-edit runs edits, asks for commands and for edits with a reason of their own', async () => {
    expect(await kindOf('auto-edit', edit)).toBe('run');
    expect(await kindOf('auto-edit', edit, 'It shrinks the file by 80 %.')).toBe('ask');
    expect(await kindOf('auto-edit', other)).toBe('ask');
    expect(await kindOf('auto-edit', command, 'A reason of the tool.')).toBe('ask');
  });

  test('an allowed command is these words, and an allowed line is this text', async () => {
    expect(await kindOf('ask', command)).toBe('run');
    for (const text of ['npm test; rm x', 'npm test x', 'NPM test', 'npm test\u00a0']) {
      expect(await kindOf('ask', { ...command, command: text }), text).toBe('ask');
    }
    expect(await kindOf('ask', { ...command, command: 'npm run a && npm run b' })).toBe('run');
    for (const text of ['npm run a', 'npm run a  && npm run b', 'npm run b && npm run a']) {
      expect(await kindOf('ask', { ...command, command: text }), text).toBe('ask');
    }
  });

  test('a yes holds in the folder that it was given for', async () => {
    expect(await kindOf('ask', { ...command, cwd: 'src' })).toBe('ask');
    gate.ofSession.add('src\0npm test');
    expect(await kindOf('ask', { ...command, cwd: 'src' })).toBe('run');
    expect(await kindOf('ask', { ...command, cwd: 'src/deep' })).toBe('ask');
  });

  test('auto runs in a closed sandbox what is neither risky nor unread, and asks where there is no sandbox', async () => {
    const works = { works: true } as const;
    const gone = { works: false, why: 'It is not installed.' } as const;
    const inAuto = (text: string, status: SandboxStatus) =>
      judge(policy('auto'), { ...command, command: text }, undefined, status);
    expect(await judge(policy('auto'), edit)).toEqual({ kind: 'run' });
    for (const text of ['npm test', 'npm run lint', 'node x.mjs | cat > out.txt', 'for f in *; do wc "$f"; done']) {
      expect(await inAuto(text, works), text).toEqual({ kind: 'run', sandbox: 'closed' });
    }
    for (const text of ['curl x.example', '$x --force', 'echo "', 'rm -r src', 'npm pkg set a=b', 'ls\u200b']) {
      expect(await inAuto(text, works), text).toMatchObject({ kind: 'ask', sandbox: 'open' });
    }
    expect(await inAuto('npm run lint', gone)).toMatchObject({
      kind: 'ask',
      reason: expect.stringContaining('not installed') as string,
    });
    expect(await inAuto('git push', works)).toMatchObject({ kind: 'refuse' });
  });

  test('what is denied is refused with the rule, whatever allows it', async () => {
    const verdict = await judge(policy('auto-edit'), { ...command, command: 'npm test && git push origin' });
    expect(verdict).toMatchObject({ kind: 'refuse' });
    expect(JSON.stringify(verdict)).toContain('git push');
  });
});

/** A tool whose subject somebody can change while the question stands; it says what it ran. */
function openCalls(
  text: string,
  answers: ((request: ApprovalRequest, subject: { command: string }) => ApprovalDecision)[],
) {
  const subject = { kind: 'command' as const, command: text, cwd: '.' };
  const ran: string[] = [];
  const events: AgentEvent[] = [];
  const tool: Tool = {
    name: 'run_command',
    description: '',
    arguments: z.strictObject({}),
    readsOnly: false,
    title: () => ({ title: 'Run' }),
    prepare: () =>
      Promise.resolve({
        kind: 'ready' as const,
        subject,
        run: () => {
          ran.push(subject.command);
          return Promise.resolve({ text: '', failed: false, summary: '' });
        },
      }),
  };
  const approver: Approver = { ask: (request) => Promise.resolve(answers.shift()!(request, subject)) };
  let ids = 0;
  const context = {
    turn: { editFailedInReply: false, unchecked: new Map(), bulk: createBulkGuard('') },
    signal: new AbortController().signal,
    host: { randomHex: () => String(++ids), sandbox: { status: () => Promise.resolve({ works: true }) } },
  };
  const parts = {
    tools: [tool],
    context,
    policy: policy('ask'),
    approver,
    refuse: () => undefined,
    noteStarted: () => Promise.resolve(),
    noteResult: () => Promise.resolve(),
    onMisfit: () => undefined,
    emit: (event: AgentEvent) => events.push(event),
    onUnapproved: () => undefined,
  } as unknown as ToolCallParts;
  const run = (): Promise<void> => runToolCalls([{ id: 'c', name: 'run_command', arguments: '{}' }], parts);
  return { run, ran, events };
}

describe('an approval', () => {
  test('CMD-13: is void if the text changed while it was shown, and asks again for the new one', async () => {
    const shown: string[] = [];
    const { run, ran } = openCalls('npm run lint', [
      (request, subject) => {
        shown.push((request.subject as { command: string }).command);
        subject.command = 'rm -rf src';
        return 'approved_for_session';
      },
      (request) => {
        shown.push((request.subject as { command: string }).command);
        return 'rejected';
      },
    ]);
    await run();
    expect(shown).toEqual(['npm run lint', 'rm -rf src']);
    expect(ran).toEqual([]);
    expect(gate.ofSession.has('rm -rf src')).toBe(false);
    expect(gate.ofSession.has('npm run lint')).toBe(false);
  });

  test('CMD-13: is for one call; the same text asks again, under another id', async () => {
    const ids: string[] = [];
    const note = (request: ApprovalRequest): ApprovalDecision => {
      ids.push(request.id);
      return 'approved';
    };
    const { run, ran } = openCalls('npm run lint', [note, note]);
    await run();
    await run();
    expect(ran).toEqual(['npm run lint', 'npm run lint']);
    expect(new Set(ids).size).toBe(2);
  });

  test.each(['approved_for_session', 'approved_always'] as const)(
    'T19: %s asks once for the same text',
    async (decision) => {
      const { run, ran, events } = openCalls('npm run build', [() => decision]);
      await run();
      await run();
      expect(ran).toHaveLength(2);
      expect(events.filter(({ type }) => type === 'approval_request')).toHaveLength(1);
      gate.ofSession.clear();
      await gate.kept.forget();
    },
  );

  test('CMD-13: a longer yes than was offered is one for this time', async () => {
    const answer =
      (decision: ApprovalDecision) =>
      (request: ApprovalRequest): ApprovalDecision => {
        expect(request.subject).not.toHaveProperty('memory');
        return decision;
      };
    const { run, ran } = openCalls('rm -rf src', [
      answer('approved_always'),
      answer('approved_for_session'),
      answer('rejected'),
    ]);
    for (let call = 0; call < 3; call++) await run();
    expect(ran).toHaveLength(2);
    expect(await gate.kept.list()).toEqual([]);
  });

  test('is bound to text and folder', () => {
    expect(bindingOf(command)).not.toBe(bindingOf({ ...command, cwd: 'src' }));
    expect(bindingOf(command)).not.toBe(bindingOf({ ...command, command: 'npm  test' }));
  });
});
