/** Runs the bundled suites in the extension host of a real VS Code server, one server and one page a profile. */
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { openFreshPage, startBrowser } from '../support/vscodeHost/browser.js';
import { makeProfileFolders } from '../support/vscodeHost/profileFolders.js';
import type { HostProfile } from '../support/vscodeHost/profiles.js';
import { startVscodeServer, type VscodeServer } from '../support/vscodeHost/server.js';
import { countTests, describeTests, readResult, type SuiteResult, type TestResult } from './results.js';

export interface SuiteRun {
  /** The extension under development. */
  root: string;
  profiles: HostProfile[];
  suites: { entry: string; files: Record<string, string[]> };
}

/** How long one profile may take before it is given up. */
const PROFILE_TIMEOUT_MS = 1_800_000;

/** @returns the exit code: 0 if every test of every profile passed */
export async function runIntegration(run: SuiteRun): Promise<number> {
  if (!existsSync(join(run.root, 'package.json'))) throw new Error(`There is no extension in ${run.root}.`);
  const browser = await startBrowser();
  const all: TestResult[] = [];
  try {
    for (const profile of run.profiles) {
      const { tests } = await runProfile(browser, run, profile);
      process.stdout.write(describeTests(profile, tests));
      all.push(...tests);
    }
  } finally {
    await browser.close();
  }
  const { passed, failed } = countTests(all);
  process.stdout.write(`${passed} passed, ${failed} failed\n`);
  return failed === 0 ? 0 : 1;
}

async function runProfile(browser: Browser, run: SuiteRun, profile: HostProfile): Promise<SuiteResult> {
  const { open: folder, made } = await makeProfileFolders(profile);
  const results = await mkdtemp(join(tmpdir(), 'baleen-results-'));
  const resultFile = join(results, 'result.json');
  const server = await startVscodeServer({
    ...{ profile, extensions: 'none', testDriver: true },
    env: {
      BALEEN_TEST_PROFILE: profile,
      BALEEN_TEST_FILES: JSON.stringify(run.suites.files[profile] ?? []),
      BALEEN_TEST_RESULTS: resultFile,
    },
  });
  try {
    const exitCode = await runInPage({ browser, server, folder, root: run.root, entry: run.suites.entry });
    const result = await readResult(resultFile, `the suites of ${profile}`);
    const allPassed = result.tests.every((test) => test.outcome === 'passed');
    if (allPassed && exitCode !== 0) {
      result.tests.push({ title: 'the extension host', outcome: 'failed', ms: 0, why: `It ended with ${exitCode}.` });
    }
    if (result.tests.some((test) => test.outcome !== 'passed')) {
      process.stderr.write(`The last lines of the server (${profile}):\n${await server.readLogTail()}\n`);
    }
    return result;
  } finally {
    await server.stop();
    for (const each of made) await rm(each, { recursive: true, force: true });
    await rm(results, { recursive: true, force: true });
  }
}

export interface PageRun {
  browser: Browser;
  server: VscodeServer;
  folder: string;
  root: string;
  entry: string;
}

/** The workbench itself says when the extension host with the tests has ended. 124 after the timeout. */
export async function runInPage({ browser, server, folder, root, entry }: PageRun): Promise<number> {
  const page = await openFreshPage(browser);
  let timer: NodeJS.Timeout | undefined;
  try {
    const ended = new Promise<number>((resolve, reject) => {
      page.on('crash', () => reject(new Error('The page crashed.')));
      timer = setTimeout(() => resolve(124), PROFILE_TIMEOUT_MS);
      page.exposeFunction('codeAutomationExit', (code: number) => resolve(code)).catch(reject);
    });
    if (process.env['BALEEN_TEST_VERBOSE']) {
      await page.exposeFunction('codeAutomationLog', (type: string, args: unknown[]) => {
        process.stderr.write(`${type}: ${args.map(String).join(' ')}\n`);
      });
    }
    await page.goto(
      server.pageAddress(folder, [
        ['extensionDevelopmentPath', server.remoteUri(root)],
        ['extensionTestsPath', server.remoteUri(entry)],
      ]),
    );
    return await ended;
  } finally {
    clearTimeout(timer);
    await page.context().close();
  }
}
