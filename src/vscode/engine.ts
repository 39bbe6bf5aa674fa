/** The parts of the open folder, made when they are first needed and never at activation. */
import { join } from 'node:path';
import type * as vscode from 'vscode';
import type { Approver } from '../core/agent/approval.js';
import { BaleenError } from '../core/errors.js';
import type { Commands, Log, OpenDocuments } from '../core/host.js';
import type { Packer } from '../core/pack/packer.js';
import { stateBaseFolder } from '../node/stateFolder.js';
import { openWorkspace, type Workspace } from '../node/workspace.js';
import { whyBlocked, workspaceFolder } from './gate.js';

export interface Engine {
  /** Throws a sentence where the folder is not trusted or there is none; asked at each action. */
  open(): Promise<Workspace>;
  dispose(): Promise<void>;
}

export interface EngineParts {
  extensionUri: vscode.Uri;
  log: Log;
  send: typeof fetch;
  approver: Approver;
  documents: OpenDocuments;
  wrapCommands: (commands: Commands) => Commands;
  wrapPacker: (packer: Packer) => Packer;
}

export function createEngine({ extensionUri, ...parts }: EngineParts): Engine {
  let opened: { folder: string; workspace: Promise<Workspace> } | undefined;
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
      const folder = workspaceFolder()?.uri.fsPath;
      if (blocked !== undefined || folder === undefined) throw new BaleenError(blocked ?? '', 'bad_usage');
      if (opened !== undefined && opened.folder !== folder) await dispose();
      if (opened === undefined) {
        const workspace = openWorkspace({
          ...parts,
          folder,
          stateBase: stateBaseFolder(process.env, process.platform),
          programFolder: join(extensionUri.fsPath, 'dist'),
        });
        const mine = { folder, workspace };
        opened = mine;
        workspace.catch(() => {
          if (opened === mine) opened = undefined;
        });
      }
      return opened.workspace;
    },
    dispose,
  };
}
