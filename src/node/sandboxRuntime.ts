/**
 * `@anthropic-ai/sandbox-runtime`, of which only the two functions are used that turn a line into a confined one. Its
 * manager stays out: it starts proxies on local ports, of which a sandbox without any network has no need.
 */
import { access, constants } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';

/** What a confined command may touch. Everything else it may read, and nothing else write. */
export interface Bounds {
  writable: readonly string[];
  /** Existing or not; inside what is writable. */
  readOnly: readonly string[];
  hidden: readonly string[];
  /** Exceptions from what is hidden. */
  shown: readonly string[];
  network: boolean;
  unixSockets: boolean;
}

export interface Runtime {
  /** It can only wall off what exists, so that a place that is to stay free needs a folder. */
  needsPlaces: boolean;
  /** The line as one that runs it within the bounds. Each call wants one `release` once its process has ended. */
  confine(line: string, bounds: Bounds): Promise<string>;
  release(): void;
}

export type FoundRuntime = { runtime: Runtime; id: string } | { missing: string };

/** Throws nothing: what is missing is a sentence. */
export async function findRuntime(programFolder: string, env: NodeJS.ProcessEnv): Promise<FoundRuntime> {
  if (process.platform === 'darwin') return { runtime: await loadSeatbelt(), id: 'seatbelt' };
  if (process.platform !== 'linux') return { missing: 'There is no sandbox for commands on this system.' };
  const bwrapPath = await findProgram('bwrap', env);
  if (bwrapPath === undefined) {
    return {
      missing:
        'The sandbox needs bubblewrap, which is not installed. Install it (Debian, Ubuntu: sudo apt install bubblewrap) and try again.',
    };
  }
  const helper = join(programFolder, 'sandbox', `apply-seccomp-${process.arch}`);
  if (!(await isExecutable(helper))) {
    return { missing: `The sandbox has no helper for this machine (${process.arch}) that it could start.` };
  }
  return { runtime: await loadBubblewrap(bwrapPath, helper), id: `${bwrapPath}\0${helper}` };
}

/** Relative parts of the PATH may lead into the repository. */
async function findProgram(name: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  for (const folder of (env['PATH'] ?? '').split(delimiter).filter(isAbsolute)) {
    if (await isExecutable(join(folder, name))) return join(folder, name);
  }
  return undefined;
}

function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

async function loadBubblewrap(bwrapPath: string, helper: string): Promise<Runtime> {
  const { wrapCommandWithSandboxLinux, cleanupBwrapMountPoints } =
    await import('@anthropic-ai/sandbox-runtime/dist/sandbox/linux-sandbox-utils.js');
  return {
    needsPlaces: true,
    confine: (command, bounds) =>
      withoutCurrentFolder(() =>
        wrapCommandWithSandboxLinux({
          command,
          binShell: '/bin/sh',
          bwrapPath,
          ...configOf(bounds),
          allowAllUnixSockets: bounds.unixSockets,
          seccompConfig: { applyPath: helper },
          // Its own search for protected files is not ours, and without a program it finds none.
          ripgrepConfig: { command: '' },
        }),
      ),
    release: () => cleanupBwrapMountPoints(),
  };
}

async function loadSeatbelt(): Promise<Runtime> {
  const { wrapCommandWithSandboxMacOS } =
    await import('@anthropic-ai/sandbox-runtime/dist/sandbox/macos-sandbox-utils.js');
  return {
    needsPlaces: false,
    confine: async (command, bounds) =>
      withoutCurrentFolder(() =>
        wrapCommandWithSandboxMacOS({
          command,
          binShell: '/bin/sh',
          ...configOf(bounds),
          allowAllUnixSockets: bounds.unixSockets,
        }),
      ),
    release: () => undefined,
  };
}

function configOf(bounds: Bounds) {
  return {
    needsNetworkRestriction: !bounds.network,
    readConfig: { denyOnly: [...bounds.hidden], allowWithinDeny: [...bounds.shown] },
    writeConfig: { allowOnly: [...bounds.writable], denyWithinAllow: [...bounds.readOnly] },
  };
}

/**
 * The library protects a dozen names in the process's own folder too, by empty files that it puts there on the disk: in
 * the command line's that would be the user's, in the editor's another one. Ours are put where they belong. It asks for the
 * folder before it first waits.
 */
function withoutCurrentFolder<T>(make: () => T): T {
  const cwd = Object.getOwnPropertyDescriptor(process, 'cwd')!;
  process.cwd = () => '/';
  try {
    return make();
  } finally {
    Object.defineProperty(process, 'cwd', cwd);
  }
}
