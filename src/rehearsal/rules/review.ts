/** A few mechanical faults in the added lines of a change; everything else takes the real model. */
import { say, type Draft } from '../draft.js';
import { readTurnFrame, usesOf, type SeenTurn } from '../readTurn.js';
import { readChanges, type Change, type Repository } from '../repository.js';
import { accepts, countArguments, readSignature, type Signature } from '../signatures.js';
import { count, quote } from '../text.js';

const maxCallers = 50;
const maxFindings = 100;
/** Longer lines were written by a machine. */
const maxLineLength = 1_000;

interface ReportedFault {
  path: string;
  quote: string;
  severity: 'error' | 'warning' | 'info';
  category: string;
  message: string;
  fix?: string;
  callers?: { path: string; quote: string }[];
}

interface Line {
  path: string;
  text: string;
}

export function answerReview(turn: SeenTurn, repository: () => Repository): Draft {
  if (usesOf(turn).some((use) => use.name === 'report_findings'))
    return say('The report is made.', 'Nothing is left to do.');
  const last = turn.kind === 'review' ? turn.last : lastReview(turn.userTexts);
  const findings = readChanges(last).flatMap((change) => reviewChange(change, repository));
  return {
    reasoning: `${count(findings.length, 'mechanical fault')} in the added lines.`,
    text: '',
    calls: [{ name: 'report_findings', arguments: { findings: findings.slice(0, maxFindings) } }],
  };
}

/** A reminder carries no diff: it stands in the review turn before it. */
function lastReview(userTexts: readonly string[]): string {
  for (let index = userTexts.length - 1; index >= 0; index--) {
    const turn = readTurnFrame(userTexts[index]!);
    if (turn.kind === 'review') return turn.last;
  }
  return '';
}

function reviewChange(change: Change, repository: () => Repository): ReportedFault[] {
  const added = change.hunks.flatMap((hunk) => hunk.lines.filter((line) => line.kind === 'added'));
  const ofLines = added.flatMap(({ text }) => {
    const finding = reviewLine({ path: change.path, text });
    return finding === undefined ? [] : [finding];
  });
  return [...reviewSignatures(change, repository), ...ofLines];
}

function reviewLine({ path, text }: Line): ReportedFault | undefined {
  if (text.length > maxLineLength) return undefined;
  const about = { path, quote: text.trim() };
  if (/^(?:<{7} |={7}$|>{7} )/.test(text)) {
    return {
      ...about,
      quote: text,
      severity: 'error',
      category: 'conflict',
      message: 'A conflict marker was left in.',
    };
  }
  if (/^\s*debugger\s*;?\s*$/.test(text)) {
    return { ...about, severity: 'warning', category: 'leftover', message: 'A debugger statement was left in.' };
  }
  const assignment = /\bif\s*\(\s*[\w$.]+\s*(=)(?![=>])/d.exec(text.slice(0, 500));
  if (assignment !== null) {
    const at = assignment.indices![1]![0];
    const equals = /\.[cm]?[jt]sx?$/.test(path) ? '===' : '==';
    const fix = (text.slice(0, at) + equals + text.slice(at + 1)).trim();
    return {
      ...about,
      severity: 'error',
      category: 'condition',
      message: 'This condition assigns instead of comparing.',
      fix,
    };
  }
  if (/\bconsole\.log\(/.test(text)) {
    return {
      ...about,
      severity: 'info',
      category: 'leftover',
      message: 'A console.log was added: is it meant to stay?',
    };
  }
  if (/\b(?:TODO|FIXME|XXX):?\s+remove\b/i.test(text)) {
    return {
      ...about,
      severity: 'warning',
      category: 'leftover',
      message: 'The line itself says that it has to be removed.',
    };
  }
  return undefined;
}

/** Functions whose number of parameters changed, with the calls that still pass the old number. */
function reviewSignatures(change: Change, repository: () => Repository): ReportedFault[] {
  const lines = change.hunks.flatMap((hunk) => hunk.lines);
  const removed = new Map<string, Signature>();
  for (const { kind, text } of lines) {
    const signature = kind === 'removed' ? readSignature(text) : undefined;
    if (signature !== undefined) removed.set(signature.name, signature);
  }
  if (removed.size === 0) return [];
  return lines.flatMap(({ kind, text }) => {
    const now = kind === 'added' ? readSignature(text) : undefined;
    const before = now === undefined ? undefined : removed.get(now.name);
    if (now === undefined || before === undefined) return [];
    const callers = findBrokenCallers(before, now, repository().files);
    if (callers.length === 0) return [];
    const message = `${quote(now.name)} takes ${describe(now)} now, but ${count(callers.length, 'call')} still ${callers.length === 1 ? 'passes' : 'pass'} the old number of arguments.`;
    return [{ path: change.path, quote: text.trim(), severity: 'error', category: 'caller', message, callers }];
  });
}

function findBrokenCallers(
  before: Signature,
  now: Signature,
  files: ReadonlyMap<string, string>,
): { path: string; quote: string }[] {
  const callers: { path: string; quote: string }[] = [];
  const call = new RegExp(String.raw`(?<![\w$])${now.name.replace(/\$/g, '\\$&')}[ \t]*\(`, 'g');
  for (const [path, text] of files) {
    if (!text.includes(now.name)) continue;
    for (const match of text.matchAll(call)) {
      const passed = countArguments(text, match.index + match[0].length - 1);
      if (passed === undefined || !accepts(before.arity, passed) || accepts(now.arity, passed)) continue;
      const line = lineAt(text, match.index);
      if (readSignature(line)?.name === now.name) continue;
      callers.push({ path, quote: line.trim().slice(0, maxLineLength) });
      if (callers.length === maxCallers) return callers;
    }
  }
  return callers;
}

function lineAt(text: string, at: number): string {
  const end = text.indexOf('\n', at);
  return text.slice(text.lastIndexOf('\n', at) + 1, end < 0 ? text.length : end);
}

function describe({ arity }: Signature): string {
  if (arity.most === Infinity) return `${arity.least} or more arguments`;
  return arity.least === arity.most ? count(arity.most, 'argument') : `${arity.least} to ${arity.most} arguments`;
}
