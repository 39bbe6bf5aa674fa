// Runs the integration suites inside the extension host of a real VS Code server: node test/vscode/run.mjs [PROFILE…]
// The extension is the repository itself, so dist/ must be built. Ends with the line "N passed, N failed".
import { bundleSuites, loadRunner, ROOT } from './bundle.mjs';

const profiles = process.argv.length > 2 ? process.argv.slice(2) : ['trusted', 'restricted', 'watcher', 'roots'];
try {
  const suites = await bundleSuites(profiles);
  const { runIntegration } = await loadRunner('runIntegration.ts');
  process.exitCode = await runIntegration({ root: process.env.BALEEN_TEST_EXTENSION ?? ROOT, profiles, suites });
} catch (error) {
  process.stderr.write(`${error.stack ?? error}\n`);
  process.stdout.write('0 passed, 1 failed\n');
  process.exitCode = 1;
}
