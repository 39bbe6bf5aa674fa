/**
 * Files whose change can make something run, weaken a check or steer an agent later, without anybody starting it.
 * They always ask, whatever the mode, and also when they do not exist yet.
 */
import { normaliseName } from './nameForm.js';
import { protections, steering, type Protection } from './protectedPatterns.js';

interface Compiled extends Omit<Protection, 'patterns'> {
  pattern: RegExp;
  glob: string;
}

const compiled: readonly Compiled[] = protections.flatMap(({ patterns, ...protection }) =>
  patterns.map((glob) => ({ ...protection, glob, pattern: toPattern(glob) })),
);

export const protectedPatternCount = compiled.length;

/** Why a file always asks, in half a sentence, or `undefined`. `relativePath` is what the path gate answered. */
export function protectedBy(relativePath: string): string | undefined {
  const path = normaliseName(relativePath);
  return describe(compiled.find(({ pattern }) => pattern.test(path)));
}

/** The same for what a command names, or changes by itself. */
export function protectedFromCommands(relativePath: string): string | undefined {
  const path = normaliseName(relativePath);
  return describe(compiled.find(({ pattern, isForTools }) => isForTools !== true && pattern.test(path)));
}

function describe(found: Compiled | undefined): string | undefined {
  return found === undefined ? undefined : `${found.glob}: ${found.why}`;
}

/** What stands in such a file is taken for the user's words, in this session and in later ones. */
export function steersAgents(relativePath: string): boolean {
  const path = normaliseName(relativePath);
  return compiled.some(({ pattern, why }) => why === steering && pattern.test(path));
}

function toPattern(glob: string): RegExp {
  const body = glob
    .toLowerCase()
    .split('**')
    .map((part) =>
      part
        .split('*')
        .map((text) => text.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
        .join('[^/]*'),
    )
    .join('.*');
  return new RegExp(`(?:^|/)${body}$`, 's');
}
