/** Runs the bundled suites in a desktop VS Code, which is downloaded unless an installed copy is named. */
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { downloadAndUnzipVSCode, runTests } from '@vscode/test-electron';
import { settingsFileIn } from '../../scripts/lib/codeServer.mjs';
import { makeProfileFolders } from '../support/vscodeHost/profileFolders.js';
import { listProfileSettings, type HostProfile } from '../support/vscodeHost/profiles.js';
import { countTests, describeTests, readResult, type SuiteResult, type TestResult } from './results.js';
import type { SuiteRun } from './runIntegration.js';

/** @returns the exit code: 0 if every test of every profile passed */
export async function runDesktop(run: SuiteRun): Promise<number> {
  forgetInherited();
  const executable = await findDesktop();
  if (executable === undefined) return 1;
  const all: TestResult[] = [];
  for (const profile of run.profiles) {
    const { tests } = await runProfile(executable, run, profile);
    process.stdout.write(describeTests(`desktop ${profile}`, tests));
    all.push(...tests);
  }
  const { passed, failed } = countTests(all);
  process.stdout.write(`${passed} passed, ${failed} failed\n`);
  return failed === 0 ? 0 : 1;
}

/** The desktop program inherits this process's environment: what decides on keys and hosts must not come along. */
function forgetInherited(): void {
  for (const name of Object.keys(process.env)) {
    const isTestSetting = name.startsWith('VSCODE_TEST_');
    if (/^(VSCODE_|BALEEN_|DEEPSEEK_|ELECTRON_)/.test(name) && !isTestSetting) delete process.env[name];
  }
}

async function findDesktop(): Promise<string | undefined> {
  const installed = process.env['VSCODE_TEST_EXECUTABLE'];
  if (installed) return installed;
  const version = process.env['VSCODE_TEST_VERSION'] ?? 'stable';
  try {
    return await downloadAndUnzipVSCode(version);
  } catch (error) {
    process.stderr.write(
      `Desktop VS Code (${version}) could not be downloaded: ${String(error)}\nNo test was run. Run this where ` +
        'update.code.visualstudio.com can be reached, or set VSCODE_TEST_EXECUTABLE to an installed VS Code.\n',
    );
    process.stdout.write('0 passed, 1 failed\n');
    return undefined;
  }
}

async function runProfile(vscodeExecutablePath: string, run: SuiteRun, profile: HostProfile): Promise<SuiteResult> {
  const { open: folder, made } = await makeProfileFolders(profile);
  const home = await realpath(await mkdtemp(join(tmpdir(), 'baleen-desktop-')));
  const data = join(home, 'data');
  const resultFile = join(home, 'result.json');
  await mkdir(dirname(settingsFileIn(data)), { recursive: true });
  await writeFile(settingsFileIn(data), JSON.stringify(listProfileSettings(profile), undefined, 2));
  try {
    await runTests({
      ...{ vscodeExecutablePath, extensionDevelopmentPath: run.root, extensionTestsPath: run.suites.entry },
      launchArgs: [folder, ...listLaunchArguments(home, data, profile)],
      extensionTestsEnv: {
        HOME: home,
        GIT_CONFIG_NOSYSTEM: '1',
        BALEEN_TEST_PROFILE: profile,
        BALEEN_TEST_FILES: JSON.stringify(run.suites.files[profile] ?? []),
        BALEEN_TEST_RESULTS: resultFile,
      },
    }).catch((error: unknown) => process.stderr.write(`VS Code ended with an error: ${String(error)}\n`));
    return await readResult(resultFile, `the suites of ${profile}`);
  } finally {
    for (const each of made) await rm(each, { recursive: true, force: true });
    await rm(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  }
}

function listLaunchArguments(home: string, data: string, profile: HostProfile): string[] {
  const isRoot = process.platform === 'linux' && process.getuid?.() === 0;
  return [
    ...['--user-data-dir', data, '--extensions-dir', join(home, 'extensions'), '--disable-telemetry', '--skip-welcome'],
    ...(profile === 'restricted' ? [] : ['--disable-workspace-trust']),
    ...(isRoot ? ['--no-sandbox'] : []),
  ];
}
