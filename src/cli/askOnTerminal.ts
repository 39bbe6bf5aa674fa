/** Questions on a terminal. The default is no, and every byte of what is asked for is shown. */
import { createInterface } from 'node:readline/promises';
import { describeReceiver, type SendQuestion } from '../protocol/destination.js';
import type { ApprovalRequest, Site } from '../protocol/events.js';
import type { Approver } from '../core/agent/approval.js';
import { formatCost } from '../protocol/money.js';
import type { SendConsent } from '../core/session/agreements.js';
import { escapeText } from '../core/view/escapes.js';
import { formatNumber, showText, type Output } from './printEvents.js';

export function createTerminalApprover(input: NodeJS.ReadStream, output: Output): Approver {
  return {
    async ask(request, signal) {
      output.err(`\n${describe(request)}\n`);
      const always = request.subject.kind === 'command' ? ', s = yes for this session' : '';
      const answer = await askLine(input, `Allow? [y/N${always}] `, signal);
      if (answer === 'y' || answer === 'yes') return 'approved';
      return answer === 's' && request.subject.kind === 'command' ? 'approved_for_session' : 'rejected';
    },
  };
}

export function createTerminalConsent(input: NodeJS.ReadStream, output: Output): SendConsent {
  return {
    async ask(question, signal) {
      const once =
        'Asked once for this workspace and this host; baleen agreements --forget takes it back. Instead you can name another host or a server of your own (--base-url).';
      output.err(`\n${describeSend(question)}\n${once}\n`);
      const answer = await askLine(input, 'Send? [y/N] ', signal);
      if (answer === 'y' || answer === 'yes') return { agreed: true };
      return { agreed: false, sentence: `Nothing was sent to ${question.origin}, as you said.` };
    },
  };
}

export function describeSend(question: SendQuestion): string {
  const { files, tokens, origin, price } = question;
  return `${formatNumber(files)} ${files === 1 ? 'file' : 'files'} of this workspace, ${formatNumber(tokens)} tokens, would go to ${origin} (${describeReceiver(question)}); reading them the first time costs about ${formatCost(price)}.`;
}

/** Sites are shown by the `sites` event already; answers with those to change, or `undefined` to give up. */
export async function chooseOnTerminal(
  input: NodeJS.ReadStream,
  sites: readonly Site[],
  signal: AbortSignal,
): Promise<readonly Site[] | undefined> {
  const question = `Change ${sites.length} sites? [y/N, or numbers to leave out, 1 to ${sites.length}] `;
  const answer = await askLine(input, question, signal);
  if (answer === 'y' || answer === 'yes') return sites;
  const numbers = answer.split(/[\s,]+/).map(Number);
  if (answer === '' || !numbers.every((number) => Number.isInteger(number) && number >= 1 && number <= sites.length)) {
    return undefined;
  }
  return sites.filter((_site, index) => !numbers.includes(index + 1));
}

/** The answer in lower case; the end of the input (Ctrl-D, a closed terminal) is an empty one. */
async function askLine(input: NodeJS.ReadStream, question: string, signal: AbortSignal): Promise<string> {
  const lines = createInterface({ input, output: process.stderr });
  // The terminal is in raw mode meanwhile, so that Ctrl-C is only a key.
  lines.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  const closed = new Promise<string>((resolve) => lines.once('close', () => resolve('')));
  try {
    const answer = await Promise.race([lines.question(question, { signal }), closed]);
    return answer.trim().toLowerCase();
  } catch (error) {
    if (signal.aborted) throw error;
    return '';
  } finally {
    lines.close();
  }
}

function describe(request: ApprovalRequest): string {
  const { subject } = request;
  // A reason may quote the model.
  const reason = showText(request.reason);
  if (subject.kind === 'command') return `Run in ${subject.cwd}:\n  ${escapeText(subject.command)}\n${reason}`;
  const files = subject.kind === 'edit' ? [subject] : subject.files;
  const edits = files.map(({ path, diff }) => `Edit ${escapeText(path)}:\n${escapeText(diff)}`);
  return [...edits, reason].join('\n');
}
