/** What is killed: `victim SCENARIO ROOT STATE [CHECKPOINT or PATH]`. */
import { writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { chooseFiles } from '../../../src/core/edits/checkpoint.js';
import { createSessionLog } from '../../../src/core/session/log.js';
import { createNodeFiles } from '../../../src/node/files.js';
import { openTestJournal } from './openTestJournal.js';
import { changesOfTurn, historyRecords, type Change } from './turns.js';

const [scenario, root, stateFolder, given] = process.argv.slice(2) as [string, string, string, string?];
const files = createNodeFiles();
const journal = openTestJournal(root, stateFolder);

async function edit(changes: readonly Change[]): Promise<void> {
  const open = await journal.begin({ session: 's', title: scenario });
  for (const { path, text } of changes) {
    const absolute = join(root, path);
    const bytes = text === undefined ? undefined : Buffer.from(text);
    await open.before(path, bytes ?? 'missing');
    if (bytes === undefined) await files.remove(absolute, root);
    else {
      await files.makeFolder(dirname(absolute), 0o777, root);
      await files.replace(absolute, bytes, undefined, root);
    }
    await open.after(path);
  }
  await open.close();
}

async function append(): Promise<void> {
  const log = createSessionLog(files, join(stateFolder, 'session.jsonl'), () => undefined);
  for (const [index, record] of historyRecords.entries()) {
    await log.append(record);
    writeSync(1, `${index}\n`);
  }
}

/** Of a window that dies right after an edit of what was typed there. */
async function editUnsaved(path: string): Promise<void> {
  const open = await journal.begin({ session: 's', title: scenario });
  const textOf = (text: string): { text: string; saved: Uint8Array } => ({ text, saved: Buffer.from(text) });
  await open.beforeBuffer(path, textOf('typed and not saved\n'), textOf('typed, not saved, and edited\n'));
  await open.afterBuffer(path);
  process.kill(process.pid, 'SIGKILL');
}

if (scenario === 'history') await append();
else if (scenario === 'unsaved') await editUnsaved(given!);
else if (scenario === 'restore') {
  const plan = await journal.plan(given!);
  await journal.restore(plan, chooseFiles(plan));
} else if (scenario === 'linked') await edit(changesOfTurn(1));
else await edit(scenario === 'single' ? changesOfTurn(2).slice(1) : changesOfTurn(20));
