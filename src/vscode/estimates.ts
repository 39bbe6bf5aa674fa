/** The price of the message in the box, told whenever it may be another: nothing is packed, read or sent for it. */
import { messageOf } from '../core/errors.js';
import type { Log } from '../core/host.js';
import { estimateFirstSend, estimateSend } from '../core/session/estimate.js';
import type { SessionSettings } from '../core/session/sessionParts.js';
import type { Known } from '../core/usage/ledger.js';
import type { PriceTag } from '../protocol/priceTag.js';
import type { CapLeft, SendEstimate } from '../protocol/sidebar.js';
import type { Chat } from './chat.js';
import type { Connection } from './connection.js';
import type { Engine } from './engine.js';
import { whyBlocked } from './gate.js';
import type { PackWatch } from './packWatch.js';

export interface Estimates {
  /** What is in the box. */
  note(draft: string): void;
  /** Something has changed that the price depends on. */
  refresh(): void;
}

export interface EstimateParts {
  engine: Engine;
  connection: Connection;
  chat: Chat;
  watch: PackWatch;
  log: Log;
  post: (estimate: SendEstimate) => void;
}

export function createEstimates(parts: EstimateParts): Estimates {
  let draft = '';
  let working = false;
  let again = false;
  /** One at a time: of all that changes meanwhile, the newest state is priced. */
  const refresh = async (): Promise<void> => {
    again = working;
    if (working) return;
    working = true;
    try {
      const estimate = await estimateNow(parts, draft);
      if (estimate !== undefined) parts.post(estimate);
    } catch (error) {
      parts.log.warn(`The message could not be priced: ${messageOf(error)}`);
      parts.post({ why: 'The price of the next message is not known.' });
    } finally {
      working = false;
    }
    if (again) await refresh();
  };
  return {
    note(text) {
      draft = text;
      void refresh();
    },
    refresh: () => void refresh(),
  };
}

/** `undefined` where nothing is to be said: a turn runs, or nothing can be sent at all. */
async function estimateNow(parts: EstimateParts, draft: string): Promise<SendEstimate | undefined> {
  const { engine, connection, chat } = parts;
  if (whyBlocked() !== undefined || chat.isRunning()) return undefined;
  if (connection.isRehearsal()) return { why: 'A rehearsal costs nothing.' };
  if (connection.keyState() !== 'accepted') return { why: '' };
  if (!engine.isOpen()) return { why: unpacked };
  const { parts: workspace, userId } = await engine.open();
  const settings = await connection.sessionSettings(userId, chat.pick());
  const tag = await tagOfDraft(parts, settings, draft);
  if (tag === 'full') return { why: 'This message would leave no room for an answer in the window.' };
  if (tag === undefined) return { why: chat.sessionId() === undefined ? unpacked : unopened };
  const known = await workspace.ledger.known();
  const session = chat.sessionId() ?? '';
  return { tag, caps: listCaps(settings, known, session, workspace.host.clock.now()) };
}

const unpacked = 'Priced with the first message, which packs the repository.';
const unopened = 'Priced with the next message, which opens this session again.';

async function tagOfDraft(
  { engine, chat, watch }: EstimateParts,
  settings: SessionSettings,
  draft: string,
): Promise<PriceTag | 'full' | undefined> {
  const session = chat.openedSession();
  if (session !== undefined) return (await estimateSend({ ...session, settings }, draft)) ?? 'full';
  const view = watch.view();
  if (chat.sessionId() !== undefined || view === undefined || chat.renewsNext()) return undefined;
  const { parts: workspace } = await engine.open();
  const pack = { report: view.summary, entries: view.entries };
  return (await estimateFirstSend(workspace, settings, 'chat', pack, draft)) ?? 'full';
}

function listCaps({ limits, currency }: SessionSettings, known: Known, session: string, nowMs: number): CapLeft[] {
  // No turn has this number yet.
  const spent = known.spending.spent(currency, { nowMs, session, turn: 0 });
  const all = [
    { of: 'request', cap: limits.maxRequestCost, gone: 0 },
    { of: 'turn', cap: limits.maxTurnCost, gone: 0 },
    { of: 'session', cap: limits.maxSessionCost, gone: session === '' ? 0 : spent.session },
    { of: 'day', cap: limits.maxDayCost, gone: spent.day },
  ] as const;
  return all.flatMap(({ of, cap, gone }) => {
    if (cap === undefined) return [];
    const money = (amount: number) => ({ amount, currency });
    return [{ of, cap: money(cap), left: money(Math.max(0, cap - gone)) }];
  });
}
