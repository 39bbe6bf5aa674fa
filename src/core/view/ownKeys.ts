/**
 * The keys that the user has given Baleen. The view cannot know them: it is the same for everybody. So they are taken out
 * of whatever enters a message or the pack, after the view is made, and the HTTP boundary refuses what slipped through.
 */
import { Buffer } from 'node:buffer';
import { escapeLiteral } from './words.js';

/** No text has a secret of this number, so that it is never decoded: an edit that would touch it is refused. */
export const ownKeyPlaceholder = '\u27e6secret:own-key#0\u27e7';

/** Shorter texts are no keys, and would be found everywhere. */
const shortestSecret = 8;

/** A value as it is, and as JSON and addresses write it; none of a value that is too short to be a key. */
export function formsOf(value: string): string[] {
  if (value.length < shortestSecret) return [];
  const wellFormed = Buffer.from(value, 'utf8').toString('utf8');
  const inJson = JSON.stringify(value).slice(1, -1);
  return [...new Set([value, inJson, JSON.stringify(inJson).slice(1, -1), encodeURIComponent(wellFormed)])];
}

export function hideOwnKeys(view: string, keys: readonly string[]): string {
  const forms = keys.flatMap(formsOf).filter((form) => view.includes(form));
  if (forms.length === 0) return view;
  // The longer first: one form may be the beginning of another.
  const pattern = forms.sort((a, b) => b.length - a.length).map(escapeLiteral);
  return view.replace(new RegExp(pattern.join('|'), 'g'), ownKeyPlaceholder);
}
