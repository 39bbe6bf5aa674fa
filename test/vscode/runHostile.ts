/** TRU-01: a hostile repository, open for 60 s in Restricted Mode; what Baleen's host does beyond what a bare one does. */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { openSinkhole } from '../support/sinkhole.js';
import { makeHostileRepository } from '../support/hostileRepository.js';
import { startBrowser } from '../support/vscodeHost/browser.js';
import { startVscodeServer } from '../support/vscodeHost/server.js';
import { countTests, describeTests, readResult, type TestResult } from './results.js';
import { runInPage } from './runIntegration.js';
import { readDeeds, tracedCalls } from './traces.js';

export interface HostileRun {
  /** The extension under development. */
  root: string;
  suites: { entry: string; files: Record<string, string[]> };
}

interface HostRun {
  tests: TestResult[];
  /** What the server and everything that it started did. */
  deeds: Set<string>;
  sentinels: string[];
}

const MOST_BARE_HOSTS = 5;

/** @returns the exit code: 0 if both hosts' tests passed and Baleen's did nothing of its own */
export async function runHostile(run: HostileRun): Promise<number> {
  const work = await mkdtemp(join(tmpdir(), 'baleen-hostile-'));
  const sinkhole = await openSinkhole();
  const browser = await startBrowser();
  try {
    const bare = await makeBareExtension(join(work, 'bare'));
    const parts = { browser, run, work, sinkhole: sinkhole.url };
    const watchBare = (): Promise<HostRun> => watchHost({ ...parts, root: bare, beside: 'nothing' });
    const [ours, first] = await Promise.all([watchHost({ ...parts, root: run.root, beside: 'baleen' }), watchBare()]);
    // VS Code itself does some things only now and then: what any host does without Baleen is not Baleen's.
    const without = [first];
    while (listMore(ours, without).length > 0 && without.length < MOST_BARE_HOSTS) without.push(await watchBare());
    const hosts = [ours, ...without];
    const tests = [...hosts.flatMap((host) => host.tests), ...compare(ours, without, sinkhole.hits())];
    process.stdout.write(describeTests('hostile', tests));
    const { passed, failed } = countTests(tests);
    process.stdout.write(`${passed} passed, ${failed} failed\n`);
    return failed === 0 ? 0 : 1;
  } finally {
    await browser.close();
    await sinkhole.close();
    await rm(work, { recursive: true, force: true });
  }
}

function listMore(ours: HostRun, without: HostRun[]): string[] {
  return [...ours.deeds].filter((deed) => !without.some((host) => host.deeds.has(deed))).sort();
}

function compare(ours: HostRun, without: HostRun[], hits: number): TestResult[] {
  const more = listMore(ours, without);
  const left = [ours, ...without].flatMap((host) => host.sentinels).filter((path) => existsSync(path));
  const isNearlyEmpty = without.some((host) => host.deeds.size < 20);
  return [
    judge('TRU-01: under strace the host with Baleen does nothing that the bare one does not', more.join('\n')),
    judge('TRU-01: the traces have seen what the hosts did', isNearlyEmpty ? 'they are nearly empty' : ''),
    judge('TRU-01: nothing of the repository ran', left.join('\n')),
    judge('TRU-01: nothing reached where the repository points', hits === 0 ? '' : `${hits} connections`),
  ];
}

function judge(title: string, why: string): TestResult {
  return { title, outcome: why === '' ? 'passed' : 'failed', ms: 0, ...(why === '' ? {} : { why }) };
}

interface HostParts {
  browser: Browser;
  run: HostileRun;
  work: string;
  sinkhole: string;
  root: string;
  beside: 'baleen' | 'nothing';
}

async function watchHost({ browser, run, work, sinkhole, root, beside }: HostParts): Promise<HostRun> {
  const { folder, sentinels } = await makeHostileRepository(sinkhole);
  const own = await mkdtemp(join(work, `${beside}-`));
  const trace = join(own, 'trace');
  const resultFile = join(own, 'result.json');
  const calls = tracedCalls.join(',');
  const server = await startVscodeServer({
    ...{ profile: 'restricted', extensions: 'none', testDriver: true },
    under: [
      'strace',
      '-f',
      '-qq',
      '--seccomp-bpf',
      '-s',
      '512',
      '-o',
      trace,
      '-e',
      `trace=${calls}`,
      '-e',
      'signal=none',
    ],
    env: {
      BALEEN_TEST_PROFILE: 'restricted',
      BALEEN_TEST_BESIDE: beside,
      BALEEN_TEST_FILES: JSON.stringify(run.suites.files['hostile'] ?? []),
      BALEEN_TEST_RESULTS: resultFile,
    },
  });
  const { home, port } = server;
  try {
    await runInPage({ browser, server, folder, root, entry: run.suites.entry });
    const { tests } = await readResult(resultFile, `the suite beside ${beside}`);
    await server.stop();
    const places: [string, string][] = [
      [resultFile, 'RESULT'],
      [folder, 'REPOSITORY'],
      [root, 'EXTENSION'],
      [home, 'HOME'],
      [work, 'WORK'],
    ];
    return { tests, sentinels, deeds: await readDeeds(trace, { places, port }) };
  } finally {
    await server.stop();
    if (process.env['BALEEN_KEEP_TRACES'] === undefined) await rm(folder, { recursive: true, force: true });
  }
}

/** Same activation, and no code that does anything. */
async function makeBareExtension(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const manifest = {
    ...{ name: 'bare', publisher: 'test', version: '0.0.1', engines: { vscode: '^1.100.0' }, main: './main.cjs' },
    ...{ activationEvents: ['onStartupFinished'], capabilities: { untrustedWorkspaces: { supported: true } } },
  };
  await writeFile(join(folder, 'package.json'), JSON.stringify(manifest));
  await writeFile(join(folder, 'main.cjs'), 'exports.activate = () => undefined;\n');
  return folder;
}
