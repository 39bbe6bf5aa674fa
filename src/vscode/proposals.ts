/** The diff editor of an edit that waits for an answer: the file as it is on the left, as it would be on the right. */
import * as vscode from 'vscode';
import { openText, type TextFile } from '../core/edits/textFile.js';
import { BaleenError } from '../core/errors.js';
import { resolveInside } from '../core/repository/pathGate.js';
import { absoluteOf } from '../core/repository/roots.js';
import type { SessionParts } from '../core/session/sessionParts.js';
import type { ApprovalRequest } from '../protocol/events.js';
import { makeProposedText } from './proposedText.js';

/** The query is the approval's id. Both sides are texts of ours: VS Code may hold an older one of the file itself. */
const presentScheme = 'baleen-present';
const proposedScheme = 'baleen-proposed';

export interface Proposals extends vscode.Disposable {
  /** Throws a sentence if the edit no longer fits the file. */
  open(parts: SessionParts, request: ApprovalRequest): Promise<void>;
  /** Closes what shows a question that was answered: the file may be the new one now, and the tab would show nothing. */
  close(approval: string): Promise<void>;
}

export function createProposals(): Proposals {
  const texts = new Map<string, { present: string; proposed: string }>();
  const changed = new vscode.EventEmitter<vscode.Uri>();
  const registered = [presentScheme, proposedScheme].map((scheme) =>
    vscode.workspace.registerTextDocumentContentProvider(scheme, {
      onDidChange: changed.event,
      provideTextDocumentContent: ({ query }) =>
        texts.get(query)?.[scheme === presentScheme ? 'present' : 'proposed'] ?? '',
    }),
  );
  return {
    async open(parts, { id, subject }) {
      if (subject.kind !== 'edit') return;
      const { path } = subject;
      const file = await readPresent(parts, path);
      const made = makeProposedText(file ?? openText(''), subject.diff);
      if (!made.ok) throw new BaleenError(`The diff of ${path} cannot be shown: ${made.why}.`, 'refused');
      const now = vscode.Uri.file(absoluteOf(parts.roots, path));
      const [present, proposed] = [presentScheme, proposedScheme].map((scheme) => now.with({ scheme, query: id }));
      texts.set(id, made);
      for (const uri of [present, proposed]) if (uri !== undefined) changed.fire(uri);
      await vscode.commands.executeCommand('vscode.diff', present, proposed, `${path} (now ↔ proposed)`);
    },
    async close(approval) {
      const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
      const done = tabs.filter(({ input }) => {
        const uri = input instanceof vscode.TabInputTextDiff ? input.modified : undefined;
        return uri?.scheme === proposedScheme && uri.query === approval;
      });
      if (done.length > 0) await vscode.window.tabGroups.close(done, true);
      texts.delete(approval);
    },
    dispose() {
      vscode.Disposable.from(...registered, changed).dispose();
    },
  };
}

/** What the edit was made from: the unsaved buffer, else the disk; `undefined` for a file that does not exist. */
async function readPresent({ host, packer, roots }: SessionParts, path: string): Promise<TextFile | undefined> {
  const place = await resolveInside(host.files, roots, path, 'read');
  if ('refused' in place) throw new BaleenError(place.refused, 'refused');
  const buffer = host.documents.unsaved(place.absolute);
  if (buffer === undefined && (await host.files.lstat(place.absolute)) === undefined) return undefined;
  const opened = await packer.openFile(
    path,
    buffer === undefined
      ? { bytes: await host.files.read(place.absolute, undefined, place.inside) }
      : { text: buffer.text, encoding: 'utf-8', bom: false },
  );
  if (!opened.ok) throw new BaleenError(`The diff of ${path} cannot be shown: ${opened.sentence}.`, 'refused');
  return opened.file;
}
