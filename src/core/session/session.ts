/** One conversation with its log, its place in the change log, and its turns. */
import { join } from 'node:path';
import type { Emit, Workflow } from '../../protocol/events.js';
import type { SandboxMemory } from '../agent/approval.js';
import { BaleenError, messageOf } from '../errors.js';
import { createPrefixMemory, type PrefixMemory } from '../model/prefixMemory.js';
import type { RetryParts } from '../model/retry.js';
import type { LogPlace, PackState } from '../pack/packer.js';
import { describeRoots } from '../repository/roots.js';
import { createConversation, type SessionConversation } from './conversation.js';
import { driftOf, noDrift, type Drift } from './drift.js';
import { proposeSnapshot, sumTokens, tellBreak } from './renewal.js';
import { createSessionLog, isKept, parseSessionLog, type SessionLog, type SessionRecord } from './log.js';
import type { SessionParts, SessionSettings } from './sessionParts.js';

/** The state that a session owns. Turns borrow it: see `turns.ts`. */
export interface Session {
  readonly id: string;
  readonly workflow: Workflow;
  readonly parts: SessionParts;
  /** May be replaced between turns; what leaves the cache lane is declared with the next request. */
  settings: SessionSettings;
  readonly conversation: SessionConversation;
  readonly log: SessionLog;
  readonly pack: PackState;
  /** How many messages are pack and change log as the session began with them. */
  baseMessages: number;
  /** How far into the change log the conversation reaches. */
  seen: LogPlace;
  /** What the model was told last of each buffer that is not saved: a hash by path. */
  unsavedTold: Readonly<Record<string, string>>;
  /** A new snapshot was proposed already: once a session is enough. */
  hasProposed: boolean;
  /** It was said already that the model answers in another language. */
  toldLanguage: boolean;
  turns: number;
  /** Of the last turn; absent before the first. */
  checkpoint: string | undefined;
  /** Whole lines that the user allowed for this session, as `allowanceOf` names them. */
  readonly allowedForSession: Set<string>;
  readonly sandboxed: SandboxMemory;
  drift: Drift;
  /** What was sent last, to see whether the next request goes on from there. */
  prefix: PrefixMemory;
  /** What the last request's prefix depends on beside its text. */
  lane: string | undefined;
  /** Of the last request; absent before the first. */
  promptTokens: number | undefined;
  /** What the last request ran with. */
  lastChoice: Pick<SessionSettings, 'model' | 'thinking'> | undefined;
  /** Turns that failed since the last that did not. */
  failedTurns: number;
  /** What the last compaction has left; absent where there was none. */
  compacted: { promptTokens: number } | undefined;
  /** A compaction was proposed already: once until there is one. */
  hasProposedCompaction: boolean;
  emit: Emit;
}

export function sessionPath(stateFolder: string, id: string): string {
  return join(stateFolder, 'sessions', `${id}.jsonl`);
}

/** Opens the pack and begins a conversation with it: pack first, then the whole change log. */
export async function startSession(
  parts: SessionParts,
  settings: SessionSettings,
  workflow: Workflow,
  emit: Emit,
  signal: AbortSignal,
  options: { renew?: boolean } = {},
): Promise<Session> {
  const at = new Date(parts.host.clock.now()).toISOString();
  const id = `${at.slice(0, 19).replace(/[-:]/g, '').replace('T', '-')}-${parts.host.randomHex(6)}`;
  await parts.host.files.makeFolder(join(parts.stateFolder, 'sessions'), 0o700);
  const log = openLog(parts, sessionPath(parts.stateFolder, id));
  const announce = keepEvents(log, emit);
  announce({
    type: 'start',
    version: 1,
    session: id,
    workflow,
    model: settings.model.wireId,
    thinking: settings.thinking,
    wire: settings.wire,
    host: settings.host.name,
    approve: settings.approve,
    rehearsal: settings.rehearsal,
    ...describeRoots(parts.roots),
    at,
  });
  const { renew } = options;
  const pack = await openPack(parts, settings, renew === true ? { renew } : {}, announce, signal);
  const { sha256: packSha256 } = pack.report;
  await parts.packer.pin(packSha256, id);
  await log.append({ type: 'head', version: 1, id, workflow, at, ...describeRoots(parts.roots), packSha256 });
  const session = assemble({
    id,
    workflow,
    parts,
    settings,
    conversation: createConversation(log, () => ownKeysOf(session.settings)),
    log,
    pack,
    baseMessages: 1 + pack.entries.length,
    seen: pack.end,
    unsavedTold: {},
    turns: 0,
    checkpoint: undefined,
    drift: noDrift,
    emit: announce,
  });
  await session.conversation.append({ role: 'user', packSha256 });
  for (const entry of pack.entries) await session.conversation.append({ role: 'user', text: entry.text });
  await log.append({ type: 'seen', change: pack.end.number, chain: pack.end.chain });
  if (pack.proposesRenewal) proposeSnapshot(session, sumTokens(pack.entries), parts.host.clock.now());
  return session;
}

/** Opens a stored session again, over the snapshot that it began with. Throws a sentence if it can only be read. */
export async function resumeSession(
  parts: SessionParts,
  settings: SessionSettings,
  id: string,
  emit: Emit,
  signal: AbortSignal,
): Promise<Session> {
  const path = sessionPath(parts.stateFolder, id);
  const bytes = await parts.host.files.read(path);
  const { records, damaged } = await parseSessionLog(Buffer.from(bytes).toString('utf8'));
  const head = records.find((record) => record.type === 'head');
  if (head === undefined || damaged > 0) {
    throw new BaleenError(
      'This session’s log is damaged, so it can be read but not continued. Start a new session to go on.',
    );
  }
  const log = openLog(parts, path, bytes.length);
  const announce = keepEvents(log, emit);
  const pack = await openPack(parts, settings, { pinned: head.packSha256 }, announce, signal);
  const compacted = records.findLast((record) => record.type === 'compacted');
  const last = records.findLast((record) => record.type === 'seen' || record.type === 'compacted');
  const seen = last?.type === 'compacted' ? last.seen : last;
  const told = records.findLast((record) => record.type === 'unsaved' || record.type === 'compacted');
  const turns = records.filter((record) => record.type === 'event' && record.event.type === 'turn_start').length;
  const session = assemble({
    id,
    workflow: head.workflow,
    parts,
    settings,
    conversation: createConversation(log, () => ownKeysOf(session.settings), records),
    log,
    pack,
    baseMessages: compacted?.baseMessages ?? countBase(records),
    seen: { number: seen?.change ?? 0, chain: seen?.chain ?? head.packSha256 },
    unsavedTold: (told?.type === 'compacted' ? told.unsaved : told?.told) ?? {},
    turns,
    drift: driftOf(records),
    checkpoint: records.findLast((record) => record.type === 'checkpoint')?.id,
    emit: announce,
  });
  return session;
}

/** They were written before the session's place in the change log. */
function countBase(records: readonly SessionRecord[]): number {
  const end = records.findIndex((record) => record.type === 'seen');
  return records.slice(0, end === -1 ? undefined : end).filter((record) => record.type === 'message').length;
}

function ownKeysOf({ apiKey }: SessionSettings): string[] {
  return apiKey === '' ? [] : [apiKey];
}

async function openPack(
  parts: SessionParts,
  settings: SessionSettings,
  which: { pinned?: string; renew?: boolean },
  emit: Emit,
  signal: AbortSignal,
): Promise<PackState> {
  const { roots, stateFolder } = parts;
  const { budgetTokens, selection } = settings;
  const near = parts.host.documents.listOpen(roots);
  const options = { roots, stateFolder, budgetTokens, selection, near, ownKeys: ownKeysOf(settings), ...which };
  const pack = await parts.packer.open(options, emit, signal);
  tellBreak(pack, settings, parts.host.clock.now(), emit);
  const { report, counts } = pack;
  emit({
    type: 'pack_ready',
    files: counts.full,
    outlined: counts.outline,
    tokens: report.tokens + sumTokens(pack.entries),
    budget: report.budget,
    windowTokens: settings.model.windowTokens,
    withheld: counts.withheld,
    listed: counts.listed,
    changes: pack.entries.length,
    snapshot: report.snapshot,
    reused: pack.reused,
  });
  return pack;
}

type Fresh =
  | 'allowedForSession'
  | 'sandboxed'
  | 'prefix'
  | 'lane'
  | 'hasProposed'
  | 'toldLanguage'
  | 'promptTokens'
  | 'lastChoice'
  | 'failedTurns'
  | 'compacted'
  | 'hasProposedCompaction';

function assemble(given: Omit<Session, Fresh>): Session {
  const unknown = { promptTokens: undefined, lastChoice: undefined };
  return {
    ...given,
    allowedForSession: new Set(),
    sandboxed: { stoppedAt: new Map(), widened: new Map() },
    prefix: createPrefixMemory(),
    ...unknown,
    lane: undefined,
    failedTurns: 0,
    hasProposed: false,
    hasProposedCompaction: false,
    compacted: undefined,
    toldLanguage: false,
  };
}

export function retryOf({ host, random, breaker }: SessionParts, { network }: SessionSettings): RetryParts {
  return {
    ...{ clock: host.clock, random },
    ...(breaker === undefined ? {} : { breaker }),
    ...(network?.retries === undefined ? {} : { limits: network.retries }),
  };
}

/** Every event goes to the listener, and those that a page shows again also into the log. */
function keepEvents(log: SessionLog, emit: Emit): Emit {
  return (event) => {
    if (isKept(event)) log.note({ type: 'event', event });
    // While a question waits nothing else is written, and a window that is loaded again has to find it.
    if (event.type === 'approval_request') log.flush();
    emit(event);
  };
}

function openLog({ host }: SessionParts, path: string, readBytes?: number): SessionLog {
  const onTrouble = (error: unknown): void =>
    host.log.error(`Events could not be written to the session log: ${messageOf(error)}`);
  return createSessionLog(host.files, path, onTrouble, readBytes);
}
