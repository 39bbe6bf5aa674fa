/** Makes a turn's message: what changed since the last one, what is not saved, the surroundings, the request. */
import { createHash } from 'node:crypto';
import { describeSurroundings } from '../prompt/surroundings.js';
import { isCompactedMessage } from '../prompt/compactionText.js';
import { isTurnMessage, renderTurnMessage, type TurnKind } from '../prompt/turnMessage.js';
import { renderUnsaved } from '../pack/frames.js';
import { proposeSnapshot } from './renewal.js';
import { shownPaths } from './conversation.js';
import type { Session } from './session.js';

export interface TurnInput {
  kind: TurnKind;
  /** The user's words, or a workflow's instructions. */
  request: string;
  /** Stands last in the message; already views. */
  last?: string;
  /** Files of which `last` shows text. */
  shows?: readonly string[];
}

/** Brings the change log up to the disk and appends the message. Throws a sentence where the session cannot go on. */
export async function appendTurnMessage(
  session: Session,
  { kind, request, last, shows }: TurnInput,
  signal: AbortSignal,
): Promise<void> {
  const { parts } = session;
  const { sha256 } = session.pack.report;
  await parts.packer.sync(undefined, session.settings.selection, signal);
  const tail = await parts.packer.entries(sha256, session.seen);
  await parts.packer.beforeSend(sha256, shownPaths(session.conversation.messages), signal);
  if (tail.proposesRenewal) proposeSnapshot(session, tail.logTokens, parts.host.clock.now());
  const changes = tail.entries.filter((entry) => entry.session !== session.id).map((entry) => entry.text);
  const unsaved = await describeUnsaved(session);
  // Not by the number of the turn: one that was refused has told nothing.
  const isFirst = !session.conversation.messages.some(
    (message) =>
      message.role === 'user' && 'text' in message && (isTurnMessage(message.text) || isCompactedMessage(message.text)),
  );
  const context = isFirst
    ? [{ name: 'surroundings', text: await describeSurroundings(parts.host, parts.roots, parts.packer) }]
    : [];
  const text = renderTurnMessage({
    ...{ kind, changes, unsaved: unsaved.frames, context, request },
    ...(last === undefined ? {} : { last }),
  });
  const shown = [...Object.keys(unsaved.told), ...(shows ?? [])];
  await session.conversation.append({ role: 'user', text, ...(shown.length === 0 ? {} : { shows: shown }) });
  session.seen = tail.end;
  session.unsavedTold = unsaved.told;
  await session.log.append(
    { type: 'seen', change: tail.end.number, chain: tail.end.chain },
    { type: 'unsaved', told: unsaved.told },
  );
}

/** What the user says into a running turn: behind whole groups of results only, so that both wires take it. */
export async function appendSteered(session: Session, texts: readonly string[]): Promise<boolean> {
  for (const text of texts) {
    const message = renderTurnMessage({ kind: 'steer', changes: [], context: [], request: text });
    await session.conversation.append({ role: 'user', text: message });
    session.emit({ type: 'steered', text });
  }
  return texts.length > 0;
}

/** Only what differs from what the last turn told: a buffer that came, changed, or is like its file again. */
export async function describeUnsaved(
  session: Pick<Session, 'parts' | 'pack' | 'unsavedTold'>,
): Promise<{ frames: string[]; told: Record<string, string> }> {
  const { host, roots, packer } = session.parts;
  const documents = host.documents.listUnsaved(roots);
  const isQuiet = documents.length === 0 && Object.keys(session.unsavedTold).length === 0;
  const now = isQuiet ? [] : await packer.unsaved(session.pack.report.sha256, documents);
  const told = Object.fromEntries(now.map(({ path, text }) => [path, hashOf(text)]));
  const frames = now.filter(({ path }) => told[path] !== session.unsavedTold[path]).map(({ text }) => text);
  for (const path of Object.keys(session.unsavedTold).sort()) {
    if (told[path] === undefined) frames.push(renderUnsaved({ path, body: 'same', text: '' }));
  }
  return { frames, told };
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
