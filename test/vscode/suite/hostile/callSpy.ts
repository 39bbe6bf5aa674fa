/** Notes who starts processes, opens connections and writes files in this extension host. Everything still happens. */
import childProcess from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import workers from 'node:worker_threads';

export interface SeenCall {
  name: string;
  stack: string;
}

export interface CallSpy {
  readonly calls: readonly SeenCall[];
  stop(): void;
}

type Functions = Record<string, unknown>;

const watched: readonly [object, readonly string[]][] = [
  [childProcess, ['spawn', 'spawnSync', 'exec', 'execSync', 'execFile', 'execFileSync', 'fork']],
  [workers, ['Worker']],
  [net, ['connect', 'createConnection', 'createServer']],
  [http, ['request', 'get', 'createServer']],
  [https, ['request', 'get', 'createServer']],
  [globalThis, ['fetch']],
  [
    fs,
    [
      'writeFile',
      'writeFileSync',
      'appendFile',
      'appendFileSync',
      'createWriteStream',
      'mkdir',
      'mkdirSync',
      'rename',
      'renameSync',
      'rm',
      'rmSync',
      'unlink',
      'unlinkSync',
    ],
  ],
  [
    fs.promises,
    [
      'writeFile',
      'appendFile',
      'mkdir',
      'mkdtemp',
      'rename',
      'rm',
      'unlink',
      'chmod',
      'symlink',
      'link',
      'copyFile',
      'truncate',
    ],
  ],
];

/** `isOurs` tells by the stack whose call it is. */
export function watchCalls(isOurs: (stack: string) => boolean): CallSpy {
  const calls: SeenCall[] = [];
  const restore: (() => void)[] = [];
  for (const [target, names] of watched) {
    const functions = target as Functions;
    for (const name of names) {
      const original = functions[name] as (...args: unknown[]) => unknown;
      const note = (): void => {
        const stack = new Error().stack ?? '';
        if (isOurs(stack)) calls.push({ name, stack });
      };
      const replaced = new Proxy(original, {
        apply(callee, self, args) {
          note();
          return Reflect.apply(callee, self, args);
        },
        construct(callee, args) {
          note();
          return Reflect.construct(callee, args) as object;
        },
      });
      functions[name] = replaced;
      restore.push(() => (functions[name] = original));
    }
  }
  return { calls, stop: () => restore.forEach((undo) => undo()) };
}
