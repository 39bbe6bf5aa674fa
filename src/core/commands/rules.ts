/** What the user has said of commands: allowed, by these words and in this folder, or denied wherever they stand. */
import { readPlainLine, sameWords } from './plainLine.js';
import { commandsIn, nameOf } from './programs.js';

export interface AllowRule {
  words: readonly string[];
  /** The workspace path of the folder for which it was given. */
  folder: string;
}

export interface CommandRules {
  /** Whole lines, as `allowanceOf` names them: each is compared character by character. */
  lines: ReadonlySet<string>;
  allowed: readonly AllowRule[];
  denied: readonly (readonly string[])[];
}

/**
 * What a yes is given to: the same text in another folder is another command. One that was allowed by its text alone, as
 * on the command line, is meant for the workspace folder; of several, for the first.
 */
export function allowanceOf({ command, cwd }: { command: string; cwd: string }): string {
  return cwd === '.' ? command : `${cwd}\0${command}`;
}

/** A rule of one command; `undefined` for a text that is none, which can only be allowed as a whole line. */
export function readRule(text: string, folder: string): AllowRule | undefined {
  const commands = readPlainLine(text);
  return commands?.length === 1 ? { words: commands[0]!.words, folder } : undefined;
}

export function readDenied(texts: readonly string[]): string[][] {
  return texts
    .map((text) => readPlainLine(text)?.[0]?.words ?? text.trim().split(/\s+/))
    .filter(([name]) => name !== '');
}

export function isAllowed(words: readonly string[], folder: string, rules: readonly AllowRule[]): boolean {
  return rules.some((rule) => rule.folder === folder && sameWords(rule.words, words));
}

/** The rule that denies a command, wherever it stands behind wrappers. */
export function findDenial(
  words: readonly (string | undefined)[],
  denied: readonly (readonly string[])[],
): readonly string[] | undefined {
  if (denied.length === 0) return undefined;
  const commands = commandsIn(words);
  return denied.find((rule) => commands.some((command) => beginsWith(command, rule)));
}

/** Whether a command would be denied if words of it that only the shell knows were those of a rule: `git $X`. */
export function mayBeDenied(words: readonly (string | undefined)[], denied: readonly (readonly string[])[]): boolean {
  if (!words.includes(undefined)) return false;
  const commands = commandsIn(words);
  return denied.some((rule) => commands.some((command) => beginsWith(command, rule, true)));
}

/** Options between the words of a rule, with what may be their values, do not hide a command from it. */
function beginsWith(command: readonly (string | undefined)[], rule: readonly string[], takesUnknown = false): boolean {
  const program = command[0];
  if (program === undefined) return takesUnknown;
  if (program !== rule[0] && nameOf(program) !== rule[0]) return false;
  let at = 1;
  for (const wanted of rule.slice(1)) {
    if (takesUnknown && command.slice(at).includes(undefined)) return true;
    while (at < command.length && command[at] !== wanted) {
      const isOption = command[at]?.startsWith('-') === true;
      const mayBeValue = at > 1 && command[at - 1]?.startsWith('-') === true;
      if (!isOption && !mayBeValue) return false;
      at++;
    }
    if (at >= command.length) return false;
    at++;
  }
  return true;
}
