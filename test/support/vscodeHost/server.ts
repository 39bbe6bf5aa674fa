/** A real VS Code server with its own home, settings and extensions, for one test or one suite. */
import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ensureHost } from '../../../scripts/installHost.mjs';
import { findFreePort, installVsix, settingsFileIn, startCodeServer } from '../../../scripts/lib/codeServer.mjs';
import { listProfileSettings, type HostProfile } from './profiles.js';

export interface VscodeServerOptions {
  profile: HostProfile;
  /** `vsix` installs `vsixFile` as a user would; `none` is for an extension under development. */
  extensions: 'vsix' | 'none';
  vsixFile?: string;
  /** Reaches the extension host. Nothing else of this process's environment does but PATH and the like. */
  env?: Record<string, string>;
  /** User settings on top of the profile's. */
  settings?: Record<string, unknown>;
  /** Lets a page name an extension under development and its tests; quietens notifications, so not for end-to-end tests. */
  testDriver?: boolean;
  /** A program with its arguments that starts the server, for instance one that traces it. */
  under?: string[];
}

export interface VscodeServer {
  /** For instance "http://127.0.0.1:41231". */
  address: string;
  port: number;
  /** HOME of the server and of everything that it starts; removed at the end. */
  home: string;
  env: Record<string, string>;
  hasExtension: boolean;
  /** The address of a page with this folder open, or the workspace of a `.code-workspace` file. */
  pageAddress: (folder: string, payload?: [name: string, value: string][]) => string;
  /** A path of this machine as the page names it in a payload. */
  remoteUri: (path: string) => string;
  /** Changes user settings; VS Code takes them over by itself. */
  changeSettings: (settings: Record<string, unknown>) => Promise<void>;
  /** The last lines that the server printed. */
  readLogTail: () => Promise<string>;
  stop: () => Promise<void>;
}

/** What a test may inherit. Keys, proxies and what an outer VS Code set are not among it. */
const INHERITED = ['PATH', 'LANG', 'LC_ALL', 'LC_CTYPE', 'TZ', 'SHELL', 'USER', 'LOGNAME', 'CI', 'NODE_V8_COVERAGE'];

export async function startVscodeServer(options: VscodeServerOptions): Promise<VscodeServer> {
  const host = await ensureHost();
  const home = await realpath(await mkdtemp(join(tmpdir(), 'baleen-vscode-')));
  try {
    const places = {
      configFile: join(home, 'config.yaml'),
      dataFolder: join(home, 'data'),
      extensionsFolder: join(home, 'extensions'),
      env: listServerEnv(home, options.env),
    };
    const settings = { ...listProfileSettings(options.profile), ...options.settings };
    await writeFile(places.configFile, 'cert: false\n');
    await writeSettings(places.dataFolder, settings);
    if (options.extensions === 'vsix') {
      if (options.vsixFile === undefined) throw new Error('`extensions: "vsix"` needs a `vsixFile`.');
      await installVsix({ host, vsixFile: options.vsixFile, ...places });
    }
    const server = await startCodeServer({
      ...{ host, ...places, auth: 'none', port: await findFreePort(), logFile: join(home, 'server.log') },
      trustEverything: options.profile !== 'restricted',
      testDriver: options.testDriver ?? false,
      ...(options.under === undefined ? {} : { under: options.under }),
    });
    return describeServer({ server, home, ...places, hasExtension: options.extensions === 'vsix' });
  } catch (error) {
    await removeFolder(home);
    throw error;
  }
}

function describeServer(running: {
  server: Awaited<ReturnType<typeof startCodeServer>>;
  home: string;
  dataFolder: string;
  env: Record<string, string>;
  hasExtension: boolean;
}): VscodeServer {
  const { server, home, dataFolder, env, hasExtension } = running;
  return {
    ...{ address: server.address, port: server.port, home, env, hasExtension, readLogTail: server.readLogTail },
    pageAddress(folder, payload) {
      const url = new URL(server.address);
      url.searchParams.set(folder.endsWith('.code-workspace') ? 'workspace' : 'folder', folder);
      if (payload) url.searchParams.set('payload', JSON.stringify(payload));
      return url.href;
    },
    remoteUri: (path) => `vscode-remote://127.0.0.1:${server.port}${path}`,
    async changeSettings(settings) {
      const before = JSON.parse(await readFile(settingsFileIn(dataFolder), 'utf8')) as Record<string, unknown>;
      await writeSettings(dataFolder, { ...before, ...settings });
    },
    async stop() {
      await server.stop();
      await removeFolder(home);
    },
  };
}

function listServerEnv(home: string, extra: Record<string, string> = {}): Record<string, string> {
  const env: Record<string, string> = { HOME: home, GIT_CONFIG_NOSYSTEM: '1' };
  for (const name of INHERITED) {
    const value = process.env[name];
    if (value !== undefined) env[name] = value;
  }
  return { ...env, ...extra };
}

async function writeSettings(dataFolder: string, settings: Record<string, unknown>): Promise<void> {
  const file = settingsFileIn(dataFolder);
  // Settings of scope "machine" count only where the extension host runs.
  for (const each of [file, join(dataFolder, 'Machine', 'settings.json')]) {
    await mkdir(dirname(each), { recursive: true });
    await writeFile(each, JSON.stringify(settings, undefined, 2));
  }
}

/** A process that is just ending may still write into the folder. */
async function removeFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
}
