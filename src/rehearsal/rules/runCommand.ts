import { say, type Draft } from '../draft.js';
import { usesOf, type SeenTurn } from '../readTurn.js';
import type { Repository } from '../repository.js';
import { quote } from '../text.js';
import { findTestCommand } from '../testCommand.js';
import { readCommand } from '../words.js';

/** Of the output, as much as a reader takes in at a glance. */
const maxLines = 40;

export function answerRun(turn: SeenTurn, repository: () => Repository): Draft | undefined {
  const asked = readCommand(turn.request);
  if (asked === undefined) return undefined;
  const command = asked.kind === 'tests' ? findTestCommand(repository()) : asked.command;
  if (command === undefined)
    return say('I found no test command in this repository: name one in back-ticks.', 'No marker file.');
  const run = usesOf(turn).find((use) => use.name === 'run_command');
  if (run === undefined) {
    return {
      reasoning: 'One command, then its result.',
      text: `I run ${quote(command)}.`,
      calls: [{ name: 'run_command', arguments: { command } }],
    };
  }
  const lines = (run.result ?? 'no answer').trimEnd().split('\n');
  const shown = lines.length > maxLines ? [lines[0]!, '…', ...lines.slice(-maxLines)] : lines;
  return say(`${quote(command)} ended:\n\n${fence(shown.join('\n'))}`, 'I report what the command said.');
}

/** A fence longer than any run of back-ticks in the text. */
function fence(text: string): string {
  const longest = Math.max(2, ...(text.match(/`+/g) ?? []).map((run) => run.length));
  const mark = '`'.repeat(longest + 1);
  return `${mark}\n${text}\n${mark}`;
}
