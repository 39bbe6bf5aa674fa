// `node test/bench/hostBlocking.mjs FOLDER`: the longest blocks of the extension host, action by action, in a real VS
// Code with the folder open. Build first (`npm run build`). The folder is copied; nothing in it is changed.
// BALEEN_BENCH_PROFILE=FILE writes a CPU profile of the extension host's thread.
import { join, resolve } from 'node:path';
import { bundleEntry, loadRunner, ROOT } from '../vscode/bundle.mjs';

const HERE = import.meta.dirname;
const folder = process.argv[2];
if (folder === undefined) {
  process.stderr.write('Name a folder: node test/bench/hostBlocking.mjs FOLDER\n');
  process.exit(2);
}
const entry = await bundleEntry(join(HERE, 'hostBlocking', 'actions.ts'));
const { runBench } = await loadRunner(join(HERE, 'hostBlocking', 'run.ts'));
process.exitCode = await runBench({ root: process.env.BALEEN_TEST_EXTENSION ?? ROOT, folder: resolve(folder), entry });
