/** Changes of the setting that names what stays out of the pack. */
import { extensionOf, type ExcludeScope } from '../../protocol/packMap.js';
import { BaleenError } from '../errors.js';

/** The pattern in `.gitignore` syntax that means exactly this: anchored, nothing in the name taken as a wildcard. */
export function patternFor(scope: ExcludeScope, path: string): string {
  if (/[\r\n]/.test(path)) {
    throw new BaleenError('A pattern cannot name a path with a line end in it, so nothing was changed.', 'bad_usage');
  }
  if (scope === 'extension' && extensionOf(path) === '') {
    throw new BaleenError(`${path} has no extension, so nothing was changed.`, 'bad_usage');
  }
  if (scope === 'extension') return `*${escapePattern(extensionOf(path))}`;
  return `/${escapePattern(path)}${scope === 'folder' ? '/' : ''}`;
}

/** The patterns after leaving something out: an earlier wish to have it back goes. */
export function excludeFrom(patterns: readonly string[], scope: ExcludeScope, path: string): string[] {
  const pattern = patternFor(scope, path);
  return [...patterns.filter((one) => one !== pattern && one !== `!${pattern}`), pattern];
}

/**
 * The patterns after bringing something back. Where taking its exclusion away may not be enough (another pattern, a rule
 * or `.baleenignore` may keep it out) its opposite is added.
 */
export function bringBack(patterns: readonly string[], scope: ExcludeScope, path: string): string[] {
  const pattern = patternFor(scope, path);
  const kept = patterns.filter((one) => one !== pattern && one !== `!${pattern}`);
  const isEnough = patterns.includes(pattern) && !kept.some((one) => mayHold(one, scope, path));
  return isEnough ? kept : [...kept, `!${pattern}`];
}

/** Certain about the patterns that `patternFor` makes; any other one may hold anything. */
function mayHold(pattern: string, scope: ExcludeScope, path: string): boolean {
  if (pattern.startsWith('!')) return false;
  if (/^\*\.[^*?[\]\\/]+$/.test(pattern)) return scope === 'file' && path.endsWith(pattern.slice(1));
  const isPlain = pattern.startsWith('/') && !/(?:^|[^\\])[*?[]/.test(pattern);
  if (!isPlain) return true;
  return pattern.endsWith('/') && scope !== 'extension' && patternFor('file', path).startsWith(pattern);
}

/** Whether the scope that a file or folder stands for holds this path. */
export function isInScope(scope: ExcludeScope, about: string, path: string): boolean {
  if (scope === 'file') return path === about;
  if (scope === 'folder') return path.startsWith(`${about}/`);
  return extensionOf(path) === extensionOf(about);
}

function escapePattern(text: string): string {
  return text.replace(/[\\*?[\]]/g, '\\$&').replace(/ +$/, (blanks) => '\\ '.repeat(blanks.length));
}
