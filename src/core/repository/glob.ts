/**
 * Shell patterns as git matches them (wildmatch.c): over strings that hold a byte in each unit. `*` and `?` stop at a
 * slash, `**` between slashes does not.
 */

/** ASCII only, as git does it. */
export function foldCase(bytes: string): string {
  return bytes.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

const isGlob = /[*?[\\]/;

/** With `ignoreCase`, the texts must have been folded; the pattern is not, since git folds only a part of it. */
export function compileGlob(pattern: string, ignoreCase: boolean): (bytes: string) => boolean {
  const fold = ignoreCase ? foldCase : (bytes: string): string => bytes;
  const folded = fold(pattern);
  if (!isGlob.test(pattern)) return (bytes) => bytes === folded;
  const ending = folded.slice(1);
  if (pattern.startsWith('*') && !isGlob.test(ending) && !ending.includes('/')) {
    return (bytes) => bytes.endsWith(ending) && !bytes.includes('/');
  }
  const source = translate(pattern, ignoreCase);
  if (source === undefined) return () => false;
  const expression = new RegExp(`^${source}$`, 's');
  return (bytes) => expression.test(bytes);
}

/** `undefined` for a pattern that fits nothing: a class without an end, a backslash at the end. */
function translate(pattern: string, ignoreCase: boolean): string | undefined {
  let source = '';
  for (let at = 0; at < pattern.length;) {
    const unit = pattern.charAt(at);
    if (unit === '*') {
      const stars = readStars(pattern, at);
      source += stars.source;
      at = stars.end;
    } else if (unit === '?') {
      source += '[^/]';
      at++;
    } else if (unit === '[') {
      const set = readClass(pattern, at, ignoreCase);
      if (set === undefined) return undefined;
      source += set.source;
      at = set.end;
    } else {
      const isEscape = unit === '\\';
      const literal = isEscape ? pattern.charAt(at + 1) : unit;
      if (literal === '') return undefined;
      source += escapeUnit(ignoreCase && !isEscape ? foldCase(literal) : literal);
      at += isEscape ? 2 : 1;
    }
  }
  return source;
}

function readStars(pattern: string, start: number): { source: string; end: number } {
  let end = start;
  while (pattern[end] === '*') end++;
  const isWhole = (start === 0 || pattern[start - 1] === '/') && /^(?:$|\/|\\\/)/.test(pattern.slice(end));
  if (end - start < 2 || !isWhole) return { source: '[^/]*', end };
  // A folder of any depth, none included.
  if (pattern[end] === '/') return { source: '(?:.*/)?', end: end + 1 };
  return { source: '.*', end };
}

function escapeUnit(unit: string): string {
  return `\\x${unit.charCodeAt(0).toString(16).padStart(2, '0')}`;
}

/** POSIX classes over ASCII. */
const namedClasses: Record<string, RegExp> = {
  alnum: /[A-Za-z0-9]/,
  alpha: /[A-Za-z]/,
  blank: /[ \t]/,
  cntrl: /[\0-\x1f\x7f]/,
  digit: /[0-9]/,
  graph: /[!-~]/,
  lower: /[a-z]/,
  print: /[ -~]/,
  punct: /[!-/:-@[-`{-~]/,
  space: /[ \t-\r]/,
  upper: /[A-Z]/,
  xdigit: /[A-Fa-f0-9]/,
};

/** A set of bytes between brackets; `undefined` if it has no end or names an unknown class. */
function readClass(pattern: string, start: number, ignoreCase: boolean): { source: string; end: number } | undefined {
  let at = start + 1;
  const isNegated = pattern[at] === '!' || pattern[at] === '^';
  if (isNegated) at++;
  const parts: ((byte: string) => boolean)[] = [];
  let previous = '';
  // The first unit is always a member, also a closing bracket.
  for (let isFirst = true; isFirst || pattern[at] !== ']'; isFirst = false) {
    const unit = pattern[at];
    if (unit === undefined) return undefined;
    const next = pattern[at + 1];
    if (unit === '\\') {
      if (next === undefined) return undefined;
      parts.push((byte) => byte === next);
      previous = next;
      at += 2;
    } else if (unit === '-' && previous !== '' && next !== undefined && next !== ']') {
      const isEscape = next === '\\';
      const high = isEscape ? pattern[at + 2] : next;
      if (high === undefined) return undefined;
      parts.push(inRange(previous, high, ignoreCase));
      previous = '';
      at += isEscape ? 3 : 2;
    } else {
      const named = unit === '[' && next === ':' ? readNamed(pattern, at) : undefined;
      if (named === 'endless') return undefined;
      if (named === undefined) {
        parts.push((byte) => byte === unit);
        previous = unit;
        at++;
      } else {
        const expression = namedClasses[named.name];
        if (expression === undefined) return undefined;
        const isUpper = named.name === 'upper' && ignoreCase;
        parts.push((byte) => expression.test(byte) || (isUpper && /[a-z]/.test(byte)));
        previous = '';
        at = named.end;
      }
    }
  }
  return { source: listBytes((byte) => parts.some((part) => part(byte)) !== isNegated), end: at + 1 };
}

/** `[:name:]`; `undefined` if the bracket is only a bracket. */
function readNamed(pattern: string, start: number): { name: string; end: number } | 'endless' | undefined {
  const close = pattern.indexOf(']', start + 2);
  if (close < 0) return 'endless';
  if (close < start + 3 || pattern[close - 1] !== ':') return undefined;
  return { name: pattern.slice(start + 2, close - 1), end: close + 1 };
}

function inRange(low: string, high: string, ignoreCase: boolean): (byte: string) => boolean {
  return (byte) => {
    if (byte >= low && byte <= high) return true;
    const upper = byte.toUpperCase();
    return ignoreCase && /[a-z]/.test(byte) && upper >= low && upper <= high;
  };
}

function listBytes(isIn: (byte: string) => boolean): string {
  let members = '';
  for (let code = 1; code < 256; code++) {
    const byte = String.fromCharCode(code);
    if (byte !== '/' && isIn(byte)) members += escapeUnit(byte);
  }
  return members === '' ? '(?!)' : `[${members}]`;
}
