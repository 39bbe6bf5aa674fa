/** The usage page is not trusted either: whatever it sends is checked here, once. */
import * as z from 'zod';
import type { FromUsagePage } from '../protocol/usagePage.js';
import type { ParsedPageMessage } from './pagePanel.js';

/** Characters of a copied table: a row of each day and purpose of the longest range is a tenth of it. */
export const longestCopy = 1 << 20;

const fromUsagePage = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('ready') }),
  z.strictObject({ type: z.literal('refresh') }),
  z.strictObject({ type: z.literal('check_key') }),
  z.strictObject({ type: z.literal('copy'), text: z.string().min(1).max(longestCopy) }),
  z.strictObject({ type: z.literal('manage_trust') }),
]);

export function parseFromUsagePage(raw: unknown): ParsedPageMessage<FromUsagePage> {
  const parsed = fromUsagePage.safeParse(raw);
  return parsed.success
    ? { ok: true, message: parsed.data }
    : { ok: false, why: 'a message of an unknown type or shape' };
}
