/**
 * Shares a budget out among files: whole, by a brief, or named. A pure function over numbers, so that a plan for another
 * budget and the pack that is made for it are the same.
 */

/** `unnamed` files are told as a number: their list has no room. */
export type Standing = 'full' | 'brief' | 'named' | 'unnamed';

export interface FitCosts {
  /** Tokens of each file's whole frame; `Infinity` for one that cannot be had. */
  full: ArrayLike<number>;
  /** Tokens of each file's line in the list. */
  line: ArrayLike<number>;
  /** Tokens of a brief's frame; `Infinity` where there is none worth having, `undefined` where it is not known yet. */
  brief(file: number): number | undefined;
  /** Tokens of everything else, for so many frames and so many files in the list. */
  rest: (frames: number, named: number, unnamed: number) => number;
}

export interface Fit {
  standings: Standing[];
  tokens: number;
  /** Files whose briefs must be known before this is final; until then their size is a guess. */
  unknown: number[];
}

/** The list of files may take no more than this share while there are frames to show. */
const listShare = 1 / 4;
/** Kept free of whole files, so that those of lower rank are known by their briefs. */
const briefShare = 0.15;
/** Whole files are no longer looked for where less of the budget than this is left to them. */
const leastRoomShare = 0.02;
/** After so many briefs in a row that do not fit, the room is taken for full. */
const mostMisfits = 16;
/** What a brief is taken to cost until it is known. */
const guessedShare = 0.12;
const leastGuess = 60;
/** More than all frames of the lists together can save when one file changes its standing. */
const mostSaved = 64;
/** No line that names a file with its size has fewer tokens. */
const leastLine = 6;

/** `undefined` if everything fits. Needs no ranks. */
export function fitsWhole({ full, rest }: Pick<FitCosts, 'full' | 'rest'>, budget: number): number | undefined {
  let tokens = rest(full.length, 0, 0);
  for (let file = 0; file < full.length; file++) tokens += full[file] ?? Infinity;
  return tokens <= budget ? tokens : undefined;
}

/**
 * The best ranked whole, the next by briefs, then whatever still fits, by rank. `undefined` if the budget does not even
 * hold the lists' frames.
 *
 * @param order indexes of all files, best first.
 */
export function fitFiles(costs: FitCosts, order: readonly number[], budget: number): Fit | undefined {
  if (costs.rest(0, 0, order.length) > budget) return undefined;
  const state = createState(costs, order, budget);
  takeWhole(state, order, budget);
  const unknown = takeBriefs(state, order);
  fillUp(state, order);
  nameRest(state, order, budget);
  fillExactly(state, order, budget);
  nameRest(state, order, budget);
  return { standings: state.standings, tokens: state.tokens(), unknown };
}

interface State {
  costs: FitCosts;
  standings: Standing[];
  /** What is left when the list has its share; never more than truly is. */
  room(): number;
  /** The same after a file has become a frame of so many tokens. */
  roomAfter(file: number, tokens: number): number;
  /** Sets a file that is listed or has a brief to a frame. */
  frame(file: number, standing: 'full' | 'brief', tokens: number): void;
  /** What a file costs as it stands. */
  ownTokens(file: number): number;
  /** Names a file that is not named. */
  name(file: number): void;
  /** Exact. */
  tokens(): number;
  /** Exact count after a change of standing. */
  tokensAfter(file: number, standing: 'full' | 'named', tokens: number): number;
}

function createState(costs: FitCosts, order: readonly number[], budget: number): State {
  const { line, rest } = costs;
  const count = order.length;
  const standings = new Array<Standing>(count).fill('unnamed');
  const frameTokens = new Map<number, number>();
  // Counts of more digits never have fewer tokens, so that this is the most that the rest can come to.
  const mostRest = rest(count, count, count);
  const mostList = budget * listShare;
  let unframedLines = 0;
  for (const file of order) unframedLines += line[file] ?? 0;
  let framed = 0;
  let namedLines = 0;
  let named = 0;
  const left = (frames: number, lines: number): number => budget - mostRest - frames - Math.min(lines, mostList);
  const lineOf = (file: number): number => line[file] ?? 0;
  return {
    costs,
    standings,
    room: () => left(framed, unframedLines),
    roomAfter(file, tokens) {
      const before = frameTokens.get(file);
      return left(framed - (before ?? 0) + tokens, before === undefined ? unframedLines - lineOf(file) : unframedLines);
    },
    frame(file, standing, tokens) {
      const before = frameTokens.get(file);
      if (before === undefined) unframedLines -= lineOf(file);
      if (standings[file] === 'named') {
        namedLines -= lineOf(file);
        named--;
      }
      framed += tokens - (before ?? 0);
      frameTokens.set(file, tokens);
      standings[file] = standing;
    },
    ownTokens: (file) => frameTokens.get(file) ?? (standings[file] === 'named' ? lineOf(file) : 0),
    name(file) {
      standings[file] = 'named';
      namedLines += lineOf(file);
      named++;
    },
    tokens: () => framed + namedLines + rest(frameTokens.size, named, count - frameTokens.size - named),
    tokensAfter(file, standing, tokens) {
      const before = frameTokens.get(file);
      const frames = frameTokens.size + (standing === 'full' && before === undefined ? 1 : 0);
      const wasNamed = standings[file] === 'named' ? 1 : 0;
      const names = named - wasNamed + (standing === 'named' ? 1 : 0);
      const lines = namedLines - wasNamed * lineOf(file) + (standing === 'named' ? lineOf(file) : 0);
      const framesTokens = framed + (standing === 'full' ? tokens - (before ?? 0) : 0);
      return framesTokens + lines + rest(frames, names, count - frames - names);
    },
  };
}

function takeWhole(state: State, order: readonly number[], budget: number): void {
  const kept = state.room() * briefShare;
  for (const file of order) {
    if (state.room() - kept < budget * leastRoomShare) break;
    const tokens = state.costs.full[file] ?? Infinity;
    if (state.roomAfter(file, tokens) >= kept) state.frame(file, 'full', tokens);
  }
}

/** Answers with the files whose briefs were guessed. */
function takeBriefs(state: State, order: readonly number[]): number[] {
  const unknown: number[] = [];
  let misfits = 0;
  for (const file of order) {
    if (misfits >= mostMisfits) break;
    if (state.standings[file] === 'full') continue;
    const whole = state.costs.full[file] ?? Infinity;
    const brief = state.costs.brief(file);
    if (brief === undefined) unknown.push(file);
    const tokens = brief ?? Math.min(whole, Math.max(leastGuess, whole * guessedShare));
    if (tokens >= whole) continue;
    if (state.roomAfter(file, tokens) >= 0) {
      state.frame(file, 'brief', tokens);
      misfits = 0;
    } else misfits++;
  }
  return unknown;
}

function fillUp(state: State, order: readonly number[]): void {
  for (const file of order) {
    if (state.standings[file] === 'full') continue;
    const tokens = state.costs.full[file] ?? Infinity;
    if (state.roomAfter(file, tokens) >= 0) state.frame(file, 'full', tokens);
  }
}

/** Names as many of the others as the budget holds. */
function nameRest(state: State, order: readonly number[], budget: number): void {
  let left = budget - state.tokens();
  for (const file of order) {
    if (state.standings[file] !== 'unnamed') continue;
    if ((state.costs.line[file] ?? 0) > left + mostSaved) continue;
    if (state.tokensAfter(file, 'named', 0) > budget) {
      // Nearly as full as it gets: what is left would have to be tried file by file, for one line.
      if (left < leastLine) return;
      continue;
    }
    state.name(file);
    left = budget - state.tokens();
  }
}

/** By the exact count, and so to the last token that a whole file can use. */
function fillExactly(state: State, order: readonly number[], budget: number): void {
  let left = budget - state.tokens();
  for (const file of order) {
    if (state.standings[file] === 'full') continue;
    const tokens = state.costs.full[file] ?? Infinity;
    if (tokens - state.ownTokens(file) > left + mostSaved) continue;
    if (state.tokensAfter(file, 'full', tokens) > budget) continue;
    state.frame(file, 'full', tokens);
    left = budget - state.tokens();
  }
}
