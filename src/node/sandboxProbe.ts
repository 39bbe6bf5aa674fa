/** Whether the sandbox holds on this machine: tried once, with the bounds that commands will have. */
import { spawn } from 'node:child_process';
import { access, mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { messageOf } from '../core/errors.js';
import type { SandboxStatus } from '../core/host.js';
import { singleRoot } from '../core/repository/roots.js';
import { boundClosed, type BoundsParts } from './sandboxBounds.js';
import type { Runtime } from './sandboxRuntime.js';
import { quoteWords } from './shellQuote.js';

const patienceMs = 20_000;
const secretText = 'not for commands';

/** Tries each of the five things; prints those that went, a line each. */
const attempts = `
const fs = require('fs'), net = require('net'), [outside, secret, hook, made, port, socket] = process.argv.slice(1);
const tell = (name) => process.stdout.write(name + '\\n');
const attempt = (name, work) => { try { work(); tell(name); } catch {} };
try { fs.writeFileSync(outside, 'x'); } catch {}
attempt('secret', () => { if (fs.readFileSync(secret, 'utf8') !== ${JSON.stringify(secretText)}) throw 0; });
attempt('protected', () => fs.writeFileSync(hook, 'x'));
attempt('ordinary', () => fs.writeFileSync(made, 'x'));
for (const to of [{ host: '127.0.0.1', port: Number(port) }, { path: socket }])
  net.connect(to).on('connect', function () { tell('network'); this.destroy(); }).on('error', () => undefined);
`;

const leaks: Readonly<Record<string, string>> = {
  outside: 'a command could write outside the workspace',
  secret: 'a command could read a file that is hidden from it',
  protected: 'a command could change a protected file',
  network: 'a command could reach the network',
};

export async function probeRuntime(runtime: Runtime, parts: Omit<BoundsParts, 'roots'>): Promise<SandboxStatus> {
  try {
    return await withTrialFolder((folder) => tryOut(runtime, parts, folder));
  } catch (error) {
    return fails(messageOf(error));
  }
}

async function withTrialFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'baleen-probe-')));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function tryOut(runtime: Runtime, parts: Omit<BoundsParts, 'roots'>, folder: string): Promise<SandboxStatus> {
  const workspace = join(folder, 'workspace');
  const state = join(folder, 'state');
  const hook = join(workspace, '.git', 'hooks', 'post-checkout');
  await mkdir(join(workspace, '.git', 'hooks'), { recursive: true });
  await mkdir(state);
  await mkdir(parts.stateBase, { recursive: true, mode: 0o700 });
  await writeFile(join(state, 'secret'), secretText);
  // Not beside the workspace: a command has temporary folders of its own, in which it may write.
  const outside = join(parts.stateBase, `outside-${process.pid}`);
  const reached = { count: 0 };
  // Inside the workspace, where a socket is in sight.
  const socket = join(workspace, 's');
  const servers = [await listen(reached, 0), await listen(reached, socket)];
  try {
    const address = servers[0]!.address();
    const port = typeof address === 'object' && address !== null ? String(address.port) : '';
    const made = join(workspace, 'made');
    const words = [process.execPath, '-e', attempts, outside, join(state, 'secret'), hook, made, port, socket];
    const bounds = await boundClosed({ ...parts, roots: singleRoot(workspace), stateBase: state });
    const line = await runtime.confine(`exec ${quoteWords(words)}`, bounds);
    const { output, exitCode } = await run(line, workspace, { ...parts.env, ...bounds.env });
    runtime.release();
    const told = new Set(output.split('\n'));
    if (reached.count > 0) told.add('network');
    if (await isThere(outside)) told.add('outside');
    if (await isThere(hook)) told.add('protected');
    const leak = Object.keys(leaks).find((name) => told.has(name));
    if (leak !== undefined) return fails(leaks[leak]!);
    if (exitCode === 0 && told.has('ordinary') && (await isThere(made))) return { works: true };
    return fails(output.trim().split('\n').at(-1)?.slice(0, 300) || 'a command could not be started in it');
  } finally {
    for (const server of servers) server.close();
    await rm(outside, { force: true });
  }
}

function fails(why: string): SandboxStatus {
  return { works: false, why: `The sandbox does not work on this machine: ${why}.` };
}

function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

function listen(reached: { count: number }, at: number | string): Promise<Server> {
  const server = createServer((socket) => {
    reached.count++;
    socket.destroy();
  });
  server.unref();
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    const done = (): void => resolve(server);
    if (typeof at === 'number') server.listen(at, '127.0.0.1', done);
    else server.listen(at, done);
  });
}

function run(line: string, cwd: string, env: NodeJS.ProcessEnv): Promise<{ output: string; exitCode: number | null }> {
  // In an extension host the program is an editor that is Node only when told so.
  const options = { cwd, env: { ...env, ELECTRON_RUN_AS_NODE: '1' }, timeout: patienceMs };
  const child = spawn('/bin/sh', ['-c', `exec ${line} 2>&1`], { ...options, stdio: ['ignore', 'pipe', 'ignore'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exitCode) => resolve({ output, exitCode }));
  });
}
