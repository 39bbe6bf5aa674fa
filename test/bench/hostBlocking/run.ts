/** Starts the measurement in the extension host of a real VS Code and prints what came out. */
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startBrowser } from '../../support/vscodeHost/browser.js';
import { startVscodeServer } from '../../support/vscodeHost/server.js';
import { runInPage } from '../../vscode/runIntegration.js';
import type { BenchResult } from './actions.js';

export interface BenchRun {
  /** The extension under development. */
  root: string;
  folder: string;
  entry: string;
}

/** @returns the exit code: 0 if the measurement came to its end */
export async function runBench({ root, folder, entry }: BenchRun): Promise<number> {
  const work = await mkdtemp(join(tmpdir(), 'baleen-bench-'));
  const copy = join(work, 'folder');
  const resultFile = join(work, 'result.json');
  await cp(folder, copy, { recursive: true, verbatimSymlinks: true });
  const browser = await startBrowser();
  const server = await startVscodeServer({
    ...{ profile: 'trusted', extensions: 'none', testDriver: true },
    // What blocks the extension host shall be Baleen's.
    settings: { 'git.enabled': false, 'typescript.tsserver.enable': false, 'npm.autoDetect': 'off' },
    env: {
      BALEEN_BENCH_RESULT: resultFile,
      BALEEN_BENCH_PROFILE: process.env['BALEEN_BENCH_PROFILE'] ?? '',
      BALEEN_BENCH_VERBOSE: process.env['BALEEN_BENCH_VERBOSE'] ?? '',
    },
  });
  try {
    await runInPage({ browser, server, folder: copy, root, entry });
    print(JSON.parse(await readFile(resultFile, 'utf8')) as BenchResult);
    return 0;
  } catch (error) {
    process.stderr.write(`${String(error)}\n${await server.readLogTail()}\n`);
    return 1;
  } finally {
    await browser.close();
    await server.stop();
    await rm(work, { recursive: true, force: true });
  }
}

function print({ activation, actions }: BenchResult): void {
  const lines = Object.entries(activation).map(([name, ms]) => `${name.padEnd(34)} ${ms.toFixed(1).padStart(8)} ms`);
  lines.push('', `${'action'.padEnd(34)} ${'took'.padStart(8)}  longest blocks: ms of CPU (of wall)`);
  for (const { name, ms, blocks } of actions) {
    const longest = blocks.map(({ wallMs, cpuMs }) => `${cpuMs.toFixed(0)} (${wallMs.toFixed(0)})`).join(', ');
    lines.push(`${name.padEnd(34)} ${ms.toFixed(0).padStart(8)}  ${longest}`);
  }
  process.stdout.write(`${lines.join('\n')}\n`);
}
