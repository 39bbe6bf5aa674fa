/** Starts the measurement in the extension host of a real VS Code and prints what came out. */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startBrowser } from '../../support/vscodeHost/browser.js';
import { startSimulator, type RecordedRequest, type Turn } from '../../support/simulator/simulator.js';
import { startVscodeServer } from '../../support/vscodeHost/server.js';
import { runInPage } from '../../vscode/runIntegration.js';
import { benchFile } from './benchFile.js';
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
  await writeFile(join(copy, benchFile), Array.from({ length: 200 }, (_, line) => `line ${line}\n`).join(''));
  const browser = await startBrowser();
  // In this process: what it does with a body of megabytes is no part of the measurement.
  const service = await startSimulator({ script: answerAsAsked });
  const server = await startVscodeServer({
    ...{ profile: 'trusted', extensions: 'none', testDriver: true },
    // What blocks the extension host shall be Baleen's.
    settings: { 'git.enabled': false, 'typescript.tsserver.enable': false, 'npm.autoDetect': 'off' },
    env: {
      BALEEN_BENCH_RESULT: resultFile,
      BALEEN_BENCH_KEY: service.key,
      BALEEN_BASE_URL: service.origin,
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
    await service.close();
    await rm(work, { recursive: true, force: true });
  }
}

/** The message names the call that it wants: `call NAME {…}`. A review gets an empty report, anything else a sentence. */
function answerAsAsked({ parsed }: RecordedRequest): Turn {
  const last = parsed.messages.at(-1);
  const text = last?.role === 'user' ? last.text : '';
  if (text.includes('<baleen-turn kind="review')) {
    return { calls: [{ id: `c${parsed.messages.length}`, name: 'report_findings', arguments: '{"findings":[]}' }] };
  }
  const [, name, json] = /^call (\w+) (\{.*\})$/m.exec(text) ?? [];
  if (name === undefined || json === undefined) return { text: 'An answer.' };
  return { calls: [{ id: `c${parsed.messages.length}`, name, arguments: json }] };
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
