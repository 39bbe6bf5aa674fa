/** "Rename A to B everywhere and run the tests": search, edit every file, run, report. */
import { usesOf, type SeenTurn, type ToolUse } from '../readTurn.js';
import { firstLine, firstSentence, isHeldBack, readEditEnd, readSearchHits } from '../toolResults.js';
import { count, quote } from '../text.js';
import { callOf, findTestRuns, nameRun, runOf, type TestRun } from '../testCommand.js';
import { readCommand, readRenaming, type Renaming } from '../words.js';
import { say, type Draft } from '../draft.js';
import type { Repository } from '../repository.js';

/** More would make one reply hard to follow; the rest goes into the next one. */
const maxEditsPerReply = 100;
const maxHits = 10_000;

export function answerRename(turn: SeenTurn, repository: () => Repository): Draft | undefined {
  const renaming = readRenaming(turn.request);
  if (renaming === undefined) return undefined;
  const uses = usesOf(turn);
  const searches = uses.filter((use) => use.name === 'search_files');
  if (searches.length === 0) return search(renaming, [], 'First I look for every place.');

  const asked = readCommand(turn.request);
  const commands = asked === undefined ? [] : asked.kind === 'tests' ? findTestRuns(repository()) : [asked];
  const edits = uses.filter((use) => use.name === 'edit_file');
  const tried = new Set(edits.map((use) => use.arguments['path']));
  const found = new Set(searches.flatMap((use) => readSearchHits(use).hits.map((hit) => hit.path)));
  const pending = [...found].filter((path) => !tried.has(path));
  const last = readSearchHits(searches.at(-1)!);

  if (pending.length > 0) {
    const isLastReply = pending.length <= maxEditsPerReply && last.leftOut === 0;
    return edit(renaming, pending.slice(0, maxEditsPerReply), isLastReply ? commands : []);
  }
  if (last.leftOut > 0 && last.hits.length > 0 && editedInLastReply(turn)) {
    const left = edits.filter((use) => readEditEnd(use) !== 'changed').map((use) => String(use.arguments['path']));
    return search(renaming, left, 'The last search was cut short, so I search again.');
  }
  const runs = uses.filter((use) => use.name === 'run_command');
  if (commands.length > 0 && edits.length > 0 && mayRunNow(runs, commands)) return run(commands);
  return say(
    report(renaming, {
      last,
      edits,
      runs: runs.slice(-commands.length),
      isUntested: asked !== undefined && commands.length === 0,
    }),
    'All is done; I say how it ended.',
  );
}

function search(renaming: Renaming, leave: readonly string[], reasoning: string): Draft {
  // Files that refused an edit would fill the hits again.
  const call = {
    pattern: renaming.from,
    literal: true,
    case_sensitive: true,
    whole_word: true,
    context_lines: 0,
    max_hits: maxHits,
    ...(leave.length === 0 ? {} : { include: ['*', ...leave.map((path) => `!${path}`)] }),
  };
  return {
    reasoning,
    text: `I look for every place of ${quote(renaming.from)}.`,
    calls: [{ name: 'search_files', arguments: call }],
  };
}

function edit(renaming: Renaming, paths: readonly string[], commands: readonly TestRun[]): Draft {
  const hunk = { old_text: renaming.from, new_text: renaming.to, replace_all: true, whole_word: true };
  const calls: Draft['calls'] = paths.map((path) => ({ name: 'edit_file', arguments: { path, hunks: [hunk] } }));
  calls.push(...commands.map(callOf));
  const then = commands.length === 0 ? '' : `, then I run ${commands.map(nameRun).join(' and ')}`;
  return {
    reasoning: 'One edit a file, at word boundaries.',
    text: `I change ${count(paths.length, 'file')}${then}.`,
    calls,
  };
}

function run(commands: readonly TestRun[]): Draft {
  return {
    reasoning: 'An edit of the last reply did not go through, so the command has not run yet.',
    text: `I run ${commands.map(nameRun).join(' and ')}.`,
    calls: commands.map(callOf),
  };
}

/** A command that stood behind a failed edit was held back once; it is asked for again, but only once. */
function mayRunNow(runs: readonly ToolUse[], commands: readonly TestRun[]): boolean {
  return runs.length === 0 || (runs.length === commands.length && runs.every(isHeldBack));
}

function editedInLastReply(turn: SeenTurn): boolean {
  const lastReply = turn.replies.at(-1);
  return lastReply !== undefined && lastReply.uses.some((use) => use.name === 'edit_file');
}

interface Ending {
  last: ReturnType<typeof readSearchHits>;
  edits: readonly ToolUse[];
  /** How each command ended that was asked for. */
  runs: readonly ToolUse[];
  /** No command was found that could have been run. */
  isUntested: boolean;
}

function report(renaming: Renaming, { last, edits, runs, isUntested }: Ending): string {
  const lines: string[] = [];
  const changed = edits.filter((use) => readEditEnd(use) === 'changed');
  const left = edits.filter((use) => readEditEnd(use) !== 'changed');
  if (edits.length === 0) {
    lines.push(
      last.trouble ??
        `${quote(renaming.from)} does not stand as a whole word in any file that I may read. Nothing was changed.`,
    );
  } else {
    lines.push(`${quote(renaming.from)} is now ${quote(renaming.to)} in ${count(changed.length, 'file')}.`);
  }
  if (left.length > 0) lines.push(`Not changed: ${count(left.length, 'file')}.`);
  for (const use of left.slice(0, 20))
    lines.push(`- ${String(use.arguments['path'])}: ${firstSentence(use.result ?? 'no answer')}`);
  // Else Markdown takes what follows for a part of the last item.
  if (left.length > 0) lines.push('');
  if (last.leftOut > 0 && edits.length > 0)
    lines.push('The last search was cut short: places may be left in files that I could not change.');
  for (const one of runs)
    lines.push(`${nameRun(runOf(one))}: ${firstLine(one.result ?? 'no answer').replace(/\.$/, '')}.`);
  if (isUntested) lines.push('I found no test command in this repository, so I ran none.');
  if (edits.length > 0) lines.push('Names of files and folders were left as they are.');
  return lines.join('\n');
}
