/** Which rows are listed, and in which order. */
import type { MapModel } from './model.js';
import { isInside } from './model.js';
import { drawnStates, type Standing } from './standing.js';

export type Column = 'path' | 'tokens' | 'share' | 'state' | 'language' | 'reason';

export interface Sorting {
  column: Column;
  descending: boolean;
}

/** What the search box and the legend ask for. Each word must stand in the path, in any letter case. */
export interface Filter {
  query: string;
  /** A state or a language, by the colouring. */
  only: { kind: 'state' | 'language'; name: string } | undefined;
}

/** By row; `undefined` if nothing is asked for. */
export function matchRows(model: MapModel, standing: Standing, { query, only }: Filter): boolean[] | undefined {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0 && only === undefined) return undefined;
  return model.lowered.map((path, row) => {
    if (only?.kind === 'state' && standing.states[row] !== only.name) return false;
    if (only?.kind === 'language' && model.languages[row] !== only.name) return false;
    return words.every((word) => path.includes(word));
  });
}

/** The rows of a folder that are shown, matched ones only. */
export function listRows(
  model: MapModel,
  folder: string,
  matches: readonly boolean[] | undefined,
  isShown: (row: number) => boolean,
): number[] {
  const rows: number[] = [];
  for (const [row, path] of model.files.paths.entries()) {
    if (isShown(row) && isInside(path, folder) && (matches === undefined || matches[row] === true)) rows.push(row);
  }
  return rows;
}

export function reasonOf({ files }: MapModel, row: number): string {
  return files.reasonNames[files.reasons[row] ?? -1] ?? '';
}

/** Tokens it takes; for what takes none, what it would take. */
export function shownTokens(model: MapModel, standing: Standing, row: number): number {
  return standing.tokens[row] || (model.files.whole[row] ?? 0);
}

/** Equal rows stand in the order of their paths, in either direction. */
export function sortRows(model: MapModel, standing: Standing, rows: readonly number[], sorting: Sorting): number[] {
  const { column, descending } = sorting;
  const rank = (row: number): number => model.pathRank[row] ?? 0;
  const compare: Record<Column, (a: number, b: number) => number> = {
    path: (a, b) => rank(a) - rank(b),
    tokens: (a, b) => shownTokens(model, standing, a) - shownTokens(model, standing, b),
    share: (a, b) => (standing.tokens[a] ?? 0) - (standing.tokens[b] ?? 0),
    state: (a, b) => stateRank(standing, a) - stateRank(standing, b),
    language: (a, b) => compareTexts(model.languages[a]!, model.languages[b]!),
    reason: (a, b) => compareTexts(reasonOf(model, a), reasonOf(model, b)),
  };
  const sign = descending ? -1 : 1;
  return [...rows].sort((a, b) => sign * compare[column](a, b) || rank(a) - rank(b));
}

function stateRank({ states }: Standing, row: number): number {
  return drawnStates.indexOf(states[row] ?? 'withheld');
}

function compareTexts(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
