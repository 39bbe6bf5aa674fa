/** The three turns of a refactoring, for the rules "rename A to B" and "replace A by B". */
import { wholeWordPattern } from '../../core/view/words.js';
import { say, type Draft } from '../draft.js';
import { usesOf, type SeenTurn } from '../readTurn.js';
import type { Repository } from '../repository.js';
import { count, quote } from '../text.js';
import { firstLine, readEditEnd } from '../toolResults.js';
import { readReplacing, type Renaming } from '../words.js';

/** So many sites fit one reply of a real model, too. */
const maxSites = 2_000;
/** Findings of one report, and hunks of one edit. */
const maxItemsPerCall = 200;
/** A quote of a longer line is the part around the word. */
const maxQuoteLength = 400;

const notUnderstood =
  'I only understand the rules "rename A to B" and "replace A by B", with A and B as words. The real model understands any rule.';

export function answerRefactorSites(turn: SeenTurn, repository: () => Repository): Draft {
  if (usesOf(turn).some((use) => use.name === 'report_findings'))
    return say('The sites are reported.', 'Nothing is left to do.');
  const rule = readRule(turn.request);
  const replacing = readReplacing(rule);
  if (replacing === undefined) return { ...report([]), text: notUnderstood };
  const sites = findSites(repository(), replacing.from);
  const cut = sites.length > maxSites ? ` Only the first ${maxSites} are reported.` : '';
  const message = `${quote(replacing.from)} stands here as a whole word.`;
  const findings = sites.slice(0, maxSites).map((site) => ({ ...site, severity: 'info', category: 'site', message }));
  return { ...report(findings), text: `${count(sites.length, 'place')} of ${quote(replacing.from)}.${cut}` };
}

export function answerRefactorEdits(turn: SeenTurn, repository: () => Repository): Draft {
  const replacing = readReplacing(readRule(turn.request));
  if (replacing === undefined) return say(notUnderstood, 'This rule is not one of mine.');
  const edits = usesOf(turn).filter((use) => use.name === 'edit_file');
  if (edits.length > 0) {
    const left = edits.filter((use) => readEditEnd(use) !== 'changed');
    const rows = left
      .slice(0, 20)
      .map((use) => `\n- ${String(use.arguments['path'])}: ${firstLine(use.result ?? 'no answer')}`);
    const lost = left.length === 0 ? '' : `\nNot changed: ${count(left.length, 'file')}.${rows.join('')}`;
    return say(`${count(edits.length - left.length, 'file')} changed.${lost}`, 'I report what the edits said.');
  }
  const chosen = groupByPath(readSiteList(turn.request));
  if (chosen.size === 0) return say('No site was chosen, so I change nothing.', 'The list is empty.');
  const { files } = repository();
  const calls: Draft['calls'] = [...chosen].flatMap(([path, quotes]) =>
    inParts(makeHunks(files.get(path) ?? '', quotes, replacing)).map((hunks) => ({
      name: 'edit_file' as const,
      arguments: { path, hunks },
    })),
  );
  return {
    reasoning: 'One edit a file with the chosen places.',
    text: `I change ${count(chosen.size, 'file')}.`,
    calls,
  };
}

export function answerRefactorRepair(): Draft {
  return say(
    'I cannot repair a failed verification: that takes the real model. I leave the code as it is.',
    'A repair needs understanding.',
  );
}

function report(findings: Record<string, unknown>[]): Draft {
  const calls = inParts(findings).map((part) => ({ name: 'report_findings' as const, arguments: { findings: part } }));
  return { reasoning: 'I report what stands in the pack.', text: '', calls };
}

/** As many as one call takes; an empty list is one empty part. */
function inParts<T>(items: readonly T[]): T[][] {
  const parts: T[][] = [];
  for (let at = 0; at === 0 || at < items.length; at += maxItemsPerCall)
    parts.push(items.slice(at, at + maxItemsPerCall));
  return parts;
}

/** The rule itself stands between its label and the first blank line. */
function readRule(request: string): string {
  return /^Refactoring rule: ([\s\S]*?)(?:\n\n|$)/.exec(request)?.[1] ?? request;
}

function findSites(repository: Repository, word: string): { path: string; quote: string }[] {
  const pattern = wholeWordPattern(word);
  const sites: { path: string; quote: string }[] = [];
  for (const [path, text] of repository.files) {
    if (!text.includes(word)) continue;
    for (const line of text.split(/\r?\n/)) {
      pattern.lastIndex = 0;
      const match = pattern.exec(line);
      if (match !== null) sites.push({ path, quote: cutAround(line, match.index) });
    }
  }
  return sites;
}

function cutAround(line: string, at: number): string {
  if (line.length <= maxQuoteLength) return line;
  const start = Math.max(0, at - maxQuoteLength / 4);
  return line.slice(start, start + maxQuoteLength).replace(/^[\udc00-\udfff]|[\ud800-\udbff]$/g, '');
}

function readSiteList(request: string): { path: string; quote: string }[] {
  return request.split('\n').flatMap((row) => {
    const match = /^- (.*?): (".*")$/.exec(row);
    if (match === null) return [];
    try {
      return [{ path: match[1]!, quote: String(JSON.parse(match[2]!)) }];
    } catch {
      return [];
    }
  });
}

function groupByPath(sites: readonly { path: string; quote: string }[]): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const { path, quote } of sites) {
    const quotes = groups.get(path);
    if (quotes === undefined) groups.set(path, [quote]);
    else quotes.push(quote);
  }
  return groups;
}

/** Where every place of a file was chosen, one hunk says it all; else a hunk for each chosen line. */
function makeHunks(text: string, quotes: readonly string[], { from, to }: Renaming): Record<string, unknown>[] {
  const wanted = new Set(quotes);
  const lines = text.split(/\r?\n/);
  const pattern = wholeWordPattern(from);
  const apply = (part: string): string => part.replace(pattern, () => to);
  const hasWord = (line: string): boolean => apply(line) !== line;
  const isChosen = (line: string): boolean => [...wanted].some((part) => line.includes(part));
  if (
    text !== '' &&
    lines.every((line) => !hasWord(line) || wanted.has(line) || (line.length > maxQuoteLength && isChosen(line)))
  ) {
    return [{ old_text: from, new_text: to, replace_all: true, whole_word: true }];
  }
  return [...wanted].flatMap((part) => {
    const at = lines.flatMap((line, index) => (line === part ? [index + 1] : []));
    const hunk = { old_text: part, new_text: apply(part) };
    const isAlone = text.indexOf(part) === text.lastIndexOf(part);
    return isAlone || at.length === 0 ? [hunk] : at.map((line) => ({ ...hunk, line }));
  });
}
