import { say, type Draft } from '../draft.js';
import { usesOf, type SeenTurn, type ToolUse } from '../readTurn.js';
import type { Repository } from '../repository.js';
import { callOf, findTestRuns, nameRun, runOf } from '../testCommand.js';
import { readCommand } from '../words.js';

/** Of the output, as much as a reader takes in at a glance. */
const maxLines = 40;

export function answerRun(turn: SeenTurn, repository: () => Repository): Draft | undefined {
  const asked = readCommand(turn.request);
  if (asked === undefined) return undefined;
  const wanted = asked.kind === 'tests' ? findTestRuns(repository()) : [{ command: asked.command }];
  if (wanted.length === 0)
    return say('I found no test command in this repository: name one in back-ticks.', 'No marker file.');
  const runs = usesOf(turn).filter((use) => use.name === 'run_command');
  if (runs.length === 0) {
    return {
      reasoning: wanted.length === 1 ? 'One command, then its result.' : 'Every root has tests of its own.',
      text: `I run ${wanted.map(nameRun).join(' and ')}.`,
      calls: wanted.map(callOf),
    };
  }
  return say(runs.map(describeRun).join('\n\n'), 'I report what the command said.');
}

function describeRun(run: ToolUse): string {
  const lines = (run.result ?? 'no answer').trimEnd().split('\n');
  const shown = lines.length > maxLines ? [lines[0]!, '…', ...lines.slice(-maxLines)] : lines;
  return `${nameRun(runOf(run))} ended:\n\n${fence(shown.join('\n'))}`;
}

/** A fence longer than any run of back-ticks in the text. */
function fence(text: string): string {
  const longest = Math.max(2, ...(text.match(/`+/g) ?? []).map((run) => run.length));
  const mark = '`'.repeat(longest + 1);
  return `${mark}\n${text}\n${mark}`;
}
