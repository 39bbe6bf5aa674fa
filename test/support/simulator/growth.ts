/** Compares request bodies as the bytes that were sent, never as re-printed JSON. */
import { strict as assert } from 'node:assert';

/** End of the JSON value that begins at `start`. */
function endOfValue(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    const character = text[at];
    if (character === '"') at = endOfString(text, at) - 1;
    else if (character === '{' || character === '[') depth++;
    else if (character === '}' || character === ']') {
      if (depth === 0) return at;
      depth--;
    } else if (character === ',' && depth === 0) return at;
    if (depth === 0 && (character === '"' || character === '}' || character === ']')) return at + 1;
  }
  return text.length;
}

function endOfString(text: string, start: number): number {
  for (let quote = text.indexOf('"', start + 1); quote !== -1; quote = text.indexOf('"', quote + 1)) {
    let slashes = 0;
    while (text[quote - 1 - slashes] === '\\') slashes++;
    if (slashes % 2 === 0) return quote + 1;
  }
  throw new Error('unterminated string');
}

/** The serialised members of the object that `text` is, by key. The bodies have no space between tokens. */
export function cutMembers(text: string): Map<string, string> {
  const members = new Map<string, string>();
  for (let at = 1; at < text.length && text[at] !== '}';) {
    const keyEnd = endOfString(text, at);
    const valueEnd = endOfValue(text, keyEnd + 1);
    members.set(JSON.parse(text.slice(at, keyEnd)) as string, text.slice(keyEnd + 1, valueEnd));
    at = text[valueEnd] === ',' ? valueEnd + 1 : valueEnd;
  }
  return members;
}

/** The serialised elements of the array that `text` is. */
export function cutElements(text: string): string[] {
  const elements: string[] = [];
  for (let at = 1; at < text.length && text[at] !== ']';) {
    const end = endOfValue(text, at);
    elements.push(text.slice(at, end));
    at = text[end] === ',' ? end + 1 : end;
  }
  return elements;
}

/** Fails unless each body's system, tools and messages begin, element by element, with those of the body before it. */
export function assertMessagesGrow(requests: readonly { text: string }[]): void {
  for (const [index, request] of requests.entries()) {
    const earlier = requests[index - 1];
    if (earlier === undefined) continue;
    const before = cutMembers(earlier.text);
    const after = cutMembers(request.text);
    for (const key of ['model', 'system', 'tools', 'user_id', 'metadata']) {
      assert.equal(after.get(key), before.get(key), `request ${index + 1} changed ${key}`);
    }
    const old = cutElements(before.get('messages') ?? '[]');
    const now = cutElements(after.get('messages') ?? '[]');
    assert.ok(
      now.length >= old.length,
      `request ${index + 1} has ${now.length} messages, the one before had ${old.length}`,
    );
    for (const [place, element] of old.entries()) {
      assert.ok(
        element === now[place],
        `request ${index + 1} changed message ${place}: ${describeChange(element, now[place] ?? '')}`,
      );
    }
  }
}

function describeChange(before: string, after: string): string {
  let at = 0;
  while (at < before.length && before[at] === after[at]) at++;
  return `at character ${at}, …${before.slice(Math.max(0, at - 40), at + 40)}… became …${after.slice(Math.max(0, at - 40), at + 40)}…`;
}
