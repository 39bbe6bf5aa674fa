/** `baleen agreements`: to which hosts this workspace may be sent, and taking that back. */
import type { Outcome } from '../../protocol/events.js';
import type { Context } from '../context.js';
import { openCliWorkspace } from '../sessionContext.js';

export async function runAgreements(context: Context): Promise<Outcome> {
  const { args, output } = context;
  const workspace = await openCliWorkspace(context, args.cwd);
  try {
    const { agreements } = workspace.parts;
    const origins = args.forget ? await agreements.forget() : await agreements.list();
    if (args.json) output.out(`${JSON.stringify({ origins, forgotten: args.forget })}\n`);
    else output.out(`${describe(origins, args.forget)}\n`);
    return 'done';
  } finally {
    await workspace.dispose();
  }
}

function describe(origins: readonly string[], forgotten: boolean): string {
  if (origins.length === 0) return 'Nothing was agreed to: the first send to a host asks.';
  const list = origins.map((origin) => `  ${origin}`).join('\n');
  return forgotten
    ? `Taken back; the next send to one of these asks again:\n${list}`
    : `This workspace may be sent to:\n${list}`;
}
