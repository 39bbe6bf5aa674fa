/** Approvals on a terminal. The default is no, and every byte of what is asked for is shown. */
import { createInterface } from 'node:readline/promises';
import type { ApprovalRequest, Site } from '../protocol/events.js';
import type { Approver } from '../core/agent/approval.js';
import { escapeText } from '../core/view/escapes.js';
import type { Output } from './printEvents.js';

export function createTerminalApprover(input: NodeJS.ReadStream, output: Output): Approver {
  return {
    async ask(request, signal) {
      output.err(`\n${describe(request)}\n`);
      const always = request.subject.kind === 'command' ? ', s = yes for this session' : '';
      const lines = createInterface({ input, output: process.stderr });
      try {
        const answer = (await lines.question(`Allow? [y/N${always}] `, { signal })).trim().toLowerCase();
        if (answer === 'y' || answer === 'yes') return 'approved';
        return answer === 's' && request.subject.kind === 'command' ? 'approved_for_session' : 'rejected';
      } finally {
        lines.close();
      }
    },
  };
}

/** Sites are shown by the `sites` event already; answers with those to change, or `undefined` to give up. */
export async function chooseOnTerminal(
  input: NodeJS.ReadStream,
  sites: readonly Site[],
  signal: AbortSignal,
): Promise<readonly Site[] | undefined> {
  const lines = createInterface({ input, output: process.stderr });
  try {
    const question = `Change ${sites.length} sites? [y/N, or numbers to leave out, 1 to ${sites.length}] `;
    const answer = (await lines.question(question, { signal })).trim().toLowerCase();
    if (answer === 'y' || answer === 'yes') return sites;
    const numbers = answer.split(/[\s,]+/).map(Number);
    if (
      answer === '' ||
      !numbers.every((number) => Number.isInteger(number) && number >= 1 && number <= sites.length)
    ) {
      return undefined;
    }
    return sites.filter((_site, index) => !numbers.includes(index + 1));
  } finally {
    lines.close();
  }
}

function describe(request: ApprovalRequest): string {
  const { subject } = request;
  if (subject.kind === 'command') return `Run in ${subject.cwd}:\n  ${escapeText(subject.command)}\n${request.reason}`;
  return `Edit ${escapeText(subject.path)}:\n${escapeText(subject.diff)}\n${request.reason}`;
}
