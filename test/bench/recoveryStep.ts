/** One step over a folder as a new process does it, and what it took, as JSON: `recoveryStep recover|restore ROOT STATE`. */
import { chooseFiles, type Journal } from '../../src/core/edits/checkpoint.js';
import { openTestJournal } from '../support/kills/openTestJournal.js';

const [what, root, stateFolder] = process.argv.slice(2) as [string, string, string];

async function restoreNewest(journal: Journal): Promise<void> {
  const [newest] = await journal.list();
  const plan = await journal.plan(newest!.id);
  const { paths } = await journal.restore(plan, chooseFiles(plan));
  if (paths.length !== plan.files.length) throw new Error(`Only ${paths.length} of ${plan.files.length} came back.`);
}

const journal = openTestJournal(root, stateFolder);
const startedAt = performance.now();
const before = process.cpuUsage();
await (what === 'recover' ? journal.recover() : restoreNewest(journal));
const { user, system } = process.cpuUsage(before);
const megabytes = process.resourceUsage().maxRSS / 1024;
process.stdout.write(JSON.stringify({ ms: performance.now() - startedAt, cpuMs: (user + system) / 1000, megabytes }));
