/** Adds its lines to a file by edits of the product's own: `adder ROOT STATE PATH NAME COUNT`. Others do the same. */
import type * as FsPromises from 'node:fs/promises';
import { createRequire, syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Turn } from '../../../src/core/agent/turn.js';
import { editWork } from '../../../src/core/edits/editWork.js';
import { applyFileEdit, openForEdit } from '../../../src/core/edits/workspaceEdit.js';
import { singleRoot } from '../../../src/core/repository/roots.js';
import type { ToolContext } from '../../../src/core/tools/tool.js';
import { createNodeGit } from '../../../src/node/git.js';
import { createNodeHost } from '../../../src/node/nodeHost.js';
import { openTestJournal } from '../kills/openTestJournal.js';

const [root, stateFolder, path, name, count] = process.argv.slice(2) as [string, string, string, string, string];

// The moment between the last look and the rename, made long enough to be met.
const fs = createRequire(join(root, 'x'))('node:fs/promises') as typeof FsPromises;
const { rename } = fs;
fs.rename = async (from, to) => {
  if (String(to).endsWith(path)) await sleep(5);
  return rename(from, to);
};
syncBuiltinESMExports();

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
const journal = openTestJournal(root, stateFolder);
const checkpoint = await journal.begin({ session: name, title: name });
const packer = { ...editWork, sync: async () => undefined } as unknown as Turn['packer'];
const context: ToolContext = {
  host: createNodeHost({ log: silent, git: createNodeGit() }),
  roots: singleRoot(root),
  turn: { session: name, checkpoint, packer, changed: new Set<string>() } as unknown as Turn,
  call: name,
  signal: new AbortController().signal,
  output: () => undefined,
  inputWait: () => undefined,
};

let refused = 0;
for (let added = 0; added < Number(count);) {
  const opened = await openForEdit(context, path);
  if (!opened.ok) throw new Error(opened.sentence);
  const { file, relative } = opened.source;
  const view = `${file.view}${name} ${added}\n`;
  const changed = await editWork.changeFile(relative, file, { kind: 'view', view });
  if (changed.kind !== 'changed') throw new Error(changed.kind);
  const written = await applyFileEdit(context, opened.source, changed.change.to);
  if (written.ok) added++;
  else if (/has changed since it was read/.test(written.sentence)) refused++;
  else throw new Error(written.sentence);
}
await checkpoint.close();
process.stdout.write(JSON.stringify({ refused }));
