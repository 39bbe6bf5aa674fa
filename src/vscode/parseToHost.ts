/** The page is not trusted: whatever it sends is checked here, once, before anything is done with it. */
import * as z from 'zod';
import type { ToHost } from '../protocol/sidebar.js';

/** Characters of a message as JSON. */
export const longestMessage = 1 << 20;

const text = z.string().max(longestMessage);
const id = z.string().min(1).max(200);
const path = z.string().min(1).max(4096);
/** What a keyboard types into one line: no control character but a tab. */
const line = z
  .string()
  .max(20_000)
  .regex(/^[^\u0000-\u0008\u000a-\u001f\u007f]*$/);

const toHost = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('ready') }),
  z.strictObject({ type: z.literal('send'), text: text.min(1) }),
  z.strictObject({ type: z.literal('unqueue'), id }),
  z.strictObject({ type: z.literal('send_queued'), id }),
  z.strictObject({ type: z.literal('stop') }),
  z.strictObject({ type: z.literal('compact') }),
  z.strictObject({ type: z.literal('draft'), text }),
  z.strictObject({
    type: z.literal('decide'),
    approval: id,
    decision: z.enum(['approved', 'approved_for_session', 'approved_always', 'rejected']),
  }),
  z.strictObject({ type: z.literal('answer_send'), question: id, agreed: z.boolean() }),
  z.strictObject({ type: z.literal('set_model'), model: id }),
  z.strictObject({ type: z.literal('set_thinking'), thinking: z.enum(['off', 'low', 'high', 'max']) }),
  z.strictObject({ type: z.literal('set_approve'), approve: z.enum(['plan', 'ask', 'auto-edit', 'auto']) }),
  z.strictObject({ type: z.literal('new_session') }),
  z.strictObject({ type: z.literal('list_sessions') }),
  z.strictObject({ type: z.literal('open_session'), session: z.string().regex(/^[0-9]{8}-[0-9]{6}-[0-9a-f]{1,16}$/) }),
  z.strictObject({ type: z.literal('enter_key') }),
  z.strictObject({ type: z.literal('check_key') }),
  z.strictObject({ type: z.literal('rehearse') }),
  z.strictObject({
    type: z.literal('open_settings'),
    setting: z
      .string()
      .regex(/^baleen\.[A-Za-z.]{1,60}$/)
      .optional(),
  }),
  z.strictObject({ type: z.literal('manage_trust') }),
  z.strictObject({ type: z.literal('open_file'), path, line: z.number().int().min(1).max(1e9).optional() }),
  z.strictObject({ type: z.literal('open_diff'), call: id }),
  z.strictObject({ type: z.literal('undo_turn'), checkpoint: id }),
  z.strictObject({ type: z.literal('stop_command'), id }),
  z.strictObject({ type: z.literal('show_command'), id }),
  z.strictObject({ type: z.literal('answer_command'), wait: id, text: line }),
  z.strictObject({ type: z.literal('end_input'), wait: id }),
  z.strictObject({ type: z.literal('open_url'), url: z.string().max(4096) }),
]);

export type ParsedMessage = { ok: true; message: ToHost } | { ok: false; why: string };

export function parseToHost(raw: unknown): ParsedMessage {
  if (!isSmall(raw)) return { ok: false, why: 'a message over 1 MB' };
  const parsed = toHost.safeParse(raw);
  if (!parsed.success) return { ok: false, why: 'a message of an unknown type or shape' };
  const { data } = parsed;
  if (data.type === 'open_settings') {
    const { setting, ...rest } = data;
    return { ok: true, message: setting === undefined ? rest : { ...rest, setting } };
  }
  if (data.type !== 'open_file') return { ok: true, message: data };
  const { line, ...rest } = data;
  return { ok: true, message: line === undefined ? rest : { ...rest, line } };
}

function isSmall(raw: unknown): boolean {
  try {
    return (JSON.stringify(raw) ?? '').length <= longestMessage;
  } catch {
    return false;
  }
}
