/** What a start says of files that an earlier program held back and nobody decided about. */
import type { HeldBack } from '../host.js';
import { encodeView } from '../view/codec.js';
import { nameAll } from './sandboxStop.js';

const longestCommand = 100;

export function describeUndecided(command: string, { names, folder }: HeldBack): string {
  const line = encodeView(command.slice(0, longestCommand)).view;
  return `${nameAll(names.map(({ path }) => path))} appeared while "${line}" ran by itself, and was held back, since protected files need your yes; Baleen ended before you answered. It is kept in ${folder}.`;
}

/** `undefined` where all of it is back. */
export function describeNotBack({ names, folder }: HeldBack, back: readonly string[]): string | undefined {
  const left = names.filter(({ path, kept }) => kept !== undefined && !back.includes(path)).map(({ path }) => path);
  if (left.length === 0) return undefined;
  return `${nameAll(left)} could not be put back, for instance because something is there already, and stays in ${folder}.`;
}
