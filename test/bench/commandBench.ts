/** What commands cost: memory and disk of 1 GB of output, the wait behind finished ones, the time of starting one. */
import { mkdtempSync, rmSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CommandResult } from '../../src/core/host.js';
import { createCommands } from '../../src/node/commands.js';

const folder = mkdtempSync(join(tmpdir(), 'baleen-command-bench-'));
const logFolder = join(folder, 'logs');
const commands = createCommands({ logFolder });
const signal = new AbortController().signal;
const say = (text: string): void => void process.stdout.write(`${text}\n`);
const run = (command: string): Promise<CommandResult> =>
  commands.run({ command, cwd: folder, timeoutMs: 600_000, onOutput: () => undefined }, signal);

async function time(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

async function readBytes(): Promise<number> {
  const paths = await readdir(logFolder, { recursive: true });
  const stats = await Promise.all(paths.map((path) => stat(join(logFolder, path))));
  return stats.reduce((sum, one) => sum + (one.isFile() ? one.size : 0), 0);
}

const mb = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(1)} MB`;

await run('true');
const times: number[] = [];
for (let at = 0; at < 20; at++) times.push(await time(() => run('true')));
times.sort((a, b) => a - b);
say(`a command that does nothing: median ${times[10]!.toFixed(0)} ms, slowest ${times[19]!.toFixed(0)} ms`);

globalThis.gc?.();
const before = process.memoryUsage().rss;
let peak = before;
const sampling = setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss)), 20);
let result: CommandResult | undefined;
const took = await time(async () => {
  result = await run('yes "a line of output that is neither short nor long" | head -c 1073741824');
});
clearInterval(sampling);
const kept = Buffer.byteLength(result!.head) + Buffer.byteLength(result!.tail);
say(
  `1 GB of output: ${(took / 1000).toFixed(1)} s, RSS +${mb(peak - before)}, kept in memory ${mb(kept)}, on disk ${mb(await readBytes())}`,
);

for (const [name, command] of [
  ['a quiet process in the background', 'sleep 60 & echo started'],
  ['one that prints without end', '(while :; do echo more; sleep 0.05; done) & echo started'],
] as const) {
  const waited = await time(() => run(command));
  say(`waited on a finished shell with ${name}: ${waited.toFixed(0)} ms`);
}
say(`end of everything: ${(await time(() => commands.dispose())).toFixed(0)} ms`);
rmSync(folder, { recursive: true, force: true });
