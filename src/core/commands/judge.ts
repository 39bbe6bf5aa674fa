/** What a shell line does, part by part, and whether it may run without asking. When in doubt it asks. */
import { posix } from 'node:path';
import type { CommandPart } from '../../protocol/events.js';
import { resolveFolderInside } from '../repository/pathGate.js';
import { bashGrammar } from './bashGrammar.js';
import { noteHistory } from './gitHistory.js';
import { readPlainLine, sameWords, writePlain, type PlainCommand } from './plainLine.js';
import { powershellGrammar } from './powershellGrammar.js';
import { changesShell, findRisks, innerLines, mayBeKept, networkRisk } from './programs.js';
import { findReach, type Surroundings } from './reach.js';
import { findForeignGit, foreignGit, judgeReading } from './reading.js';
import { describePart, isHarmless, notYet, sentenceOf } from './reasons.js';
import { readTree, type ReadLine, type ShellPart } from './readTree.js';
import { allowanceOf, findDenial, isAllowed, mayBeDenied, type AllowRule, type CommandRules } from './rules.js';
import { createPauses, type ShellLanguage, type ShellParser } from './shellParser.js';

export interface ShellLine {
  command: string;
  /** The workspace path of the folder in which it is to run. */
  cwd: string;
}

export interface Judgement {
  verdict: 'allowed' | 'asks' | 'denied';
  /** A sentence. */
  reason: string;
  parts: CommandPart[];
  /** It asks in every mode, whatever else may run by itself there. */
  isRisky: boolean;
  /** The line, or the name of a program in it, could not be read. */
  isUnread: boolean;
  /** Also where it is allowed. */
  reachesNetwork: boolean;
  /** What would have to be allowed for good; empty where a part of it cannot be. */
  missing: AllowRule[];
}

export interface JudgeParts extends Surroundings {
  parser: ShellParser;
  /** `undefined`: a shell whose lines nobody here can read. */
  language: ShellLanguage | undefined;
}

const grammars = { bash: bashGrammar, powershell: powershellGrammar };

/** So many operands are looked up on the disk. */
const mostOperands = 200;
const mostExplained = 50;
/** A line inside a line inside a line is followed so far, for what is denied. */
const deepestLine = 3;
const longestLine = 20_000;

export async function judgeLine(line: ShellLine, rules: CommandRules, parts: JudgeParts): Promise<Judgement> {
  const read = await readLine(line.command, parts);
  const denial = await findDenialIn(read, rules.denied, parts, 0);
  if (denial !== undefined) return deny(read, denial);
  if (read.parts.some(({ words }) => mayBeDenied(words, rules.denied))) read.isUnread = true;
  const isForeign = await findForeignGit(read, line.cwd, parts);
  if (isForeign) read.notes.push(foreignGit);
  const history = await noteHistory(read, line.cwd, parts);
  if (!isForeign && history === undefined && rules.lines.has(allowanceOf(line))) return allow(read);
  const plain = parts.language === undefined ? undefined : readPlain(line.command, read, parts.language);
  if (plain !== undefined)
    return combine(line.cwd, read, await judgeCommands(plain, line.cwd, rules, parts), true, parts);
  const judgement = await combine(line.cwd, read, await explainParts(read, line.cwd, rules, parts), false, parts);
  return history === undefined ? judgement : { ...judgement, isRisky: true };
}

/** What parsing tells. Whatever goes wrong with it is a note, and a note asks. */
async function readLine(command: string, { parser, language }: JudgeParts): Promise<ReadLine> {
  // Any of its words may be a program then, as far as denying goes.
  const words = command.split(/[\s;&|<>()"'`^]+/).filter((word) => word !== '');
  const whole: ReadLine = {
    parts: [{ text: command, words: [undefined, ...words], notes: [], redirections: [] }],
    notes: [],
    isUnread: true,
  };
  if (language === undefined) return { ...whole, notes: ['is for a shell whose lines are not judged here'] };
  if (command.length > longestLine) return { ...whole, notes: ['is too long to be judged'] };
  const unreadable = { ...whole, notes: ['could not be read as a shell line'] };
  try {
    const tree = await parser.parse(command, language);
    if (tree === undefined) return unreadable;
    try {
      const read = await readTree(tree.rootNode, grammars[language]);
      if (read === undefined) return { ...whole, notes: ['is nested too deeply to be judged'] };
      const { notes } = read;
      if (tree.rootNode.hasError) notes.unshift('could not be read to its end');
      const isStrange = /[^\t\n\x20-\x7e]/.test(command);
      if (isStrange) notes.unshift('holds characters that are invisible or not ASCII');
      if (tree.rootNode.hasError || isStrange) read.isUnread = true;
      return read;
    } finally {
      tree.delete();
    }
  } catch {
    return unreadable;
  }
}

/** The commands of a line that may be allowed at all: both readers agree on them, and nothing else was noted. */
function readPlain(command: string, read: ReadLine, language: ShellLanguage): PlainCommand[] | undefined {
  // In PowerShell fewer signs mean nothing.
  if (language === 'powershell' && !/^[A-Za-z0-9_./=+;|' \n-]*$/.test(command)) return undefined;
  const plain = readPlainLine(command);
  const agrees =
    plain !== undefined &&
    read.notes.length === 0 &&
    plain.length === read.parts.length &&
    read.parts.every(({ notes, words }, index) => notes.length === 0 && sameWords(words, plain[index]!.words));
  return agrees ? plain : undefined;
}

interface Verdict {
  /** Absent: allowed. */
  why?: string;
  /** What would allow it, where that may be kept. */
  missing?: AllowRule;
}

async function judgeCommands(
  commands: readonly PlainCommand[],
  cwd: string,
  rules: CommandRules,
  parts: JudgeParts,
): Promise<Verdict[]> {
  const verdicts: Verdict[] = [];
  const pause = createPauses();
  let folder: string | undefined = cwd;
  let looked = 0;
  for (const [index, command] of commands.entries()) {
    await pause();
    // After a `cd` the folder is certain only as far as everything depends on its success.
    if (folder !== cwd && command.before !== '&&' && command.before !== '|') folder = undefined;
    if (index === 0 && command.words[0] === 'cd' && (commands[1] === undefined || commands[1].before === '&&')) {
      const inside = await enterFolder(command.words, cwd, parts);
      verdicts.push(inside === undefined ? { why: 'leaves the folder, or goes to one that is not there' } : {});
      folder = inside;
      continue;
    }
    looked += command.words.length - 1;
    if (folder === undefined) verdicts.push({ why: 'runs in a folder that is not certain' });
    else if (looked > mostOperands) verdicts.push({ why: 'is one of too many to be looked at' });
    else verdicts.push(await judgeCommand(command, folder, rules, parts));
    // A rule may allow `cd ..`, and then says nothing about where the rest of the line runs.
    if (changesShell(command.words)) folder = undefined;
  }
  return verdicts;
}

/** A line that is not plain asks as a whole. Which of its parts would have run shows the reader where to look. */
async function explainParts(read: ReadLine, cwd: string, rules: CommandRules, parts: JudgeParts): Promise<Verdict[]> {
  const moves = read.parts.some(({ words }) => words[0] === undefined || /^(?:cd|pushd|popd)$/.test(words[0]));
  const verdicts: Verdict[] = [];
  for (const { words, notes, redirections } of read.parts) {
    const known = words.filter((word) => word !== undefined);
    const isSimple = known.length === words.length && notes.length === 0 && redirections.every(isHarmless);
    const isLookedAt = isSimple && !moves && verdicts.length < mostExplained;
    verdicts.push(isLookedAt ? await judgeCommand({ words: known, before: ';' }, cwd, rules, parts) : { why: notYet });
  }
  return verdicts;
}

async function judgeCommand(
  command: PlainCommand,
  folder: string,
  rules: CommandRules,
  parts: JudgeParts,
): Promise<Verdict> {
  const { words, before } = command;
  const reading = parts.language === 'bash' ? await judgeReading(words, folder, parts) : undefined;
  const onlyReads = reading !== undefined && reading.trouble === undefined;
  const isFed = before === '|';
  if (isAllowed(words, folder, rules.allowed)) {
    if (!isFed || onlyReads) return {};
    return { why: 'gets what another command prints, which may be a program to it' };
  }
  if (reading !== undefined && rules.allowed.some((rule) => sameWords(rule.words, reading.name))) {
    return reading.trouble === undefined ? {} : { why: reading.trouble };
  }
  const missing = mayBeKept(words) && (!isFed || onlyReads) ? { words, folder } : undefined;
  return { why: notYet, ...(missing === undefined ? {} : { missing }) };
}

async function enterFolder(words: readonly string[], cwd: string, parts: JudgeParts): Promise<string | undefined> {
  const target = words[1];
  if (words.length !== 2 || target === undefined || !/^[A-Za-z0-9_.]/.test(target)) return undefined;
  if (target.split('/').includes('..')) return undefined;
  const place = await resolveFolderInside(parts.files, parts.roots, posix.join(cwd, target));
  if ('refused' in place || (await parts.files.lstat(place.absolute))?.kind !== 'directory') return undefined;
  return place.relative;
}

async function findDenialIn(
  read: ReadLine,
  denied: CommandRules['denied'],
  parts: JudgeParts,
  depth: number,
): Promise<{ part: ShellPart; rule: readonly string[] } | undefined> {
  if (denied.length === 0) return undefined;
  const pause = createPauses();
  for (const part of read.parts) {
    await pause();
    const rule = findDenial(part.words, denied);
    if (rule !== undefined) return { part, rule };
    if (depth >= deepestLine) continue;
    for (const inner of innerLines(part.words)) {
      const found = await findDenialIn(await readLine(inner, parts), denied, parts, depth + 1);
      if (found !== undefined) return { part, rule: found.rule };
    }
  }
  return undefined;
}

function allow(read: ReadLine): Judgement {
  const reachesNetwork = read.parts.some(({ words }) => findRisks(words).includes(networkRisk));
  const nothing = { reason: '', parts: [], isRisky: false, isUnread: false, missing: [] };
  return { verdict: 'allowed', ...nothing, reachesNetwork };
}

function deny(read: ReadLine, { part, rule }: { part: ShellPart; rule: readonly string[] }): Judgement {
  const why = `is denied by your rule "${rule.join(' ')}"`;
  const parts = read.parts.map((one): CommandPart => {
    if (one !== part) return { text: one.text, verdict: 'asks' };
    return { text: one.text, verdict: 'denied', why };
  });
  return {
    verdict: 'denied',
    reason: `${part.text} ${why}.`,
    parts,
    isRisky: true,
    isUnread: false,
    reachesNetwork: false,
    missing: [],
  };
}

async function combine(
  cwd: string,
  read: ReadLine,
  verdicts: readonly Verdict[],
  isPlain: boolean,
  { roots }: JudgeParts,
): Promise<Judgement> {
  if (isPlain && verdicts.every(({ why }) => why === undefined)) return allow(read);
  const pause = createPauses();
  const parts: CommandPart[] = [];
  const risks = new Set<string>();
  const whys = new Set(read.notes);
  for (const [index, part] of read.parts.entries()) {
    await pause();
    const why = verdicts[index]?.why;
    const dangers = why === undefined ? [] : [...findRisks(part.words), ...findReach(part, cwd, roots)];
    const told = describePart(part, why, dangers);
    parts.push(
      told.length === 0
        ? { text: part.text, verdict: 'allowed' }
        : { text: part.text, verdict: 'asks', why: told.join('; ') },
    );
    for (const danger of dangers) risks.add(danger);
    for (const one of told) whys.add(one);
  }
  if (!isPlain && whys.size === 0) whys.add('holds quotes, escapes or signs that are not judged here');
  const missing = isPlain && risks.size === 0 ? rulesFor(verdicts) : [];
  const notes = {
    isRisky: risks.size > 0,
    isUnread: read.isUnread === true || read.parts.some(hasHiddenProgram),
    reachesNetwork: risks.has(networkRisk),
  };
  return { verdict: 'asks', reason: sentenceOf([...whys]), parts, ...notes, missing };
}

/** What has to be allowed for all of a line to run; nothing if one of its commands cannot be allowed for good. */
function rulesFor(verdicts: readonly Verdict[]): AllowRule[] {
  const rules = new Map<string, AllowRule>();
  for (const { why, missing } of verdicts) {
    if (why === undefined) continue;
    const text = missing === undefined ? undefined : writePlain(missing.words);
    if (missing === undefined || text === undefined) return [];
    rules.set(allowanceOf({ command: text, cwd: missing.folder }), missing);
  }
  return [...rules.values()];
}

/** Which program it starts shows only when it runs. */
function hasHiddenProgram({ words }: ShellPart): boolean {
  return words.length > 0 && words[0] === undefined;
}
