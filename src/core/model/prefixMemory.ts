/**
 * What a session sent last, to see with the next body whether it goes on from there. It compares the serialised text, in
 * which the pack is its hash, so that it costs what the conversation costs and not what the repository does.
 */
import { Buffer } from 'node:buffer';
import { cutMembers, type KnownBody, type Member } from './bodyText.js';

export interface PrefixChange {
  /** The cache lanes, where the request leaves one. */
  from?: string;
  to?: string;
  /** In the body: the first byte of the first character that is not as it was. Absent where only the lane is another. */
  firstDifferingByte?: number;
}

export interface PrefixMemory {
  /** `text` is the body with markers in the place of packs, `bytes` its length with them. */
  note(lane: string, text: string, bytes: number): PrefixChange | undefined;
}

/** What the prefix consists of; in the order of the body, since the first difference counts. */
const parts: ReadonlySet<string> = new Set(['model', 'system', 'messages', 'tools', 'user_id', 'metadata']);
/** They decide on the lane, which knows when they matter. */
const laneParts: ReadonlySet<string> = new Set([
  ...parts,
  'thinking',
  'reasoning_effort',
  'output_config',
  'chat_template_kwargs',
  'reasoning',
]);

export function createPrefixMemory(): PrefixMemory {
  let last: (KnownBody & { lane: string }) | undefined;
  return {
    note(lane, text, bytes) {
      const before = last;
      const members = cutMembers(text, before);
      last = { lane, text, members };
      if (before === undefined) return undefined;
      const isSameLane = before.lane === lane;
      const at = findChange(before, { text, members }, isSameLane ? parts : laneParts);
      if (isSameLane && at === undefined) return undefined;
      return {
        ...(isSameLane ? {} : { from: before.lane, to: lane }),
        ...(at === undefined ? {} : { firstDifferingByte: byteAt(text, at, bytes) }),
      };
    },
  };
}

/** A place in the new text; `undefined` if every part is as it was, and the messages begin as they did. */
function findChange(before: KnownBody, now: KnownBody, names: ReadonlySet<string>): number | undefined {
  let first: number | undefined;
  const note = (at: number): void => void (first = Math.min(first ?? at, at));
  for (const name of names) {
    const [old, fresh] = [before.members.get(name), now.members.get(name)];
    if (old === undefined && fresh === undefined) continue;
    if (fresh === undefined) note(now.text.length);
    else if (old === undefined) note(fresh.start);
    else {
      const length = lengthInCommon(before, old, now, fresh, name === 'messages');
      if (length !== undefined) note(fresh.start + length);
    }
  }
  return first;
}

/** `undefined` for equal members, and for an array that has only grown by whole elements. */
function lengthInCommon(
  before: KnownBody,
  old: Member,
  now: KnownBody,
  fresh: Member,
  mayGrow: boolean,
): number | undefined {
  const was = before.text.slice(old.start, old.end);
  const is = now.text.slice(fresh.start, fresh.end);
  if (was === is) return undefined;
  if (mayGrow && is.startsWith(was.slice(0, -1)) && (was === '[]' || is[was.length - 1] === ',')) return undefined;
  let at = 0;
  while (at < was.length && was[at] === is[at]) at++;
  return at;
}

/** The packs stand before everything that a conversation adds. */
function byteAt(text: string, at: number, bytes: number): number {
  const packed = text.slice(0, at).includes('"\u27e6pack:') ? bytes - Buffer.byteLength(text) : 0;
  return Buffer.byteLength(text.slice(0, at)) + packed;
}
