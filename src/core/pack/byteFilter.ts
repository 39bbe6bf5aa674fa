/** Tells from a file's bytes that a search will find nothing in its view, so that the view need not be made. */
import { Buffer } from 'node:buffer';
import { ownKeyPlaceholder } from '../view/ownKeys.js';
import { secretKinds } from '../view/secretKinds.js';
import type { SearchQuery } from './packer.js';

export type ByteFilter = (bytes: Uint8Array) => boolean;

/**
 * Answers false only for bytes whose view cannot hold a match; `undefined` if the query allows no such look. A view is
 * the file's text but for what stands in ⟦ ⟧, so a literal without brackets stands in the text, or inside of one pair.
 */
export function createByteFilter({ pattern, literal, caseSensitive }: SearchQuery): ByteFilter | undefined {
  if (!literal || !caseSensitive || /[\u27e6\u27e7]|\p{Surrogate}/u.test(pattern) || standsInBrackets(pattern)) {
    return undefined;
  }
  const utf8 = Buffer.from(pattern, 'utf8');
  const latin1 =
    /[^\u0000-\u007f]/.test(pattern) && !/[^\u0000-\u00ff]/.test(pattern) && Buffer.from(pattern, 'latin1');
  return (bytes) => {
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return isWide(bytes) || buffer.includes(utf8) || (latin1 !== false && buffer.includes(latin1));
  };
}

/** UTF-16 is known by its mark alone. */
function isWide([first, second]: Uint8Array): boolean {
  return (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
}

/** Whether a text could be a part of `U+202E` or of `secret:github#1`. */
function standsInBrackets(text: string): boolean {
  if (/^U?\+?[0-9A-F]{0,6}$/.test(text)) return true;
  if (ownKeyPlaceholder.includes(text)) return true;
  const withoutNumber = text.replace(/\d+$/, '');
  return secretKinds.some(({ name }) => `secret:${name}#`.includes(withoutNumber));
}
