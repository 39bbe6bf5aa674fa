import { randomBytes } from 'node:crypto';

/** Random hexadecimal digits, for ids. */
export function randomHex(digits: number): string {
  return randomBytes(Math.ceil(digits / 2))
    .toString('hex')
    .slice(0, digits);
}
