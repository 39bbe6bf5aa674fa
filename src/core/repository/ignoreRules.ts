import { Buffer } from 'node:buffer';
import { compileGlob, foldCase } from './glob.js';

/** What one ignore file, or one list of patterns, says of a path by itself; its folders are asked about separately. */
export type IgnoreVerdict = 'ignored' | 'unignored' | undefined;

export interface IgnoreRules {
  /** `path` is relative to the rules' own folder, with `/` and without one at its end. The last pattern that fits decides. */
  test(path: string, isFolder: boolean): IgnoreVerdict;
  /** That pattern, as it was written. */
  deciding(path: string, isFolder: boolean): string | undefined;
}

interface Pattern {
  line: string;
  isNegative: boolean;
  onlyFolders: boolean;
  /** Compared with the last name of the path alone. */
  onlyName: boolean;
  matches: (bytes: string) => boolean;
}

/**
 * `.gitignore` syntax as git itself reads it (dir.c): bytes, not characters; trailing spaces; a `/` anywhere but at the
 * end ties the pattern to its folder.
 */
export function parseIgnoreRules(text: string, ignoreCase: boolean): IgnoreRules {
  return createRules(text.replace(/^\ufeff/, '').split('\n'), ignoreCase);
}

/** The same for a list of patterns. */
export function createRules(lines: readonly string[], ignoreCase: boolean): IgnoreRules {
  const patterns: Pattern[] = [];
  for (const line of lines) {
    const pattern = parsePattern(line, ignoreCase);
    if (pattern !== undefined) patterns.unshift(pattern);
  }
  const find = (path: string, isFolder: boolean): Pattern | undefined => {
    if (patterns.length === 0) return undefined;
    const bytes = ignoreCase ? foldCase(toBytes(path)) : toBytes(path);
    const name = bytes.slice(bytes.lastIndexOf('/') + 1);
    return patterns.find(
      ({ onlyFolders, onlyName, matches }) => (isFolder || !onlyFolders) && matches(onlyName ? name : bytes),
    );
  };
  return {
    test(path, isFolder) {
      const found = find(path, isFolder);
      if (found === undefined) return undefined;
      return found.isNegative ? 'unignored' : 'ignored';
    },
    deciding: (path, isFolder) => find(path, isFolder)?.line,
  };
}

/** Whether patterns take a path, or a folder that it lies in; one with `!` takes it out again. */
export function createPathFilter(patterns: readonly string[], ignoreCase: boolean): (path: string) => boolean {
  const rules = createRules(patterns, ignoreCase);
  return (path) => {
    for (let end = path.indexOf('/'); end >= 0; end = path.indexOf('/', end + 1)) {
      if (rules.test(path.slice(0, end), true) === 'ignored') return true;
    }
    return rules.test(path, false) === 'ignored';
  };
}

function parsePattern(line: string, ignoreCase: boolean): Pattern | undefined {
  const ended = line.replace(/\r$/, '').replace(/\0[^]*$/, '');
  if (ended === '' || ended.startsWith('#')) return undefined;
  let body = withoutTrailingSpaces(ended);
  const isNegative = body.startsWith('!');
  if (isNegative) body = body.slice(1);
  const onlyFolders = body.endsWith('/');
  if (onlyFolders) body = body.slice(0, -1);
  const onlyName = !body.includes('/');
  const glob = toBytes(body.startsWith('/') ? body.slice(1) : body);
  return { line: ended, isNegative, onlyFolders, onlyName, matches: compileGlob(glob, ignoreCase) };
}

/** A backslash keeps the space behind it. */
function withoutTrailingSpaces(line: string): string {
  let spaces = -1;
  for (let at = 0; at < line.length; at++) {
    if (line[at] === ' ') {
      if (spaces < 0) spaces = at;
      continue;
    }
    spaces = -1;
    if (line[at] === '\\') at++;
    if (at === line.length) return line;
  }
  return spaces < 0 ? line : line.slice(0, spaces);
}

/** A string with one unit for each UTF-8 byte: git's `?` is one byte. */
function toBytes(text: string): string {
  return /^[\0-\x7f]*$/.test(text) ? text : Buffer.from(text, 'utf8').toString('latin1');
}
