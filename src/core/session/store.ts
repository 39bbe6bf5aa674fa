/** The sessions of a workspace on disk: the list of them, and each as the page shows it again. */
import { addCost, free, type Cost } from '../../protocol/money.js';
import { join } from 'node:path';
import type { SessionSummary, TranscriptEntry } from '../../protocol/sidebar.js';
import type { Files } from '../host.js';
import { hideDsml } from '../model/dsml.js';
import { noReasoning } from '../model/types.js';
import { parseSessionLog, type SessionRecord } from './log.js';
import { sessionPath } from './session.js';

/** Newest first. A log without a readable head is left out of the list and stays on disk. */
export async function listSessions(files: Files, stateFolder: string): Promise<SessionSummary[]> {
  const folder = join(stateFolder, 'sessions');
  const names = (await files.lstat(folder)) === undefined ? [] : await files.list(folder);
  const summaries: SessionSummary[] = [];
  for (const name of names.filter((one) => one.endsWith('.jsonl'))) {
    const id = name.slice(0, -'.jsonl'.length);
    // One that cannot be read must not hide the others.
    const summary = summarize(await readSession(files, stateFolder, id, isOfSummary).catch(() => []));
    if (summary !== undefined) summaries.push(summary);
  }
  return summaries.sort((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : 0));
}

/** The newest session, if its last turn has a message and no end. */
export async function findInterrupted(files: Files, stateFolder: string): Promise<string | undefined> {
  const id = (await listSessions(files, stateFolder))[0]?.id;
  if (id === undefined) return undefined;
  const records = await readSession(files, stateFolder, id);
  const isOf = (record: SessionRecord, type: 'turn_start' | 'turn_end'): boolean =>
    record.type === 'event' && record.event.type === type;
  const start = records.findLastIndex((record) => isOf(record, 'turn_start'));
  if (start === -1) return undefined;
  const since = records.slice(start);
  const isCut = since.some(({ type }) => type === 'message') && !since.some((record) => isOf(record, 'turn_end'));
  return isCut ? id : undefined;
}

export async function readSession(
  files: Files,
  stateFolder: string,
  id: string,
  isWanted?: (json: string) => boolean,
): Promise<SessionRecord[]> {
  const bytes = await files.read(sessionPath(stateFolder, id));
  return (await parseSessionLog(Buffer.from(bytes).toString('utf8'), isWanted)).records;
}

/** Messages are most of a log, and a list of sessions shows none. */
function isOfSummary(json: string): boolean {
  return !json.startsWith('{"type":"message"') && !json.startsWith('{"type":"compacted"');
}

function summarize(records: readonly SessionRecord[]): SessionSummary | undefined {
  const head = records.find((record) => record.type === 'head');
  if (head === undefined) return undefined;
  const title = records.find((record) => record.type === 'title')?.title ?? '(nothing sent yet)';
  let cost: Cost = free;
  for (const record of records) {
    if (record.type !== 'event') continue;
    const { event } = record;
    if (event.type === 'step_end' || event.type === 'primed' || event.type === 'compaction_end')
      cost = addCost(cost, event.cost);
  }
  return { id: head.id, title, at: head.at, cost };
}

/** Replies come back as one delta each; live output of commands is not kept. */
export function transcriptOf(records: readonly SessionRecord[]): TranscriptEntry[] {
  const entries: TranscriptEntry[] = [];
  for (const record of records) {
    if (record.type === 'event') entries.push({ type: 'event', event: record.event });
    else if (record.type === 'message' && record.message.role === 'assistant') {
      const { reasoning, text } = record.message;
      if (reasoning !== noReasoning)
        entries.push({ type: 'event', event: { type: 'reasoning_delta', text: reasoning } });
      const shown = hideDsml(text);
      if (shown !== '') entries.push({ type: 'event', event: { type: 'text_delta', text: shown } });
    }
  }
  return entries;
}
