// The words of `npm start`.
import { statSync, realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

export const HELP = `Usage: npm start [-- FOLDER] [--desktop]

  FOLDER      the repository to open (default: this one)
  --desktop   use the desktop VS Code whose \`code\` is on the PATH, instead of one in the browser
`;

/** Words that cannot be understood; the message is a sentence for the user. */
export class BadUsage extends Error {}

/**
 * @param {string[]} argv
 * @param {{ from: string, repository: string }} places `from`: what a relative FOLDER is relative to
 * @returns {{ help: boolean, desktop: boolean, folder: string }}
 */
export function parseStartArguments(argv, { from, repository }) {
  const { values, positionals } = parseWords(argv);
  if (positionals.length > 1) {
    throw new BadUsage(`One folder can be opened, and ${positionals.length} were named: ${positionals.join(', ')}.`);
  }
  const named = positionals[0];
  const folder = named === undefined ? repository : resolve(from, named);
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) throw new BadUsage(`There is no folder ${folder}.`);
  return { help: values.help ?? false, desktop: values.desktop ?? false, folder: realpathSync(folder) };
}

function parseWords(argv) {
  const options = { desktop: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } };
  try {
    return parseArgs({ args: argv, options, allowPositionals: true, strict: true });
  } catch (error) {
    throw new BadUsage(`${error.message.split('. ')[0]}.`);
  }
}
