/** A home, a workspace and a state folder of a user, and a process of that user that runs lines in the sandbox. */
import { spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, chownSync, cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { programFolder } from '../workspace.js';
import type { Answer, Order } from './driver.js';

export interface SandboxUser {
  name: string;
  /** Absent: the user who runs the tests. */
  uid?: number;
}

const nobody = 65534;

/** As root also somebody who is not: root ignores mode bits, and has capabilities. */
export const sandboxUsers: readonly SandboxUser[] =
  process.getuid?.() === 0 ? [{ name: 'root' }, { name: 'a normal user', uid: nobody }] : [{ name: 'a normal user' }];

export interface SandboxWorld {
  workspace: string;
  home: string;
  stateBase: string;
  /** Absolute paths of this user, by content. */
  write(files: Record<string, string>): void;
  run(lines: Order['lines'], env?: NodeJS.ProcessEnv): Promise<Answer>;
  start(lines: Order['lines']): ChildProcess;
  remove(): void;
}

/** Not below the temporary folder, which a closed sandbox hides as a whole: the rules for homes would not be tried. */
const base = process.getuid?.() === 0 ? '/var/lib' : join(homedir(), '.cache');

export async function createSandboxWorld(user: SandboxUser, project = 'project'): Promise<SandboxWorld> {
  mkdirSync(base, { recursive: true });
  const top = mkdtempSync(join(base, 'baleen-sandbox-'));
  chmodSync(top, 0o755);
  const program = join(top, 'program');
  const [home, workspace, stateBase] = ['home', `work/${project}`, 'home/.local/state/baleen'].map((one) =>
    join(top, one),
  ) as [string, string, string];
  await copyProgram(program);
  const own = (path: string): void => {
    if (user.uid !== undefined) chownSync(path, user.uid, user.uid);
  };
  const makeFolder = (path: string): void => {
    if (path.length <= top.length) return;
    makeFolder(dirname(path));
    mkdirSync(path, { recursive: true });
    own(path);
  };
  for (const folder of [home, workspace, stateBase]) makeFolder(folder);
  const start = (lines: Order['lines'], env: NodeJS.ProcessEnv = {}): ChildProcess => {
    const order: Order = { workspace, stateBase, programFolder: program, lines };
    return spawn(process.execPath, [join(program, 'driver.mjs'), JSON.stringify(order)], {
      ...(user.uid === undefined ? {} : { uid: user.uid, gid: user.uid }),
      cwd: workspace,
      env: { PATH: process.env['PATH'], HOME: home, TMPDIR: tmpdir(), ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
  };
  return {
    ...{ workspace, home, stateBase, start },
    write(files) {
      for (const [path, text] of Object.entries(files)) {
        makeFolder(dirname(path));
        writeFileSync(path, text);
        own(path);
      }
    },
    run: (lines, env) => readAnswer(start(lines, env)),
    remove: () => rmSync(top, { recursive: true, force: true }),
  };
}

/** What the driver needs, where every user can read it. */
async function copyProgram(folder: string): Promise<void> {
  mkdirSync(folder);
  await build({
    entryPoints: [join(import.meta.dirname, 'driver.ts')],
    outfile: join(folder, 'driver.mjs'),
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'warning',
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  });
  cpSync(join(programFolder, 'sandbox'), join(folder, 'sandbox'), { recursive: true });
}

function readAnswer(child: ChildProcess): Promise<Answer> {
  let text = '';
  child.stdout!.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      if (code === 0) resolve(JSON.parse(text) as Answer);
      else reject(new Error(`The driver ended with ${code ?? signal}: ${text}`));
    });
  });
}

/** Every name below a folder, sorted. */
export function listAll(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
}
