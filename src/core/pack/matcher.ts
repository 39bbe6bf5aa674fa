import type { RE2JS } from 're2js';
import { BaleenError, messageOf } from '../errors.js';
import { escapeLiteral, isWholeWord, wholeWordPattern } from '../view/words.js';
import type { SearchQuery } from './packer.js';

/** Finds the next match at or after `from`; `undefined` if there is none. */
export type Matcher = (text: string) => (from: number) => { start: number; end: number } | undefined;

/** Linear in the text whatever the pattern: it comes from the model. Throws a `BaleenError` for a bad pattern. */
export async function createMatcher(query: SearchQuery): Promise<Matcher> {
  if (query.pattern === '') throw new BaleenError('An empty pattern matches everything. Give the text to look for.');
  return query.literal ? createLiteralMatcher(query) : createPatternMatcher((await import('re2js')).RE2JS, query);
}

function createLiteralMatcher({ pattern, caseSensitive, wholeWord }: SearchQuery): Matcher {
  if (caseSensitive && !wholeWord) {
    return (text) => (from) => {
      const start = text.indexOf(pattern, from);
      return start < 0 ? undefined : { start, end: start + pattern.length };
    };
  }
  const expression = wholeWord
    ? wholeWordPattern(pattern, caseSensitive)
    : new RegExp(escapeLiteral(pattern), caseSensitive ? 'gu' : 'giu');
  return (text) => (from) => {
    expression.lastIndex = from;
    const match = expression.exec(text);
    return match === null ? undefined : { start: match.index, end: match.index + match[0].length };
  };
}

function createPatternMatcher(re2: typeof RE2JS, { pattern, caseSensitive, wholeWord }: SearchQuery): Matcher {
  const flags = re2.MULTILINE | (caseSensitive ? 0 : re2.CASE_INSENSITIVE);
  const compile = (expression: string): RE2JS => compilePattern(re2, expression, flags);
  const plain = createExpressionMatcher(compile(pattern), 0);
  if (!wholeWord) return plain;
  // RE2 has no look-around: here the neighbours of a whole word are matched too, and the word is a group.
  const bounded = createExpressionMatcher(compile(`(?:^|[^\\pL\\pN_\\n])(${pattern})(?:$|[^\\pL\\pN_\\n])`), 1);
  return (text) => {
    const nextPlain = plain(text);
    const nextBounded = bounded(text);
    return (from) => {
      // What begins or ends with a sign may stand beside a word. Overlapping tries would no longer be linear.
      let found = nextPlain(from);
      while (found !== undefined && !isWholeWord(text, found.start, found.end)) {
        found = nextPlain(Math.max(found.end, found.start + 1));
      }
      const inBounds = nextBounded(from);
      return found === undefined || (inBounds !== undefined && inBounds.start < found.start) ? inBounds : found;
    };
  };
}

function createExpressionMatcher(expression: RE2JS, group: number): Matcher {
  return (text) => {
    const matcher = expression.matcher(text);
    return (from) => {
      if (from > text.length || !matcher.find(from)) return undefined;
      return { start: matcher.start(group), end: matcher.end(group) };
    };
  };
}

function compilePattern(re2: typeof RE2JS, pattern: string, flags: number): RE2JS {
  try {
    return re2.compile(pattern, flags);
  } catch (error) {
    throw new BaleenError(
      `The pattern ${JSON.stringify(pattern)} is not one of RE2's (${messageOf(error)}). Nothing was searched; look-around and back references do not exist there, or set literal.`,
    );
  }
}
