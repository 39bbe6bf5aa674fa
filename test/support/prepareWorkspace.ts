import { rmSync } from 'node:fs';
import { afterEach, beforeEach } from 'vitest';
import { makeSmallRepository } from './smallRepository.js';
import { openSimulatedWorkspace, type SimulatedWorkspace } from './workspace.js';

type Script = Parameters<typeof openSimulatedWorkspace>[1];
type Options = Parameters<typeof openSimulatedWorkspace>[2];

export interface PreparedWorkspace {
  /** The repository of the running test. */
  readonly folder: string;
  /** What the running test opened last. */
  readonly workspace: SimulatedWorkspace;
  open: (script: Script, options?: Options) => Promise<SimulatedWorkspace>;
}

/** For a test file: each test has a small repository, and may open it; folder and workspaces are gone after the test. */
export function prepareWorkspace(files?: Record<string, string>): PreparedWorkspace {
  let folder = '';
  let opened: SimulatedWorkspace[] = [];

  beforeEach(async () => {
    folder = await makeSmallRepository(files);
  });

  afterEach(async () => {
    for (const workspace of opened) await workspace.close();
    opened = [];
    rmSync(folder, { recursive: true, force: true });
  });

  return {
    get folder() {
      return folder;
    },
    get workspace() {
      const last = opened.at(-1);
      if (last === undefined) throw new Error('The test has opened no workspace.');
      return last;
    },
    async open(script, options) {
      const workspace = await openSimulatedWorkspace(folder, script, options);
      opened.push(workspace);
      return workspace;
    },
  };
}
