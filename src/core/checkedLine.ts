/** A line of an append-only file: JSON behind a checksum of its own, so that damage is seen line by line. */
import { createHash } from 'node:crypto';

/** Behind the checksum and a space. */
const textStart = 9;

/** With its line end. */
export function renderChecked(value: object): string {
  const json = JSON.stringify(value);
  return `${checksum(json)} ${json}\n`;
}

/** The JSON of a line that may be damaged. */
export function checkedText(line: string): string {
  return line.slice(textStart);
}

/** `undefined` where the line is damaged. */
export function parseChecked(line: string): unknown {
  const json = checkedText(line);
  if (line[textStart - 1] !== ' ' || checksum(json) !== line.slice(0, textStart - 1)) return undefined;
  return JSON.parse(json);
}

function checksum(json: string): string {
  return createHash('sha256').update(json).digest('hex').slice(0, 8);
}
