import { say, type Draft } from '../draft.js';
import { usesOf, type SeenTurn } from '../readTurn.js';
import { count, quote } from '../text.js';
import { readSearchHits } from '../toolResults.js';
import { readSought } from '../words.js';

const maxHits = 50;

export function answerFind(turn: SeenTurn): Draft | undefined {
  const sought = readSought(turn.request);
  if (sought === undefined) return undefined;
  const search = usesOf(turn).find((use) => use.name === 'search_files');
  if (search === undefined) {
    const call = { pattern: sought, literal: true, case_sensitive: true, context_lines: 0, max_hits: maxHits };
    return {
      reasoning: 'A search finds every place, also in files that are not in view.',
      text: `I look for ${quote(sought)}.`,
      calls: [{ name: 'search_files', arguments: call }],
    };
  }
  const { hits, leftOut, trouble } = readSearchHits(search);
  if (hits.length === 0)
    return say(trouble ?? `${quote(sought)} stands nowhere in the files that I may read.`, 'No hit.');
  const files = new Set(hits.map((hit) => hit.path)).size;
  const rows = hits.map((hit) => `- ${hit.path}:${hit.line} ${quote(hit.text.trim().slice(0, 160))}`);
  const more = leftOut > 0 ? `\n${count(leftOut, 'more hit')} not shown.` : '';
  return say(
    `${quote(sought)}: ${count(hits.length + leftOut, 'hit')}, shown from ${count(files, 'file')}.\n${rows.join('\n')}${more}`,
    'I list the hits.',
  );
}
