/** What an approval of a change shows, and why it asks even where the mode alone would not. */
import type { ApprovalSubject } from '../../protocol/events.js';
import type { EditSource } from '../edits/workspaceEdit.js';
import type { Concern } from '../edits/concerns.js';
import type { DiffTexts } from '../edits/diffText.js';
import { protectedBy, steersAgents } from '../repository/protectedFiles.js';
import { areNamed, spellingsOf, type Roots } from '../repository/roots.js';
import { decodePath } from '../view/codec.js';
import type { ToolContext } from './tool.js';

type EditSubject = Extract<ApprovalSubject, { kind: 'edit' }>;

/** A path as it was resolved, and as the model wrote it: a link's own name may be protected where its target's is not. */
export interface Named {
  relative: string;
  asked: string;
}

export function approvalOfEdit(
  { roots, turn }: ToolContext,
  source: EditSource,
  asked: string,
  { diff, concerns }: { diff: DiffTexts; concerns: readonly Concern[] },
  reason?: string,
): { subject: EditSubject; reason?: string } {
  const { relative } = source;
  const warnings = [
    ...concerns.map(({ sentence }) => sentence),
    ...provenanceOf(roots, { relative, asked }, turn.request),
  ];
  const named = [...new Set(concerns.flatMap(({ lines }) => lines))];
  const reasons = [reason, findLinkReason(source)].filter((one) => one !== undefined);
  const why = reasons.length === 0 ? concerns[0]?.sentence : reasons.join(' ');
  return {
    subject: {
      kind: 'edit',
      path: relative,
      diff: diff.unified,
      ...protectionOf(roots, [{ relative, asked }]),
      ...(warnings.length === 0 ? {} : { warnings }),
      ...(named.length === 0 ? {} : { named }),
    },
    ...(why === undefined ? {} : { reason: why }),
  };
}

/** The first rule that protects one of these files. */
export function protectionOf(roots: Roots, files: readonly Named[]): { protectedBy?: string } {
  const found = files.flatMap((file) => namesOf(roots, file)).map(protectedBy);
  const why = found.find((one) => one !== undefined);
  return why === undefined ? {} : { protectedBy: why };
}

/** Whose words would steer agents from now on: not the user's. */
export function provenanceOf(roots: Roots, file: Named, request: string): string[] {
  if (!namesOf(roots, file).some(steersAgents)) return [];
  const about = request === '' ? '' : `, working on "${request}"`;
  return [
    `Agents in this folder will take what stands in ${file.relative} for your orders. The model wrote this change${about}.`,
  ];
}

function namesOf(roots: Roots, { relative, asked }: Named): string[] {
  const written = decodePath(asked);
  // What the model wrote need not be a workspace path.
  return [...spellingsOf(roots, relative), ...(areNamed(roots) ? [written] : spellingsOf(roots, written))];
}

function findLinkReason({ relative, links }: EditSource): string | undefined {
  if (links < 2) return undefined;
  return `${relative} has ${links} hard links: the same bytes stand under another name, perhaps outside the workspace, and change with it.`;
}
