/** `baleen agreements`: to which hosts this workspace may be sent, which commands it was allowed for good, and taking it back. */
import type { Outcome } from '../../protocol/events.js';
import { nameRule } from '../../core/commands/gate.js';
import { escapeText } from '../../core/view/escapes.js';
import type { Context } from '../context.js';
import { openCliWorkspace } from '../sessionContext.js';

export async function runAgreements(context: Context): Promise<Outcome> {
  const { args, output } = context;
  const workspace = await openCliWorkspace(context, args.cwd);
  try {
    const { agreements, allowedCommands } = workspace.parts;
    const origins = args.forget ? await agreements.forget() : await agreements.list();
    const commands = (args.forget ? await allowedCommands.forget() : await allowedCommands.list()).map(nameRule);
    if (args.json) output.out(`${JSON.stringify({ origins, commands, forgotten: args.forget })}\n`);
    else output.out(`${[describe(origins, args.forget), ...describeCommands(commands, args.forget)].join('\n')}\n`);
    return 'done';
  } finally {
    await workspace.dispose();
  }
}

function describeCommands(commands: readonly string[], forgotten: boolean): string[] {
  if (commands.length === 0) return [];
  const head = forgotten ? 'Taken back; these commands ask again:' : 'These commands run here without asking:';
  return [head, ...commands.map((command) => `  ${escapeText(command)}`)];
}

function describe(origins: readonly string[], forgotten: boolean): string {
  if (origins.length === 0) return 'Nothing was agreed to: the first send to a host asks.';
  const list = origins.map((origin) => `  ${origin}`).join('\n');
  return forgotten
    ? `Taken back; the next send to one of these asks again:\n${list}`
    : `This workspace may be sent to:\n${list}`;
}
