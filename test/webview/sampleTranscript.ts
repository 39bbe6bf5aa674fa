import type { AgentEvent } from '../../src/protocol/events.js';
import type { TranscriptEntry } from '../../src/protocol/sidebar.js';

const usage = { cacheHitTokens: 181_400, cacheMissTokens: 3_210, outputTokens: 1_842, reasoningTokens: 930 };
const place = { path: 'src/billing/invoice.ts', startLine: 42, startColumn: 2, endLine: 42, endColumn: 20 };

export const answerText = `## What I changed

The class \`Invoice\` is now \`Bill\` in **12 files**. The only place that had to stay is the *public* event name, see
\`src/billing/events.ts:17\`.

1. Renamed the class and its file
2. Changed every import
   - also the dynamic one in [the loader](src/loader.ts#L20)
3. Ran the tests

\`\`\`ts
export class Bill implements Payable {
  // The total is kept in cents.
  constructor(private readonly cents: number) {}

  format(locale = 'en-US'): string {
    return new Intl.NumberFormat(locale, { style: 'currency' }).format(this.cents / 100);
  }
}
\`\`\`

| file | uses | left |
|---|---:|---|
| \`src/billing/invoice.ts\` | 9 | 0 |
| \`docs/api.md\` | 3 | 1, a link |

> The migration note in \`CHANGELOG.md\` still says Invoice on purpose.

More about [number formats](https://developer.example.org/intl).`;

const diff = `--- a/src/billing/invoice.ts
+++ b/src/billing/invoice.ts
@@ -1,5 +1,6 @@
-export class Invoice implements Payable {
+/** A sum that somebody owes. */
+export class Bill implements Payable {
   constructor(private readonly cents: number) {}
 
   format(locale = 'en-US'): string {
`;

const events: AgentEvent[] = [
  {
    type: 'pack_ready',
    outlined: 0,
    files: 312,
    tokens: 184_000,
    budget: 880_000,
    windowTokens: 1_048_576,
    withheld: 3,
    listed: 12,
    changes: 2,
    snapshot: '9f86d081884c7d65',
    reused: true,
  },
  { type: 'turn_start', turn: 1, message: 'Rename Invoice to Bill everywhere and run the tests.' },
  { type: 'step_start', step: 1 },
  { type: 'reasoning_delta', text: 'The class is used in twelve files. The event name is public, so it stays.' },
  { type: 'text_delta', text: 'I rename the class first, then run the tests.' },
  { type: 'tool_call_start', call: 'c1', tool: 'edit_file', title: 'Edit invoice.ts', path: 'src/billing/invoice.ts' },
  {
    type: 'tool_call_end',
    call: 'c1',
    status: 'done',
    summary: '1 hunk',
    details: { kind: 'edit', path: 'src/billing/invoice.ts', diff, added: 2, removed: 1, created: false },
  },
  { type: 'tool_call_start', call: 'c2', tool: 'search_files', title: 'Search for "Invoice"' },
  { type: 'tool_call_end', call: 'c2', status: 'done', summary: '4 hits in 2 files' },
  { type: 'tool_call_start', call: 'c3', tool: 'run_command', title: 'npm test' },
  {
    type: 'tool_call_output',
    call: 'c3',
    text: '\u001b[32m✓\u001b[0m invoice.test.ts (9)\n\u001b[31m✗\u001b[0m ledger.test.ts (1)\n  expected "Bill" to be "Invoice"\n  at test/ledger.test.ts:31:12\n',
  },
  {
    type: 'tool_call_end',
    call: 'c3',
    status: 'failed',
    summary: 'exit 1',
    details: { kind: 'command', command: 'npm test', exitCode: 1, durationMs: 4210, timedOut: false, changed: [] },
  },
  { type: 'tool_call_start', call: 'c4', tool: 'write_file', title: 'Write .github/workflows/ci.yml' },
  { type: 'tool_call_end', call: 'c4', status: 'refused', summary: 'The file is protected and you rejected the edit.' },
  {
    type: 'step_end',
    step: 1,
    stopReason: 'tool_calls',
    usage,
    cost: { amount: 0.0021, currency: 'USD' },
    contextTokens: 186_452,
    windowTokens: 1_048_576,
    countedTokens: 0,
  },
  { type: 'step_start', step: 2 },
  { type: 'step_retry', step: 2, reason: 'the connection was closed in the middle of the answer.', waitMs: 2000 },
  { type: 'text_delta', text: answerText },
  {
    type: 'sites',
    rule: 'Every use of the class Invoice becomes Bill.',
    sites: [
      { id: '1', path: place.path, quote: 'class Invoice', reason: 'the declaration', onDisk: true, place },
      { id: '2', path: 'src/gone.ts', quote: 'Invoice', reason: 'an import', onDisk: false },
    ],
  },
  {
    type: 'findings',
    state: 'findings',
    dropped: 1,
    findings: [
      {
        id: 'f1',
        path: place.path,
        quote: '  return total / count;',
        place,
        severity: 'error',
        category: 'correctness',
        message: 'Divides by zero when the invoice has no lines.',
        fix: '  return count === 0 ? 0 : total / count;',
        callers: [
          { path: 'src/report.ts', quote: 'mean(invoice)', place: { ...place, path: 'src/report.ts', startLine: 7 } },
        ],
      },
    ],
  },
  { type: 'verify_start', command: 'npm run check', round: 1 },
  { type: 'verify_end', command: 'npm run check', round: 1, exitCode: 0, durationMs: 12_300, output: 'ok\n' },
  { type: 'notice', level: 'warning', text: 'The price doubles in 12 minutes: peak hours begin at 01:00 UTC.' },
  {
    type: 'step_end',
    step: 2,
    stopReason: 'stop',
    usage,
    cost: { amount: 0.0018, currency: 'USD' },
    contextTokens: 190_100,
    windowTokens: 1_048_576,
    countedTokens: 0,
  },
  {
    type: 'turn_end',
    turn: 1,
    outcome: 'refused',
    usage,
    cost: { amount: 0.0039, currency: 'USD' },
    driftTokens: 0,
    changed: ['src/billing/invoice.ts', 'src/loader.ts'],
    changedByCommands: ['coverage/summary.json'],
    checkpoint: 'cp1',
    durationMs: 48_000,
  },
];

export const sampleTranscript: TranscriptEntry[] = [
  { type: 'user', text: 'Rename Invoice to Bill everywhere and run the tests.' },
  ...events.map((event): TranscriptEntry => ({ type: 'event', event })),
];

export const commandApproval: AgentEvent = {
  type: 'approval_request',
  approval: {
    id: 'host-made-id-7f3a',
    call: 'c9',
    subject: { kind: 'command', command: 'npm test -- --run \u202e"fr- mr"', cwd: '' },
    reason: 'Commands ask in this mode.',
  },
};

/** A question whose parts nobody has judged. */
export function askFor(command: string): AgentEvent {
  const subject = { kind: 'command', command, cwd: '.' } as const;
  return { type: 'approval_request', approval: { id: 'host-made-id-5e11', call: 'c11', subject, reason: 'It asks.' } };
}

export const compoundApproval: AgentEvent = {
  type: 'approval_request',
  approval: {
    id: 'host-made-id-91d2',
    call: 'c12',
    subject: {
      kind: 'command',
      command: 'git log --oneline -3 && npm run build && npm run lint',
      cwd: '.',
      parts: [
        { text: 'git log --oneline -3', verdict: 'allowed' },
        { text: 'npm run build', verdict: 'asks', why: 'is not allowed yet' },
        { text: 'npm run lint', verdict: 'asks', why: 'is not allowed yet' },
      ],
      memory: { kind: 'always', commands: ['npm run build', 'npm run lint'] },
    },
    reason: 'It is not allowed yet.',
  },
};

export const editApproval: AgentEvent = {
  type: 'approval_request',
  approval: {
    id: 'host-made-id-22cc',
    call: 'c10',
    subject: {
      kind: 'edit',
      path: '.github/workflows/ci.yml',
      diff,
      protectedBy: 'files of the build pipeline always ask',
    },
    reason: 'This file is protected.',
  },
};

/** A rename of many files, one of them protected. */
export const manyEditsApproval: AgentEvent = {
  type: 'approval_request',
  approval: {
    id: 'host-made-id-31b8',
    call: 'c11',
    subject: {
      kind: 'edits',
      files: [
        { path: 'src/one.ts', diff },
        { path: 'package.json', diff, protectedBy: 'scripts in it run' },
      ],
    },
    reason: 'package.json is protected (scripts in it run).',
  },
};

export const manyEditsEnd: AgentEvent[] = [
  { type: 'tool_call_start', call: 'c11', tool: 'rename_symbol', title: 'Rename one to two', path: 'src/one.ts' },
  {
    type: 'tool_call_end',
    call: 'c11',
    status: 'failed',
    summary: 'Partly renamed "one" to "two": 2 places in 1 of 2 files.',
    details: {
      kind: 'edits',
      files: [
        { path: 'src/one.ts', diff, added: 2, removed: 1 },
        { path: 'package.json', diff: '', added: 0, removed: 0 },
      ],
    },
  },
];
