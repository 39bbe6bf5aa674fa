/**
 * Git commands that print the text of files as commits, the index or the work tree hold it. Where git tracks a file that
 * is kept from the model they ask, whatever a rule says of their words; unless they are limited to other paths.
 */
import { isAbsolute, join, posix } from 'node:path';
import { absoluteOf, rootOf } from '../repository/roots.js';
import { commandsIn, gitCommand, innerLines, nameOf } from './programs.js';
import type { Surroundings } from './reach.js';
import type { ReadLine } from './readTree.js';

type Words = readonly (string | undefined)[];

/** They print texts whatever their options say. */
const always = new Set(
  'grep blame annotate cat-file format-patch archive fast-export range-diff merge-tree unpack-file checkout-index'.split(
    ' ',
  ),
);
/** They print texts unless an option asks for something in place of them. */
const byDefault = new Set(['diff', 'show']);
/** They print texts where an option asks for them, and one that is not known may do so. */
const onRequest = new Set(['log', 'whatchanged', 'reflog', 'diff-tree', 'diff-index', 'diff-files']);
/** They have a few options that print texts, and many that do not. */
const interactive = new Set(['status', 'commit', 'add', 'reset', 'checkout', 'restore', 'stash']);

const inPlaceOfText = /^(?:-s|--(?:no-patch|stat|shortstat|numstat|summary|name-only|name-status|quiet)(?:=.*)?)$/;
const printsNoText =
  /^(?:-\d+|-n\d*|-[srtzgiEFPwbMC]|-[SG].*|--(?:no-patch|stat|shortstat|numstat|summary|name-only|name-status|quiet|raw|oneline|graph|decorate|no-decorate|all|branches|tags|remotes|abbrev|abbrev-commit|no-abbrev-commit|color|no-color|reverse|merges|no-merges|first-parent|follow|cached|staged|root|no-ext-diff|no-textconv|no-renames|find-renames|minimal|patience|histogram|ignore-all-space|ignore-space-change|ignore-blank-lines|topo-order|date-order|max-count|skip|since|until|after|before|author|committer|grep|format|pretty|date|diff-filter|no-notes|no-walk|exit-code)(?:=.*)?)$/;
const printsText = /^(?:-[a-zA-Z]*[piv][a-zA-Z]*|--(?:patch|interactive|verbose))$/;
/** Options that certainly have no value in the next word. */
const hasNoValue = /^(?:-[pus]|-U?\d+|--(?:patch|no-patch|stat|oneline|cached|staged|word-diff|no-color|follow))$/;
/** A file in a commit or in the index: what stands in front of its path. */
const fileIn = /^(?::[0-3]:|[\w./@~^+-]*:)(?!\/)(.+)$/;

export type HistoryParts = Pick<Surroundings, 'files' | 'roots' | 'hiddenInGit'>;

/** Puts a note to each part that would print such text, and answers with it; what is hidden is looked up only then. */
export async function noteHistory({ parts }: ReadLine, cwd: string, around: HistoryParts): Promise<string | undefined> {
  const printing = parts.filter(({ words }) => findPrinting(words) !== undefined);
  if (printing.length === 0) return undefined;
  const hidden = await around.hiddenInGit();
  let note: string | undefined;
  for (const part of hidden.length === 0 ? [] : printing) {
    const paths = await findPaths(findPrinting(part.words)!, cwd, around);
    const found = paths === undefined ? hidden[0] : hidden.find((path) => paths.some((one) => holds(one, path)));
    if (found === undefined) continue;
    note ??= `prints texts out of git, and with them that of ${found}, which is kept from the model`;
    part.notes.push(note);
  }
  return note;
}

function holds(folder: string, path: string): boolean {
  const [outer, inner] = [folder.toLowerCase(), path.toLowerCase()];
  return outer === '.' || inner === outer || inner.startsWith(`${outer}/`);
}

interface Printing {
  sub: string;
  args: readonly string[];
}

/** What prints texts; `unlimited` where its words say nothing certain about paths. */
function findPrinting(words: Words): Printing | 'unlimited' | undefined {
  if (innerLines(words).some((line) => /\bgit\b/.test(line))) return 'unlimited';
  const printing = commandsIn(words).filter((command) => {
    if (nameOf(command[0] ?? '').toLowerCase() !== 'git') return false;
    const { sub, args } = gitCommand(command);
    return sub === undefined ? command.length > 1 : doesPrint(sub, args);
  });
  if (printing.length === 0) return undefined;
  const known = words.filter((word) => word !== undefined);
  const at = known[1] === '--no-pager' ? 2 : 1;
  // Behind a wrapper, and behind options such as `-C`, the paths may be relative to another folder.
  const isPlain = printing[0] === words && known.length === words.length && known[at]?.startsWith('-') === false;
  return isPlain ? { sub: known[at]!, args: known.slice(at + 1) } : 'unlimited';
}

function doesPrint(sub: string, args: Words): boolean {
  const behind = args.indexOf('--');
  const before = behind < 0 ? args : args.slice(0, behind);
  const options = before.filter((word) => word?.startsWith('-') !== false);
  const has = (pattern: RegExp): boolean => options.some((one) => one !== undefined && pattern.test(one));
  const mayAsk = options.some((one) => one === undefined || !printsNoText.test(one));
  if (sub === 'cat-file') return !has(/^-[tse]$/);
  if (always.has(sub)) return true;
  // A hash may be that of a file's text, which `show` prints whatever its options say.
  if (sub === 'show' && before.some((word) => word !== undefined && /^[0-9a-f]{4,64}$/i.test(word))) return true;
  if (byDefault.has(sub)) return mayAsk || !has(inPlaceOfText);
  if (onRequest.has(sub) || (sub === 'stash' && /^(?:show|list)$/.test(args[0] ?? ''))) return mayAsk;
  return interactive.has(sub) && options.some((one) => one === undefined || printsText.test(one));
}

/** The workspace paths that a command is limited to; `undefined` where that is not certain. */
async function findPaths(
  printing: Printing | 'unlimited',
  cwd: string,
  { files, roots }: HistoryParts,
): Promise<string[] | undefined> {
  if (printing === 'unlimited') return undefined;
  const { sub, args } = printing;
  const behind = args.indexOf('--');
  const before = behind < 0 ? args : args.slice(0, behind);
  const operands = before.filter((word) => !word.startsWith('-'));
  const isOfCommits = sub !== 'show' || operands.every((word) => /^(?:HEAD|@)(?:[~^]\d*)*$/.test(word));
  if (behind >= 0) return isOfCommits ? placesOf(args.slice(behind + 1), cwd) : undefined;
  if (sub === 'show' || sub === 'cat-file' || sub === 'diff') {
    const named = operands
      .slice(sub === 'cat-file' && operands[0] === 'blob' ? 1 : 0)
      .map((word) => fileIn.exec(word)?.[1]);
    if (named.length > 0 && !named.includes(undefined)) return placesOf(named.map(String), cwd);
  }
  // Which operands are paths is not certain here: a file may be named like a commit or a pattern.
  if (sub === 'show' || sub === 'cat-file' || sub === 'grep') return undefined;
  const places: string[] = [];
  let isLimited = false;
  for (const [at, word] of args.entries()) {
    const [place] = word.startsWith('-') ? [] : (placesOf([word], cwd) ?? []);
    if (place === undefined || rootOf(roots, place) === undefined) continue;
    if ((await files.lstat(join(absoluteOf(roots, place)))) === undefined) continue;
    places.push(place);
    const before = args[at - 1];
    if (before?.startsWith('-') !== true || hasNoValue.test(before)) isLimited = true;
  }
  return isLimited ? places : undefined;
}

function placesOf(paths: readonly string[], cwd: string): string[] | undefined {
  const isPlain = (path: string): boolean =>
    path !== '' && !isAbsolute(path) && !/[*?[\]\\]|^:/.test(path) && !path.split('/').includes('..');
  if (paths.length === 0 || !paths.every(isPlain)) return undefined;
  return paths.map((path) => posix.join(cwd, path).replace(/\/$/, ''));
}
