import { randomUUID } from 'node:crypto';

/** Stands where a key stands. Made anew each time, because a body in which the key stands is refused, this file's own text too. */
export const rehearsalKey = `none-${randomUUID()}`;
