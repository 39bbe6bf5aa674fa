/** The rules of one session around the judgement: settings, what was allowed for good, and for this session. */
import type { ApprovalDecision, CommandMemory, CommandPart } from '../../protocol/events.js';
import type { AllowedCommands } from './allowedCommands.js';
import { judgeLine, type JudgeParts, type Judgement, type ShellLine } from './judge.js';
import { writePlain } from './plainLine.js';
import { allowanceOf, readDenied, readRule, type AllowRule } from './rules.js';

export interface CommandGate {
  judge(line: ShellLine): Promise<Judgement>;
  /** A longer yes to what was judged, as far as `memoryOf` offers it; what it does not offer was a yes for once. */
  remember(line: ShellLine, judgement: Judgement, decision: ApprovalDecision): Promise<void>;
}

export interface GateParts extends JudgeParts {
  /** The user's settings or options: lines that run, each as a whole, and their single commands as rules. */
  allowed: readonly string[];
  denied: readonly string[];
  /** The folder for which settings and options are meant. */
  folder: string;
  kept: AllowedCommands;
  /** Whole lines of this session, as `allowanceOf` names them. */
  ofSession: Set<string>;
}

export function createCommandGate(parts: GateParts): CommandGate {
  const { allowed, folder, kept, ofSession } = parts;
  const lines = allowed.map((command) => allowanceOf({ command, cwd: folder }));
  const rules = allowed.map((text) => readRule(text, folder)).filter((rule) => rule !== undefined);
  const denied = readDenied(parts.denied);
  return {
    async judge(line) {
      const known = { lines: new Set([...lines, ...ofSession]), allowed: [...rules, ...(await kept.list())], denied };
      return judgeLine(line, known, parts);
    },
    async remember(line, judgement, decision) {
      const memory = memoryOf(judgement);
      if (memory === undefined) return;
      if (decision === 'approved_always' && memory.kind === 'always') await kept.add(judgement.missing);
      if (decision === 'approved_for_session') ofSession.add(allowanceOf(line));
    },
  };
}

/** What a longer yes would keep; nothing for what has to be asked each time. */
export function memoryOf({ verdict, isRisky, missing }: Judgement): CommandMemory | undefined {
  if (verdict !== 'asks' || isRisky) return undefined;
  return missing.length === 0 ? { kind: 'session' } : { kind: 'always', commands: missing.map(nameRule) };
}

export function nameRule({ words, folder }: AllowRule): string {
  const text = writePlain(words) ?? words.join(' ');
  return folder === '.' ? text : `${text} (in ${folder})`;
}

/** A question has room for so many. */
const mostParts = 40;
const mostPartCharacters = 400;

/** The parts that a question lists. Those that make it ask come first where they are not all shown. */
export function partsToShow(parts: readonly CommandPart[]): { parts: CommandPart[]; furtherParts?: number } {
  const short = ({ text, ...part }: CommandPart): CommandPart => ({ text: cut(text), ...part });
  if (parts.length <= mostParts) return { parts: parts.map(short) };
  const asking = parts.filter(({ verdict }) => verdict !== 'allowed');
  const others = parts.filter(({ verdict }) => verdict === 'allowed');
  const shown = [...asking, ...others].slice(0, mostParts).map(short);
  return { parts: shown, furtherParts: parts.length - mostParts };
}

/** The whole line stands above its parts. */
function cut(text: string): string {
  return text.length <= mostPartCharacters ? text : `${text.slice(0, mostPartCharacters)}…`;
}
