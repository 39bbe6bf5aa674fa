/** Reads the serialised text of a body without parsing it: where its members stand. There is no space between tokens. */

export interface Member {
  /** Of the value, in UTF-16 units. */
  start: number;
  end: number;
}

const quote = 0x22;
const backslash = 0x5c;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const comma = 0x2c;

/** A body that was read before. */
export interface KnownBody {
  text: string;
  members: ReadonlyMap<string, Member>;
}

/** The members of the object that `text` is, by name, in their order. What `before` begins with alike is not read again. */
export function cutMembers(text: string, before?: KnownBody): Map<string, Member> {
  const { members, at: start } = goOnFrom(text, before) ?? { members: new Map<string, Member>(), at: 1 };
  let at = start;
  while (text.charCodeAt(at) === quote) {
    const nameEnd = endOfString(text, at);
    const start = nameEnd + 1;
    const end = endOfValue(text, start);
    members.set(text.slice(at + 1, nameEnd - 1), { start, end });
    at = text.charCodeAt(end) === comma ? end + 1 : end;
  }
  return members;
}

/** Behind the messages, where they begin with the known ones: most of a body, and the part that grows. */
function goOnFrom(
  text: string,
  before: KnownBody | undefined,
): { members: Map<string, Member>; at: number } | undefined {
  const messages = before?.members.get('messages');
  if (before === undefined || messages === undefined) return undefined;
  const same = messages.end - 1;
  if (!text.startsWith(before.text.slice(0, same))) return undefined;
  const earlier = [...before.members].filter(([, member]) => member.end <= messages.start);
  const end = endOfValue(text, same, 1);
  const members = new Map<string, Member>([...earlier, ['messages', { start: messages.start, end }]]);
  return { members, at: text.charCodeAt(end) === comma ? end + 1 : end };
}

function endOfString(text: string, start: number): number {
  for (let at = text.indexOf('"', start + 1); at !== -1; at = text.indexOf('"', at + 1)) {
    let slashes = 0;
    while (text.charCodeAt(at - 1 - slashes) === backslash) slashes++;
    if (slashes % 2 === 0) return at + 1;
  }
  return text.length;
}

/** From `start`, which may lie `depth` brackets inside of the value. */
function endOfValue(text: string, start: number, depth = 0): number {
  for (let at = start; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === quote) {
      at = endOfString(text, at) - 1;
      if (depth === 0) return at + 1;
    } else if (code === openBrace || code === openBracket) depth++;
    else if (code === closeBrace || code === closeBracket) {
      if (depth === 0) return at;
      if (--depth === 0) return at + 1;
    } else if (code === comma && depth === 0) return at;
  }
  return text.length;
}
