// Runs the same suites in a desktop VS Code: node test/vscode/desktop.mjs [PROFILE…]
// VSCODE_TEST_VERSION names a version ("stable", "insiders", "1.106.0"); VSCODE_TEST_EXECUTABLE an installed copy.
import { bundleSuites, loadRunner, ROOT } from './bundle.mjs';

const profiles = process.argv.length > 2 ? process.argv.slice(2) : ['trusted', 'restricted', 'watcher', 'roots'];
try {
  const suites = await bundleSuites(profiles);
  const { runDesktop } = await loadRunner('runDesktop.ts');
  process.exitCode = await runDesktop({ root: process.env.BALEEN_TEST_EXTENSION ?? ROOT, profiles, suites });
} catch (error) {
  process.stderr.write(`${error.stack ?? error}\n`);
  process.stdout.write('0 passed, 1 failed\n');
  process.exitCode = 1;
}
