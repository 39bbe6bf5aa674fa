/** What stands in the editor's tabs when a snapshot is made goes first where not everything has room. */
import { rmSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import type { OpenDocuments } from '../../../src/core/host.js';
import { startSession } from '../../../src/core/session/session.js';
import { noDocuments } from '../../../src/node/nodeHost.js';
import { makeSmallRepository } from '../../support/smallRepository.js';
import { openSimulatedWorkspace, type SimulatedWorkspace } from '../../support/workspace.js';

let workspace: SimulatedWorkspace;
let folder: string;
afterEach(async () => {
  await workspace.close();
  rmSync(folder, { recursive: true, force: true });
});

test('the snapshot shows the open file whole, and stays as it is when others are opened', async () => {
  const names = Array.from({ length: 20 }, (_, n) => `f${n}/text.txt`);
  folder = await makeSmallRepository(
    Object.fromEntries(names.map((name) => [name, `some words of ${name}\n`.repeat(40)])),
  );
  let open = ['f13/text.txt'];
  const documents: OpenDocuments = {
    ...noDocuments,
    listOpen: () => open,
  };
  workspace = await openSimulatedWorkspace(folder, [], { documents, budgetTokens: 1_000 });
  const start = (renew = false) =>
    startSession(workspace.parts, workspace.settings, 'chat', () => undefined, new AbortController().signal, { renew });
  const whole = async (): Promise<string[]> =>
    (await workspace.parts.packer.report()).files.flatMap(({ path, as }) => (as === 'full' ? [path] : []));

  await start();
  expect(await whole()).toContain('f13/text.txt');
  open = ['f17/text.txt'];
  expect((await start()).pack.reused).toBe(true);
  expect(await whole()).not.toContain('f17/text.txt');
  await start(true);
  expect(await whole()).toContain('f17/text.txt');
});
