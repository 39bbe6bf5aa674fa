/** CMD-16 when nobody is left to end anything: the program that started the commands is killed. */
import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isAlive, until } from './processes.js';

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'baleen-watchdog-'));
  chmodSync(folder, 0o777);
  writeFileSync(join(folder, 'stubborn.sh'), `trap '' TERM HUP INT\necho $$ > "$1"\nwhile :; do sleep 1; done\n`);
  const program = `
    import { createCommands } from './src/node/commands.js';
    const commands = createCommands();
    const request = (command) => ({ command, cwd: ${JSON.stringify(folder)}, onOutput: () => undefined, timeoutMs: 1e9 });
    await commands.start(request('bash stubborn.sh background'));
    await commands.run(request('bash stubborn.sh inner & setsid bash stubborn.sh session & ' +
      "(setsid bash -c 'bash stubborn.sh orphan & exit' & ); " +
      // Nothing of ours is in its environment, and neither group, session nor parent are.
      "(setsid env -i bash -c 'bash stubborn.sh nameless & exit' & ); " +
      "env -i bash -c 'exec bash stubborn.sh silent' > /dev/null 2>&1 & trap '' TERM; bash stubborn.sh front"), new AbortController().signal);
  `;
  await build({
    stdin: { contents: program, resolveDir: process.cwd(), loader: 'ts' },
    ...{ bundle: true, platform: 'node', format: 'esm', outfile: join(folder, 'program.mjs'), logLevel: 'silent' },
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const names = ['background', 'inner', 'session', 'orphan', 'nameless', 'silent', 'front'];
const read = (name: string): string => {
  const path = join(folder, name);
  return existsSync(path) ? readFileSync(path, 'utf8').trim() : '';
};

/** Whoever is not root runs all of these as a normal user. */
const nobody = process.getuid?.() === 0 ? 65534 : undefined;

test.each([
  ['SIGKILL', undefined],
  ['SIGTERM', undefined],
  ['SIGKILL', nobody],
] as const)('CMD-16: after %s of the program (as user %s) nothing of its commands is left', async (signal, uid) => {
  for (const name of names) rmSync(join(folder, name), { force: true });
  const user = uid === undefined ? {} : { uid, gid: uid };
  const program = spawn(process.execPath, [join(folder, 'program.mjs')], { stdio: 'inherit', ...user });
  await until(() => names.every((name) => read(name) !== ''));
  const pids = names.map((name) => Number(read(name)));
  expect(pids.every(isAlive)).toBe(true);
  program.kill(signal);
  await until(() => !pids.some(isAlive));
});
