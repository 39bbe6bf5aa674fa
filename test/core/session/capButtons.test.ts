/** A turn that a limit has stopped offers the setting that stopped it. */
import { expect, test } from 'vitest';
import type { AgentEvent } from '../../../src/protocol/events.js';
import { startSession } from '../../../src/core/session/session.js';
import type { SessionSettings } from '../../../src/core/session/sessionParts.js';
import { runTurn } from '../../../src/core/session/turns.js';
import { prepareWorkspace } from '../../support/prepareWorkspace.js';

const place = prepareWorkspace();

const list = { id: 'a', name: 'list_files', arguments: '{}' };

test.each<[string, string, SessionSettings['limits'], number]>([
  ['Caps…', 'baleen.caps', { maxSteps: 5, maxTurnCost: 0.000_001 }, 0],
  ['More steps…', 'baleen.maxSteps', { maxSteps: 1 }, 1],
])('%s', async (label, setting, limits, sent) => {
  const workspace = await place.open([{ calls: [list] }, { text: 'Done.' }]);
  const events: AgentEvent[] = [];
  const { signal } = new AbortController();
  const settings = { ...workspace.settings, limits };
  const session = await startSession(workspace.parts, settings, 'chat', (event) => events.push(event), signal);
  const { outcome } = await runTurn(session, 'one', { kind: 'chat', request: 'one' }, signal);
  expect(outcome).toBe('cap_reached');
  expect(workspace.simulator.requests).toHaveLength(sent);
  const actions = events.flatMap((event) => (event.type === 'notice' && event.action ? [event.action] : []));
  expect(actions).toEqual([{ kind: 'open_settings', label, setting }]);
});
