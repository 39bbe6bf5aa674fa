// npm start [-- FOLDER] [--desktop]: builds Baleen, shows what a folder's pack holds, and opens VS Code with Baleen on it.
// If BALEEN_VSIX names a package, that one is used and nothing is built.
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureHost } from './installHost.mjs';
import { QUIET_SETTINGS, findFreePort, installVsix, settingsFileIn, startCodeServer } from './lib/codeServer.mjs';
import { runQuietly, runShown } from './lib/processes.mjs';
import { BadUsage, HELP, parseStartArguments } from './lib/startArguments.mjs';
import { listEditorEnvironment, readKey } from './lib/startEnvironment.mjs';

const REPOSITORY = join(dirname(fileURLToPath(import.meta.url)), '..');
const VSIX = join(REPOSITORY, 'dist', 'baleen.vsix');
/** Builds dist/ and packages it. */
const PACKAGE_COMMAND = ['npm', 'run', '--silent', 'package'];
/** The command line says on stderr what the pack holds and costs; the pack itself goes to a file that is removed. */
const listPackArguments = (folder, packFile) => ['pack', folder, '--output', packFile];
const PREFERRED_PORT = 8090;
const FIRST_SETTINGS = {
  ...QUIET_SETTINGS,
  'security.workspace.trust.enabled': true,
  'security.workspace.trust.startupPrompt': 'once',
};

const say = (line) => void process.stdout.write(`${line}\n`);

try {
  process.exitCode = await start(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error.message}\n${error instanceof BadUsage ? `\n${HELP}` : ''}`);
  process.exitCode = error instanceof BadUsage ? 2 : 1;
}

async function start(argv) {
  const from = process.env.INIT_CWD ?? process.cwd();
  const { help, desktop, folder } = parseStartArguments(argv, { from, repository: REPOSITORY });
  if (help) {
    process.stdout.write(HELP);
    return 0;
  }
  const vsixFile = await packageExtension();
  const stopping = listenForStop();
  const temporary = await mkdtemp(join(tmpdir(), 'baleen-start-'));
  try {
    const packed = await showPack(folder, temporary);
    if (packed !== 0) return packed;
    return desktop
      ? await openDesktop(folder, vsixFile)
      : await openBrowserEditor({ folder, vsixFile, temporary, stopping });
  } finally {
    await rm(temporary, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  }
}

async function packageExtension() {
  if (process.env.BALEEN_VSIX) return process.env.BALEEN_VSIX;
  if (!existsSync(join(REPOSITORY, 'node_modules')))
    throw new Error('Nothing is installed yet. Run this first: npm ci');
  say('Building Baleen …');
  const [program, ...args] = PACKAGE_COMMAND;
  await runQuietly(program, args, { cwd: REPOSITORY, env: withoutKey(process.env) });
  return VSIX;
}

async function showPack(folder, temporary) {
  const cli = join(REPOSITORY, 'dist', 'cli.cjs');
  const args = [cli, ...listPackArguments(folder, join(temporary, 'pack.txt'))];
  say(`Packing ${folder} …`);
  return runShown(process.execPath, args, { env: withoutKey(process.env) });
}

async function openDesktop(folder, vsixFile) {
  const code = findOnPath('code');
  if (!code) {
    throw new Error(
      'There is no `code` on the PATH. Install it from VS Code with "Shell Command: Install \'code\' command in PATH", ' +
        'or run npm start without --desktop to use VS Code in the browser.',
    );
  }
  const env = listEditorEnvironment(process.env);
  await runQuietly(code, ['--install-extension', vsixFile, '--force'], { env });
  say(`Installed Baleen into the VS Code of ${code}.`);
  await runQuietly(code, [folder], { env });
  say(
    `Opened ${folder} there. Baleen's icon is in the activity bar; set a key in its side bar, or rehearse without one.`,
  );
  return 0;
}

/** @returns {Promise<number>} the exit code, when the user has stopped it or the server has ended */
async function openBrowserEditor({ folder, vsixFile, temporary, stopping }) {
  const host = await ensureHost();
  const password = randomBytes(18).toString('base64url');
  const places = {
    configFile: join(temporary, 'config.yaml'),
    extensionsFolder: join(temporary, 'extensions'),
    dataFolder: join(homedir(), '.cache', 'baleen', 'editor'),
  };
  await writePrivately(places.configFile, `cert: false\npassword: ${JSON.stringify(password)}\n`);
  await writeFirstSettings(places.dataFolder);
  const env = listEditorEnvironment(process.env);
  await installVsix({ host, vsixFile, ...places, env });
  if (stopping.asked) return 0;
  const key = readKey(process.env);
  const server = await startCodeServer({
    ...{ host, ...places, auth: 'password', port: await findFreePort(PREFERRED_PORT) },
    logFile: join(temporary, 'server.log'),
    env: { ...env, ...(await handOverKey(key, temporary)) },
  });
  try {
    announce({ address: server.address, folder, password, key });
    const unexpected = await Promise.race([stopping.whenAsked, server.ended.then(() => true)]);
    if (unexpected !== true) return 0;
    process.stderr.write(`VS Code ended by itself. The last lines that it printed:\n${await server.readLogTail()}\n`);
    return 1;
  } finally {
    await server.stop();
    say('Stopped.');
  }
}

/** The key goes into a file that Baleen reads once and deletes, never into the server's environment. */
async function handOverKey(key, temporary) {
  if (key === undefined) return { BALEEN_REHEARSAL: '1' };
  const keyFile = join(temporary, 'key');
  await writePrivately(keyFile, key);
  return { BALEEN_KEY_FILE: keyFile };
}

function announce({ address, folder, password, key }) {
  const page = new URL(address);
  page.searchParams.set('folder', folder);
  const answers = key
    ? 'the real model, with the key from DEEPSEEK_API_KEY'
    : 'the rehearsal, a small built-in stand-in, because DEEPSEEK_API_KEY is not set; nothing is sent';
  say('');
  say(`  VS Code with Baleen   ${page.href}`);
  say(`  Password, shown once  ${password}`);
  say(`  Answers come from     ${answers}`);
  say('  Stop                  Ctrl+C');
  say('');
}

/** The user's own later changes stay. */
async function writeFirstSettings(dataFolder) {
  const file = settingsFileIn(dataFolder);
  if (existsSync(file)) return;
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `${JSON.stringify(FIRST_SETTINGS, undefined, 2)}\n`);
}

function writePrivately(file, text) {
  return writeFile(file, text, { mode: 0o600, flag: 'wx' });
}

function withoutKey(env) {
  const { DEEPSEEK_API_KEY: _key, ...rest } = env;
  return rest;
}

function findOnPath(name) {
  const names = process.platform === 'win32' ? [`${name}.cmd`, `${name}.exe`] : [name];
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  return folders.flatMap((folder) => names.map((each) => join(folder, each))).find((path) => existsSync(path));
}

/** From here on a signal asks for an orderly end instead of ending this process, so that nothing stays behind. */
function listenForStop() {
  const stopping = { asked: false };
  stopping.whenAsked = new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
      process.on(signal, () => {
        stopping.asked = true;
        resolve();
      });
    }
  });
  return stopping;
}
