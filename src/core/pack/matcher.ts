import { RE2JS } from 're2js';
import { BaleenError, messageOf } from '../errors.js';
import type { SearchQuery } from './packer.js';

/** Finds the next match at or after `from`; `undefined` if there is none. */
export type Matcher = (text: string) => (from: number) => { start: number; end: number } | undefined;

/** Linear in the text whatever the pattern: it comes from the model. Throws a `BaleenError` for a bad pattern. */
export function createMatcher(query: SearchQuery): Matcher {
  if (query.pattern === '') throw new BaleenError('An empty pattern matches everything. Give the text to look for.');
  return query.literal ? createLiteralMatcher(query) : createPatternMatcher(query);
}

function createLiteralMatcher({ pattern, caseSensitive, wholeWord }: SearchQuery): Matcher {
  if (caseSensitive && !wholeWord) {
    return (text) => (from) => {
      const start = text.indexOf(pattern, from);
      return start < 0 ? undefined : { start, end: start + pattern.length };
    };
  }
  const escaped = pattern.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
  const [before, after] = wholeWord ? ['(?<![\\p{L}\\p{N}_])', '(?![\\p{L}\\p{N}_])'] : ['', ''];
  const expression = new RegExp(`${before}${escaped}${after}`, caseSensitive ? 'gu' : 'giu');
  return (text) => (from) => {
    expression.lastIndex = from;
    const match = expression.exec(text);
    return match === null ? undefined : { start: match.index, end: match.index + match[0].length };
  };
}

/** RE2 has no look-around: the neighbours of a whole word are matched too, and the word is a group. */
function createPatternMatcher({ pattern, caseSensitive, wholeWord }: SearchQuery): Matcher {
  const flags = RE2JS.MULTILINE | (caseSensitive ? 0 : RE2JS.CASE_INSENSITIVE);
  const compiled = compile(pattern, flags);
  const expression = wholeWord ? compile(`(?:^|[^\\pL\\pN_\\n])(${pattern})(?:$|[^\\pL\\pN_\\n])`, flags) : compiled;
  const group = wholeWord ? 1 : 0;
  return (text) => {
    const matcher = expression.matcher(text);
    return (from) => {
      if (from > text.length || !matcher.find(from)) return undefined;
      return { start: matcher.start(group), end: matcher.end(group) };
    };
  };
}

function compile(pattern: string, flags: number): RE2JS {
  try {
    return RE2JS.compile(pattern, flags);
  } catch (error) {
    throw new BaleenError(
      `The pattern ${JSON.stringify(pattern)} is not one of RE2's (${messageOf(error)}). Nothing was searched; look-around and back references do not exist there, or set literal.`,
    );
  }
}
