/** Language-neutral facts about one file, from the pack alone. */
import { say, type Draft } from '../draft.js';
import type { SeenTurn } from '../readTurn.js';
import type { Repository } from '../repository.js';
import { count, quote } from '../text.js';
import { readExplained } from '../words.js';

const maxNames = 20;

const definition =
  /^[ \t]*(?:export[ \t]+(?:default[ \t]+)?|pub(?:\([a-z]+\))?[ \t]+|public[ \t]+|static[ \t]+|async[ \t]+|abstract[ \t]+|declare[ \t]+)*(?:function\*?|class|interface|type|enum|struct|trait|impl|def|fn|func|module|namespace|const|let|var)[ \t]+(?:\([^()\n]*\)[ \t]*)?([\p{L}_$][\p{L}\p{N}_$]*)/u;

export function answerExplain(turn: SeenTurn, repository: () => Repository): Draft | undefined {
  const asked = readExplained(turn.request);
  if (asked === undefined) return undefined;
  const { files, listed } = repository();
  const path = findPath([...files.keys()], asked);
  if (path === undefined) {
    const isListed = findPath([...listed], asked) !== undefined;
    return say(
      `${quote(asked)} ${isListed ? 'is only listed, its text is not in view' : 'is not a file in view'}.`,
      'I know files only from the pack.',
    );
  }
  return say(describe(path, files), 'I read the file in the pack and count.');
}

/** The path itself, or the only one that ends with it. */
function findPath(paths: readonly string[], asked: string): string | undefined {
  const wanted = asked.replace(/^\.?\//, '');
  if (paths.includes(wanted)) return wanted;
  const ending = paths.filter((path) => path.endsWith(`/${wanted}`));
  return ending.length === 1 ? ending[0] : undefined;
}

function describe(path: string, files: ReadonlyMap<string, string>): string {
  const text = files.get(path)!;
  const lines = text === '' ? [] : text.replace(/\n$/, '').split('\n');
  const rows = [`${quote(path)} has ${count(lines.length, 'line')} and ${count(text.length, 'character')}.`];
  const names = lines.flatMap((line, index) => {
    const name = definition.exec(line.slice(0, 400))?.[1];
    return name === undefined || /^[ \t]/.test(line) ? [] : [`${quote(name)} (${path}:${index + 1})`];
  });
  if (names.length > 0) rows.push(`It defines ${shorten(names)}.`);
  const imports = lines.filter((line) => /^(?:import|from|use|#include|require|using)\b/.test(line)).length;
  if (imports > 0) rows.push(`It begins with or has ${count(imports, 'import line')}.`);
  const mentions = findMentions(path, files);
  rows.push(
    mentions.length === 0
      ? 'No other file in view mentions it by name.'
      : `Mentioned in ${shorten(mentions.map(quote))}.`,
  );
  return rows.join('\n');
}

function findMentions(path: string, files: ReadonlyMap<string, string>): string[] {
  const base = path.slice(path.lastIndexOf('/') + 1);
  const stem = base.replace(/(?<=.)\.[^.]*$/, '');
  // A short stem such as "index" or "a" stands in every second file, so it has to follow a slash.
  const wanted = stem.length >= 6 && stem !== 'index' ? [stem] : [base, `/${stem}'`, `/${stem}"`];
  const found: string[] = [];
  for (const [other, text] of files) {
    if (other !== path && wanted.some((word) => text.includes(word))) found.push(other);
  }
  return found;
}

function shorten(items: readonly string[]): string {
  const shown = items.slice(0, maxNames).join(', ');
  return items.length > maxNames ? `${shown} and ${items.length - maxNames} more` : shown;
}
