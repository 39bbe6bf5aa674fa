/**
 * RES-08: a session of many turns. The conversation is compacted whenever the window is full, so that what the process keeps
 * stays as it is: by bytes of the heap after a collection, not by what the machine does with them.
 */
import { rmSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findHost, serveModel } from '../../../src/core/model/catalogue.js';
import { startSession } from '../../../src/core/session/session.js';
import { runTurn } from '../../../src/core/session/turns.js';
import type { AgentEvent } from '../../../src/protocol/events.js';
import { deepseekProfile } from '../../support/simulator/profiles.js';
import type { Turn } from '../../support/simulator/simulator.js';
import { makeSmallRepository } from '../../support/smallRepository.js';
import { createExactCount, openSimulatedWorkspace, type SimulatedWorkspace } from '../../support/workspace.js';

const turns = process.env['BALEEN_SOAK'] === '1' ? 200 : 50;
const windowTokens = 32_768;
const model = { ...serveModel(findHost('deepseek')!, 'v4-flash')!, windowTokens };
let folder: string;
let workspace: SimulatedWorkspace;

beforeEach(async () => void (folder = await makeSmallRepository()));
afterEach(async () => {
  await workspace.close();
  rmSync(folder, { recursive: true, force: true });
});

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Bytes in use, after what can go has gone. */
async function heapUsed(): Promise<number> {
  for (let round = 0; round < 4; round++) {
    collect();
    await new Promise((resolve) => setImmediate(resolve));
  }
  return process.memoryUsage().heapUsed;
}

test(`RES-08: ${turns} turns keep no more than twenty`, { timeout: 1_800_000 }, async () => {
  let replies = 0;
  const reply = ({ text }: { text: string }): Turn => {
    if (text.includes('<baleen-compaction>')) return { text: 'The summary.' };
    const reasoning = Array.from({ length: 300 }, (_, line) => `${++replies}.${line}: found`).join('\n');
    const isFirst = replies % 600 !== 0;
    const call = { id: `c${replies}`, name: 'read_file', arguments: '{"path":"README.md"}' };
    return isFirst ? { reasoning, calls: [call] } : { reasoning, text: `Answer ${replies}.` };
  };
  workspace = await openSimulatedWorkspace(folder, reply, {
    model,
    tokenCount: createExactCount(),
    profile: { ...deepseekProfile, windowTokens },
  });
  let compactions = 0;
  const emit = (event: AgentEvent): void => void (compactions += event.type === 'compaction_end' ? 1 : 0);
  const { signal } = new AbortController();
  const session = await startSession(workspace.parts, workspace.settings, 'chat', emit, signal);
  const used: number[] = [];
  let most = 0;
  for (let turn = 1; turn <= turns; turn++) {
    const { outcome } = await runTurn(session, `Turn ${turn}`, { kind: 'chat', request: `Turn ${turn}` }, signal);
    expect(outcome).toBe('done');
    most = Math.max(most, session.conversation.messages.length);
    // What the test itself keeps.
    workspace.simulator.forget();
    if (turn >= 10) used.push(await heapUsed());
  }
  expect(compactions).toBeGreaterThan(turns / 20);
  expect(most).toBeLessThan(60);
  const until = Math.max(...used.slice(0, 11));
  const after = Math.max(...used.slice(11));
  if (process.env['BALEEN_SHOW_HEAP'] === '1')
    process.stderr.write(
      `${used
        .filter((_, at) => at % 10 === 0)
        .map((one) => Math.round(one / 1000))
        .join(' ')}\nheap until turn 20: ${until}, after: ${after}; ${compactions} compactions\n`,
    );
  expect(after).toBeLessThan(until * 1.1);
});
