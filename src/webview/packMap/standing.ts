/** How each file stands: in the pack as it is, or in the one that the slider asks about. */
import type { SendPrice } from '../../protocol/money.js';
import { mapStates } from '../../protocol/packMap.js';
import type { MapModel } from './model.js';

/** States as they are drawn; `leaving`: in the pack now, and not under the slider's budget. */
export const drawnStates = ['full', 'outline', 'listed', 'withheld', 'leaving'] as const;
export type DrawnState = (typeof drawnStates)[number];

export const stateNames: Record<DrawnState, string> = {
  full: 'Full',
  outline: 'Outline',
  listed: 'Listed',
  withheld: 'Withheld',
  leaving: 'Falls out',
};

export interface Plan {
  budget: number;
  packTokens: number;
  states: number[];
  tokens: number[];
  price: SendPrice;
}

export interface Standing {
  /** By row. */
  states: DrawnState[];
  /** Tokens that the file takes. */
  tokens: number[];
}

export function standingOf(model: MapModel, plan: Plan | undefined): Standing {
  const { states, tokens } = model.files;
  const now = states.map((code) => mapStates[code] ?? 'withheld');
  if (plan === undefined) return { states: now, tokens };
  const planned = now.map((state, row): DrawnState => {
    const next = mapStates[plan.states[row] ?? -1];
    return next === undefined ? state : next === 'listed' && state !== 'listed' ? 'leaving' : next;
  });
  return { states: planned, tokens: tokens.map((own, row) => plan.tokens[row] ?? own) };
}

/**
 * The area of each file: its tokens in the pack, now or under the plan, so that nothing moves while the slider goes
 * down. What is left out has none, or, when it is shown, what it would take.
 */
export function areasOf(model: MapModel, standing: Standing, showLeftOut: boolean): number[] {
  const { tokens, whole } = model.files;
  return tokens.map((now, row) => {
    const most = Math.max(now, standing.tokens[row] ?? 0);
    return most > 0 || !showLeftOut ? most : (whole[row] ?? 0);
  });
}

export interface Leaving {
  folder: string;
  files: number;
  tokens: number;
}

export interface Difference {
  /** By folder, most tokens first. */
  leaving: Leaving[];
  leavingFiles: number;
  /** Tokens less, of whatever leaves or shrinks to an outline. */
  leavingTokens: number;
  outlined: number;
  coming: number;
}

export function differenceOf(model: MapModel, plan: Plan): Difference {
  const now = standingOf(model, undefined);
  const then = standingOf(model, plan);
  const folders = new Map<string, Leaving>();
  const result: Difference = { leaving: [], leavingFiles: 0, leavingTokens: 0, outlined: 0, coming: 0 };
  for (let row = 0; row < model.packed; row++) {
    const before = now.tokens[row] ?? 0;
    const after = then.tokens[row] ?? 0;
    const state = then.states[row];
    if (before > after) result.leavingTokens += before - after;
    if (after > before) result.coming++;
    if (state === 'outline' && now.states[row] === 'full') result.outlined++;
    if (state !== 'leaving') continue;
    result.leavingFiles++;
    const folder = model.leaves[row]?.parent?.path ?? '';
    const entry = folders.get(folder) ?? { folder, files: 0, tokens: 0 };
    entry.files++;
    entry.tokens += before;
    folders.set(folder, entry);
  }
  result.leaving = [...folders.values()].sort((a, b) => b.tokens - a.tokens || (a.folder < b.folder ? -1 : 1));
  return result;
}
