/** What is said when a conversation is compacted: the instruction at its end, and the message that the next one begins with. */
import type { Message } from '../model/types.js';

/** Stands behind the unchanged conversation. Begins and ends like every message of ours. */
export const compactionInstruction = `<baleen-compaction>
This conversation is about to be replaced by a summary, because the window has no room for more of it. Write that summary now, as plain text: call no tool, nothing is carried out.

You go on with nothing but the pack, what changed since, the user's requests word for word, and your summary. So put down whatever would be missed, and nothing that the repository shows anyway:
- what the user wants, and every condition, correction and dislike that he has said;
- the plan: what is done, what is under way at this moment, what is left, in that order, with paths and names;
- what was found out and is not to be read off the files: causes, commands that work or fail and how, decisions with their reasons, dead ends;
- what was checked and how it ended; what was refused or could not be done.

Say what you do not know for sure. At most 1,200 words, in the user's language.
</baleen-compaction>
End of instruction`;

const head = '<baleen-compacted>';

export function isCompactedMessage(text: string): boolean {
  return text.startsWith(head);
}

/** What a compacted conversation goes on from, beside pack and change log; all of it views. */
export interface CompactedText {
  /** The model's own; absent where none could be had. */
  summary?: string;
  requests: KeptRequests;
  /** The last request is not done yet, and stands in `requests`. */
  isUnderWay: boolean;
  /** Paths that the session has edited. */
  changed: readonly string[];
  /** Messages that neither the summary nor what follows holds. */
  leftOut: number;
  surroundings: string;
  unsaved: readonly string[];
}

/** Begins with `<` and ends with a letter, as a turn's message does. */
export function renderCompacted(text: CompactedText): string {
  const { summary, requests, changed, leftOut } = text;
  const parts = [
    head,
    'The conversation that stood here was compacted. Pack and changes above tell the files as they are now, your own edits included.',
    '<baleen-context name="surroundings">',
    text.surroundings,
    '</baleen-context>',
  ];
  if (text.unsaved.length > 0) parts.push('<baleen-context name="unsaved">', ...text.unsaved, '</baleen-context>');
  if (requests.texts.length > 0) parts.push(...renderRequests(requests, text.isUnderWay));
  if (changed.length > 0) parts.push(`You have edited in this session: ${changed.join(', ')}`);
  if (leftOut > 0)
    parts.push(
      `${leftOut} messages are in neither summary nor conversation: look again where you need what they said.`,
    );
  if (summary === undefined) parts.push('There is no summary of what was said before.');
  else parts.push('<baleen-summary>', summary, '</baleen-summary>');
  parts.push('</baleen-compacted>', 'End of summary');
  return parts.join('\n');
}

function renderRequests({ texts, left }: KeptRequests, isUnderWay: boolean): string[] {
  const older = left === 0 ? '' : ` (the first ${left} are left out)`;
  const last = isUnderWay ? ' The last of them is not done yet: go on with it.' : ' All of them were answered.';
  return [
    `The user's requests so far, word for word${older}.${last}`,
    ...texts.flatMap((text) => ['<baleen-request>', text, '</baleen-request>']),
  ];
}

export interface KeptRequests {
  /** Oldest first. */
  texts: string[];
  /** How many before them have no room. */
  left: number;
}

/** The summary that an earlier compaction has left in these messages. */
export function summaryIn(messages: readonly Message[]): string | undefined {
  const first = messages[0];
  if (first?.role !== 'user' || !('text' in first) || !isCompactedMessage(first.text)) return undefined;
  return /<baleen-summary>\n([\s\S]*?)\n<\/baleen-summary>/.exec(first.text)?.[1];
}

/** No text inside of a message can hold these marks: views have them escaped. */
const request = /<baleen-request>\n([\s\S]*?)\n<\/baleen-request>/g;
const leftBefore = /\(the first (\d+) are left out\)\. /;

/**
 * The requests in these messages, those included that an earlier compaction has kept. The newest have room first; one that
 * is too long loses its middle.
 */
export function keepRequests(messages: readonly Message[], mostCharacters: number): KeptRequests {
  const said = messages.flatMap((message) => (message.role === 'user' && 'text' in message ? [message.text] : []));
  const texts = said.flatMap((text) => [...text.matchAll(request)].map(([, words]) => words!));
  const before = Number(said.find(isCompactedMessage)?.match(leftBefore)?.[1] ?? 0);
  const kept: string[] = [];
  let room = mostCharacters;
  for (const text of texts.toReversed()) {
    const cut = cutMiddle(text, Math.floor(mostCharacters / 4));
    if (cut.length > room) break;
    room -= cut.length;
    kept.unshift(cut);
  }
  return { texts: kept, left: before + texts.length - kept.length };
}

function cutMiddle(text: string, most: number): string {
  if (text.length <= most) return text;
  const half = Math.floor(most / 2);
  // Never inside of a character, and a placeholder that is cut is not one any more.
  const start = text.slice(0, half).replace(/[\ud800-\udbff]$|\u27e6[^\u27e7]*$/, '');
  const end = text.slice(-half).replace(/^[\udc00-\udfff]|^[^\u27e6]{0,60}\u27e7/, '');
  return `${start}\n[… ${text.length - start.length - end.length} characters are left out here …]\n${end}`;
}
