/** The parts of the window's folders, made when they are first needed and never at activation. */
import { join } from 'node:path';
import type * as vscode from 'vscode';
import type { Approver } from '../core/agent/approval.js';
import { BaleenError } from '../core/errors.js';
import type { Commands, Language, Log, OpenDocuments } from '../core/host.js';
import type { Packer } from '../core/pack/packer.js';
import type { SendConsent } from '../core/session/agreements.js';
import { keyOf, type Roots } from '../core/repository/roots.js';
import { stateBaseFolder } from '../node/stateFolder.js';
import { openWorkspace, type Workspace } from '../node/workspace.js';
import { unreachableFolders, windowRoots } from './windowFolders.js';
import { whyBlocked } from './gate.js';

export interface Engine {
  /** Throws a sentence where the folder is not trusted or there is none; asked at each action. */
  open(): Promise<Workspace>;
  /** The window has other folders than the ones that are open here; they stay open until `dispose`. */
  isOutdated(): boolean;
  /** Whether something has needed the folders yet. */
  isOpen(): boolean;
  dispose(): Promise<void>;
}

export interface EngineParts {
  extensionUri: vscode.Uri;
  log: Log;
  send: typeof fetch;
  approver: Approver;
  consent: SendConsent;
  documents: OpenDocuments;
  language: Language;
  wrapCommands: (commands: Commands) => Commands;
  wrapPacker: (packer: Packer) => Packer;
  isSandboxOn: () => boolean;
  /** Tells the user something about what was opened. */
  warn: (text: string) => void;
}

export function createEngine({ extensionUri, warn, ...parts }: EngineParts): Engine {
  let opened: { folders: Roots; workspace: Promise<Workspace> } | undefined;
  const dispose = async (): Promise<void> => {
    const old = opened;
    opened = undefined;
    await old?.workspace.then(
      (workspace) => workspace.dispose(),
      () => undefined,
    );
  };
  return {
    async open() {
      const blocked = whyBlocked();
      const folders = windowRoots();
      if (blocked !== undefined || folders === undefined) throw new BaleenError(blocked ?? '', 'bad_usage');
      if (opened === undefined) {
        const workspace = openWorkspace({
          ...parts,
          folders,
          stateBase: stateBaseFolder(process.env, process.platform),
          programFolder: join(extensionUri.fsPath, 'dist'),
        });
        const mine = { folders, workspace };
        opened = mine;
        const left = unreachableFolders();
        if (left.length > 0) warn(`Left out, since Baleen cannot reach them on a disk: ${left.join(', ')}.`);
        workspace.catch(() => {
          if (opened === mine) opened = undefined;
        });
      }
      return opened.workspace;
    },
    isOutdated() {
      const now = windowRoots();
      return opened !== undefined && (now === undefined || keyOf(now) !== keyOf(opened.folders));
    },
    isOpen: () => opened !== undefined,
    dispose,
  };
}
