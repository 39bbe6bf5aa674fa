import { markInvisible } from '../invisible.js';

const longest = 200;

/** A name where no markup can stand: with everything invisible in it spelled out. */
export function spell(text: string): string {
  return markInvisible(text.slice(0, longest))
    .map((segment) => segment.text)
    .join('');
}

/** The end of a long path says more than its beginning. */
export function spellShort(path: string): string {
  const text = spell(path);
  return text.length > 40 ? `…${text.slice(-39)}` : text;
}
