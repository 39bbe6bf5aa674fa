/** The pack map's page is not trusted either: whatever it sends is checked here, once. */
import { z } from 'zod';
import type { FromMapPage } from '../protocol/packMap.js';
import type { ParsedPageMessage } from './pagePanel.js';

const path = z.string().min(1).max(4096);
const tokens = z.number().int().min(1).max(1e9);

const fromMapPage = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('ready') }),
  z.strictObject({ type: z.literal('cancel') }),
  z.strictObject({ type: z.literal('pack') }),
  z.strictObject({ type: z.literal('plan'), request: z.number().int().min(0), budget: tokens }),
  z.strictObject({ type: z.literal('use_budget'), budget: tokens.nullable() }),
  z.strictObject({
    type: z.literal('exclude'),
    scope: z.enum(['file', 'folder', 'extension']),
    path,
    back: z.boolean(),
  }),
  z.strictObject({ type: z.literal('open_file'), path }),
  z.strictObject({ type: z.literal('reveal_file'), path }),
  z.strictObject({ type: z.literal('copy_path'), path }),
  z.strictObject({ type: z.literal('manage_trust') }),
]);

export function parseFromMapPage(raw: unknown): ParsedPageMessage<FromMapPage> {
  const parsed = fromMapPage.safeParse(raw);
  return parsed.success
    ? { ok: true, message: parsed.data }
    : { ok: false, why: 'a message of an unknown type or shape' };
}
