/** What is told of a line that asks: each part's reasons, and a sentence for the whole. */
import { startsOthers } from './programs.js';
import type { Redirection, ShellPart } from './readTree.js';

export const notYet = 'is not allowed yet';

/** Everything about a part that makes it ask; nothing if it would run. */
export function describePart(part: ShellPart, why: string | undefined, dangers: readonly string[]): string[] {
  const more = [...part.notes, ...dangers, ...describeStarts(part), ...describeRedirections(part)];
  const first = why === undefined || (why === notYet && more.length > 0) ? [] : [why];
  return [...new Set([...first, ...more])];
}

function describeStarts({ words }: ShellPart): string[] {
  return startsOthers(words) ? ['starts another program'] : [];
}

function describeRedirections({ redirections }: ShellPart): string[] {
  return redirections
    .filter((one) => !isHarmless(one))
    .map(({ writes, target }) => `${writes ? 'writes to' : 'reads'} ${target ?? 'a file'}`);
}

export function isHarmless({ target }: Redirection): boolean {
  return target !== undefined && /^(?:\/dev\/null|[12])$/.test(target);
}

const mostReasons = 4;

export function sentenceOf(whys: readonly string[]): string {
  const reasons = whys.filter((why) => why !== notYet || whys.length === 1);
  const named = reasons.slice(0, mostReasons).join('; it ');
  return `It ${named}${reasons.length > mostReasons ? '; and more, see below' : ''}.`;
}
