// Opens a hostile repository in Restricted Mode, beside Baleen and beside an extension that does nothing, and compares
// what both hosts did: node test/vscode/hostile.mjs. Ends with the line "N passed, N failed".
import { ensureTools } from '../../scripts/installTools.mjs';
import { bundleSuites, loadRunner, ROOT } from './bundle.mjs';

try {
  await ensureTools();
  const suites = await bundleSuites(['hostile']);
  const { runHostile } = await loadRunner('runHostile.ts');
  process.exitCode = await runHostile({ root: process.env.BALEEN_TEST_EXTENSION ?? ROOT, suites });
} catch (error) {
  process.stderr.write(`${error.stack ?? error}\n`);
  process.stdout.write('0 passed, 1 failed\n');
  process.exitCode = 1;
}
