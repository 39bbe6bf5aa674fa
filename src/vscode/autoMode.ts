/** Whether the mode `auto` can be chosen: what was last found out about the sandbox of this machine. */
import { join } from 'node:path';
import type * as vscode from 'vscode';
import { createProbe } from '../node/sandbox.js';
import { stateBaseFolder } from '../node/stateFolder.js';
import { whyBlocked } from './gate.js';
import { readSettings } from './settings.js';

export interface AutoMode {
  /** Why not; `undefined` where it can, or while nobody knows. */
  whyNot(): string | undefined;
  /** Tries the sandbox, once a process; what is missing is looked for each time. Nothing in an untrusted workspace. */
  look(): Promise<void>;
  hasLooked(): boolean;
}

export function createAutoMode(extensionUri: vscode.Uri, onChange: () => void): AutoMode {
  const probe = createProbe({
    stateBase: stateBaseFolder(process.env, process.platform),
    programFolder: join(extensionUri.fsPath, 'dist'),
    env: process.env,
    isOn: () => readSettings().sandbox,
  });
  let why: string | undefined;
  let hasLooked = false;
  return {
    whyNot: () => why,
    hasLooked: () => hasLooked,
    async look() {
      if (whyBlocked() !== undefined) return;
      hasLooked = true;
      const status = await probe();
      const before = why;
      why = status.works ? undefined : status.why;
      if (why !== before) onChange();
    },
  };
}
