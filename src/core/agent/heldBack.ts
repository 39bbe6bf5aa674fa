/** Protected names that a closed command made: held back by the host already, and let in by nothing but the user's yes. */
import { join } from 'node:path';
import type { ProposedEdit } from '../../protocol/events.js';
import { describeChange } from '../edits/diffText.js';
import { openBytes } from '../edits/textFile.js';
import type { Files, HeldBack } from '../host.js';
import type { ToolCall } from '../model/types.js';
import type { Roots } from '../repository/roots.js';
import { protectionOf } from '../tools/editApproval.js';
import { describeHeldBack, nameAll } from '../tools/sandboxStop.js';
import type { ToolResult } from '../tools/tool.js';
import { encodeView } from '../view/codec.js';
import { ask, type ApproveParts } from './approve.js';

const mostShown = 50;
const mostShownBytes = 256 * 1024;

/** The answer with what became of it. */
export async function askToLetIn(
  call: ToolCall,
  title: string,
  result: ToolResult,
  parts: ApproveParts,
): Promise<ToolResult> {
  const { heldBack } = result;
  if (heldBack === undefined) return result;
  const { text, isNo } = await settle(call, title, heldBack, parts);
  if (isNo) parts.emit({ type: 'notice', level: 'warning', text: describeHeldBack(heldBack, 'user') });
  return { ...result, text: `${result.text}\n${encodeView(text).view}` };
}

async function settle(
  call: ToolCall,
  title: string,
  heldBack: HeldBack,
  parts: ApproveParts,
): Promise<{ text: string; isNo: boolean }> {
  const told = describeHeldBack(heldBack, 'model');
  const { context } = parts;
  // A stop of the turn is an answer, too.
  if (context.signal.aborted || heldBack.names.every(({ kept }) => kept === undefined)) {
    return { text: told, isNo: true };
  }
  const files = await showNames(context.roots, context.host.files, heldBack);
  const reason = `The command ran by itself in the sandbox, and these protected files appeared meanwhile: ${nameAll(heldBack.names.map(({ path }) => path))}. They are out of the workspace now. With your yes they are put back; without it they stay in ${heldBack.folder}.`;
  const decision = await ask(call, title, { subject: { kind: 'edits', files, isHeldBack: true }, reason }, parts);
  if (typeof decision !== 'string') {
    // A stop and a program that ends are no answer: the next start asks again.
    if (parts.approver !== undefined && !context.signal.aborted) await heldBack.leave();
    const answer = parts.approver === undefined ? 'Nobody can be asked here.' : 'The user said no to them.';
    return { text: `${told} ${answer} Do not make them again; say what is left undone.`, isNo: true };
  }
  const back = await heldBack.letIn();
  const left = heldBack.names.map(({ path }) => path).filter((path) => !back.includes(path));
  const allIn = `The user agreed to these protected files, which the command made: ${nameAll(back)}.`;
  if (left.length === 0) return { text: allIn, isNo: false };
  return { text: `${back.length === 0 ? '' : `${allIn} `}Not put back: ${nameAll(left)}.`, isNo: true };
}

/** Each file with its text, and a folder by what is in it. */
async function showNames(roots: Roots, files: Files, { names }: HeldBack): Promise<ProposedEdit[]> {
  const shown: ProposedEdit[] = [];
  for (const { path, kept } of names) if (kept !== undefined) await show({ roots, files }, path, kept, shown);
  const more = shown.splice(mostShown).length;
  const last = shown.at(-1);
  if (more > 0 && last !== undefined) last.warnings = [`${more} more files, which are not shown, belong to it.`];
  return shown;
}

interface ShowPorts {
  roots: Roots;
  files: Files;
}

async function show(ports: ShowPorts, path: string, kept: string, shown: ProposedEdit[]): Promise<void> {
  const { roots, files } = ports;
  const stat = await files.lstat(kept);
  if (stat?.kind === 'directory') {
    for (const name of await files.list(kept)) await show(ports, `${path}/${name}`, join(kept, name), shown);
    return;
  }
  const edit = { path, ...protectionOf(roots, [{ relative: path, asked: path }]) };
  if (shown.length >= mostShown) shown.push({ ...edit, diff: '' });
  else if (stat?.kind !== 'file')
    shown.push({ ...edit, diff: '', warnings: ['It is a link or another special file.'] });
  else if (stat.size > mostShownBytes) shown.push({ ...edit, diff: '', warnings: [`It has ${stat.size} bytes.`] });
  else {
    const opened = openBytes(await files.read(kept));
    if (opened.ok) shown.push({ ...edit, diff: describeChange(path, '', opened.file.view).unified });
    else shown.push({ ...edit, diff: '', warnings: ['It is no text.'] });
  }
}
