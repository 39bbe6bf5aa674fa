/** Stops turns at several stages and measures until the turn has ended and until the server has seen the close. */
import { rmSync } from 'node:fs';
import type { AgentEvent } from '../../src/protocol/events.js';
import { startSession } from '../../src/core/session/session.js';
import { runTurn } from '../../src/core/session/turns.js';
import type { Turn } from '../support/simulator/simulator.js';
import { makeSmallRepository } from '../support/smallRepository.js';
import { openSimulatedWorkspace } from '../support/workspace.js';

const times = 30;
const reply = { reasoning: 'a long thought, first one thing, then the other', text: 'The answer is 42 and no more.' };
const command = 'echo started; sleep 600 & sleep 600';
const stages: [string, Turn, AgentEvent['type'] | undefined][] = [
  ['status line', { fault: { kind: 'hang' } }, undefined],
  ['queue', { ...reply, fault: { kind: 'queue', ms: 600_000, everyMs: 10 } }, undefined],
  ['reasoning', { ...reply, fault: { kind: 'slow', ms: 5 } }, 'reasoning_delta'],
  ['text', { ...reply, fault: { kind: 'slow', ms: 5 } }, 'text_delta'],
  ['retry', { fault: { kind: 'answer', status: 503, body: '{}', headers: { 'retry-after': '60' } } }, 'step_retry'],
  [
    'command',
    { calls: [{ id: 'c', name: 'run_command', arguments: JSON.stringify({ command }) }] },
    'tool_call_output',
  ],
];

const folder = await makeSmallRepository();
let turn: Turn = reply;
const workspace = await openSimulatedWorkspace(folder, () => turn, { allowedCommands: [command] });
const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1));

async function measure(type: AgentEvent['type'] | undefined): Promise<{ turnMs: number; closeMs: number }> {
  const controller = new AbortController();
  let stoppedAt = 0;
  const stop = (): void => {
    stoppedAt ||= performance.now();
    controller.abort();
  };
  const { breaker: _, ...parts } = workspace.parts;
  const session = await startSession(
    parts,
    workspace.settings,
    'chat',
    (event) => {
      if (event.type === type) stop();
    },
    new AbortController().signal,
  );
  const served = workspace.simulator.requests.length;
  const running = runTurn(session, 'Go.', { kind: 'chat', request: 'Go.' }, controller.signal);
  if (type === undefined) {
    while (workspace.simulator.requests.length === served) await pause();
    await new Promise((resolve) => setTimeout(resolve, 30));
    stop();
  }
  await running;
  const turnMs = performance.now() - stoppedAt;
  while (workspace.simulator.underWay() > 0) await pause();
  return { turnMs, closeMs: performance.now() - stoppedAt };
}

function describe(values: number[]): string {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number): string =>
    sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!.toFixed(0);
  return `p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, most ${at(1)} ms`;
}

const all: number[] = [];
for (const [name, script, type] of stages) {
  turn = script;
  const measured = [];
  for (let n = 0; n < times; n++) measured.push(await measure(type));
  const turns = measured.map((one) => one.turnMs);
  all.push(...turns);
  process.stdout.write(
    `${name.padEnd(12)} turn ended: ${describe(turns)} | connection closed: ${describe(measured.map((one) => one.closeMs))}\n`,
  );
}
process.stdout.write(`all ${all.length}: ${describe(all)}\n`);
await workspace.close();
rmSync(folder, { recursive: true, force: true });
