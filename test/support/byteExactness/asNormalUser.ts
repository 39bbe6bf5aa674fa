/** Makes the edits as a user who is not root, and prints what became of the files; started as root, by the test. */
import { execFileSync } from 'node:child_process';
import { chownSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createBench } from '../../core/tools/bench.js';
import { encodings, lineEnds, tryEdits, type Tried } from './cases.js';

export interface Report {
  uid: number;
  /** Of each encoding, whether it is known for certain. */
  own: { isCertain: boolean; tried: Tried[] }[];
  /** Files of root in a folder of the user's. */
  foreign: { path: string; failed: boolean; text: string; mode: number; uid: number }[];
}

const nobody = 65534;
const foreign: [string, number][] = [
  ['readable', 0o644],
  ['writable', 0o666],
];

const bench = await createBench();
for (const [path, mode] of foreign) bench.write(path, 'value = old\n', mode);
execFileSync('chown', ['-R', `${nobody}:${nobody}`, dirname(bench.root)]);
for (const [path] of foreign) chownSync(join(bench.root, path), 0, 0);
process.chdir('/');
process.setgroups?.([]);
process.setgid?.(nobody);
process.setuid?.(nobody);

const report: Report = { uid: process.getuid?.() ?? -1, own: [], foreign: [] };
for (const encoding of encodings) {
  for (const ends of lineEnds) {
    report.own.push({ isCertain: encoding[3], tried: await tryEdits(bench, encoding, ends) });
  }
}
for (const [path] of foreign) {
  const hunks = [{ old_text: 'value = old', new_text: 'value = new' }];
  // What the file system refuses reaches the model as a failed call.
  const failed = await bench.call('edit_file', { path, hunks }).then(
    (result) => result.failed,
    () => true,
  );
  const file = join(bench.root, path);
  const { mode, uid } = statSync(file);
  report.foreign.push({ path, failed, text: readFileSync(file, 'utf8'), mode: mode & 0o777, uid });
}
await bench.dispose();
process.stdout.write(JSON.stringify(report));
