// Starts code-server (a real VS Code server and its Node extension host) and ends it with everything that it started.
import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { closeSync, openSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { endGroup, runQuietly } from './processes.mjs';

const TETHER = fileURLToPath(new URL('tether.mjs', import.meta.url));
const START_TIMEOUT_MS = 120_000;
const POLL_MS = 50;
const LOG_TAIL_LINES = 60;
/** Printed at each start, since nothing native is compiled; it only means that VS Code writes no log files of its own. */
const LOGGER_COMPLAINT = /^.*Could not locate the bindings file\. Tried:\n(?:[ \t]+.*\n)*/gm;

/**
 * Settings that both the tests and `npm start` want: nothing is reported, fetched or advertised.
 */
export const QUIET_SETTINGS = {
  'telemetry.telemetryLevel': 'off',
  'workbench.enableExperiments': false,
  'extensions.autoUpdate': false,
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'update.mode': 'none',
  'workbench.tips.enabled': false,
  'workbench.startupEditor': 'none',
  'chat.commandCenter.enabled': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
};

/**
 * @param {object} options
 * @param {{ node: string, codeServer: string }} options.host
 * @param {string} options.configFile   holds the password, if any
 * @param {'none' | 'password'} options.auth
 * @param {number} options.port
 * @param {string} options.dataFolder   settings stand in its User/settings.json
 * @param {string} options.extensionsFolder
 * @param {string} options.logFile      what the server prints goes here
 * @param {NodeJS.ProcessEnv} options.env  the whole environment; it reaches the extension host
 * @param {boolean} [options.trustEverything]
 * @param {string[]} [options.under]  a program with its arguments that starts the server, for instance `strace`
 * @param {boolean} [options.testDriver]   lets the address name an extension under development and its tests
 * @returns a running server; `ended` resolves when its process has ended for whatever reason
 */
export async function startCodeServer(options) {
  await mkdir(options.extensionsFolder, { recursive: true });
  const logHandle = openSync(options.logFile, 'w', 0o600);
  const command = [...(options.under ?? []), options.host.node, options.host.codeServer, ...listArguments(options)];
  const child = spawn(process.execPath, [TETHER, ...command], {
    env: options.env,
    stdio: ['pipe', logHandle, logHandle],
    detached: true,
  });
  closeSync(logHandle);
  const ended = new Promise((resolve) => {
    child.once('error', resolve);
    child.once('exit', resolve);
  });
  const address = `http://127.0.0.1:${options.port}`;
  const readLogTail = async () => {
    const lines = (await readFile(options.logFile, 'utf8')).replaceAll(LOGGER_COMPLAINT, '').trimEnd().split('\n');
    return lines.slice(-LOG_TAIL_LINES).join('\n');
  };
  try {
    await waitUntilHealthy(address, ended);
  } catch (error) {
    await endGroup(child);
    throw new Error(`VS Code in the browser did not start: ${error.message}\n${await readLogTail()}`, { cause: error });
  }
  return { address, port: options.port, pid: child.pid, ended, stop: () => endGroup(child), readLogTail };
}

function listArguments(options) {
  return [
    ...['--config', options.configFile, '--auth', options.auth, '--bind-addr', `127.0.0.1:${options.port}`],
    ...['--user-data-dir', options.dataFolder, '--extensions-dir', options.extensionsFolder],
    ...['--disable-telemetry', '--disable-update-check', '--disable-getting-started-override', '--disable-proxy', '-e'],
    ...(options.trustEverything ? ['--disable-workspace-trust'] : []),
    ...(options.testDriver ? ['--vscode-option', 'enable-smoke-test-driver'] : []),
  ];
}

async function waitUntilHealthy(address, ended) {
  let over;
  void ended.then((why) => (over = new Error(why instanceof Error ? why.message : `it ended with exit code ${why}.`)));
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (Date.now() < deadline) {
    if (over) throw over;
    if (await isHealthy(address)) return;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  throw new Error(`no answer within ${START_TIMEOUT_MS / 1000} s.`);
}

async function isHealthy(address) {
  try {
    return (await fetch(`${address}/healthz`)).ok;
  } catch {
    return false;
  }
}

/** Installs a VSIX into a folder of extensions that a server is then started with. */
export async function installVsix({ host, vsixFile, dataFolder, extensionsFolder, configFile, env }) {
  const folders = ['--config', configFile, '--user-data-dir', dataFolder, '--extensions-dir', extensionsFolder];
  await mkdir(extensionsFolder, { recursive: true });
  await runQuietly(host.node, [host.codeServer, ...folders, '--force', '--install-extension', vsixFile], { env });
}

/**
 * A free TCP port on the loopback interface: the preferred one if it is free, otherwise any of those that no system gives
 * to outgoing connections, so that nobody takes it between this look and the server's start.
 */
export async function findFreePort(preferred = 0) {
  const candidates = [preferred, ...Array.from({ length: 50 }, () => randomInt(20_000, 32_000))].filter(Boolean);
  for (const port of candidates) if (await isFree(port)) return port;
  throw new Error('No free port was found between 20000 and 32000.');
}

function isFree(port) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

/** The settings file of a server's data folder; the server reads it when a page opens. */
export const settingsFileIn = (dataFolder) => join(dataFolder, 'User', 'settings.json');
