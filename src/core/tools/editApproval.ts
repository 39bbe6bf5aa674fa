/** What an approval of an edit shows, and why it asks even where the mode alone would not. */
import type { ApprovalSubject } from '../../protocol/events.js';
import type { EditSource } from '../edits/workspaceEdit.js';
import { protectedBy } from '../repository/protectedFiles.js';
import { spellingsOf, type Roots } from '../repository/roots.js';
import { decodePath } from '../view/codec.js';

/** `asked` is the path as the model wrote it: a link's own name may be protected where its target's is not. */
export function approvalOfEdit(
  roots: Roots,
  source: EditSource,
  asked: string,
  diff: string,
  reason?: string,
): { subject: ApprovalSubject; reason?: string } {
  const names = [...spellingsOf(roots, source.relative), decodePath(asked)];
  const protection = names.map(protectedBy).find((why) => why !== undefined);
  const why = reason ?? findLinkReason(source);
  return {
    subject: {
      kind: 'edit',
      path: source.relative,
      diff,
      ...(protection === undefined ? {} : { protectedBy: protection }),
    },
    ...(why === undefined ? {} : { reason: why }),
  };
}

function findLinkReason({ relative, links }: EditSource): string | undefined {
  if (links < 2) return undefined;
  return `${relative} has ${links} hard links: the same bytes stand under another name, perhaps outside the workspace, and change with it.`;
}
