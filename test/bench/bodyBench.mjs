// `node test/bench/bodyBench.mjs FOLDER [OTHER_DIST]`: milliseconds of CPU that a request's body costs, both threads
// together, over a pack of FOLDER and a conversation of 200 messages. With the dist folder of another build both are measured in turn.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Worker } from 'node:worker_threads';

const [folder, ...others] = process.argv.slice(2);
if (folder === undefined) {
  process.stderr.write('Name a folder: node test/bench/bodyBench.mjs FOLDER [OTHER_DIST]\n');
  process.exit(2);
}
const dists = [join(import.meta.dirname, '..', '..', 'dist'), ...others.map((one) => resolve(one))];
const rounds = 40;
const budgetTokens = 850_000;
const state = mkdtempSync(join(tmpdir(), 'baleen-body-'));

/** The worker's own protocol, so that older builds answer too. */
function startPacker(dist) {
  const workerFile = join(dist, 'worker.cjs');
  if (!existsSync(workerFile)) throw new Error(`${dist} holds no worker.cjs; build it first.`);
  const worker = new Worker(workerFile, { workerData: { tablesFile: join(dist, 'deepseek.bin') } });
  const waiting = new Map();
  let last = 0;
  worker.on('message', (message) => {
    if (message.type === 'result') waiting.get(message.id).resolve(message.value);
    else if (message.type === 'error') waiting.get(message.id).reject(new Error(message.error.message));
  });
  const call = (method, ...args) =>
    new Promise((resolve, reject) => {
      waiting.set(++last, { resolve, reject });
      worker.postMessage({ type: 'call', id: last, method, args });
    });
  return { worker, call };
}

/** Text like a conversation's: about 4 KB a message, tool results among them. */
function makeBody(sha256, messages) {
  const line = (n) => `  const value${n} = await readSomething("path/to/file${n}.ts", { limit: ${n} }); // why not?\n`;
  const text = (n) => Array.from({ length: 45 }, (_, at) => line(n * 100 + at)).join('');
  const turns = Array.from({ length: messages }, (_, n) => ({ role: n % 2 ? 'assistant' : 'user', content: text(n) }));
  return JSON.stringify({
    model: 'deepseek-flash',
    messages: [{ role: 'user', content: `\u27e6pack:${sha256}\u27e7` }, ...turns],
  });
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

const sides = [];
for (const [index, dist] of dists.entries()) {
  const { worker, call } = startPacker(dist);
  const options = { root: resolve(folder), stateFolder: join(state, String(index)), budgetTokens };
  const opened = await call('open', options);
  const body = makeBody(opened.report.sha256, 200);
  sides.push({ dist, worker, call, body, tokens: opened.report.tokens, first: 0, times: [], bytes: 0 });
}
for (let round = 0; round <= rounds; round++) {
  for (const side of sides) {
    const since = process.cpuUsage();
    const bytes = await side.call('assembleBody', side.body, ['sk-0123456789abcdef0123456789abcdef']);
    const { user, system } = process.cpuUsage(since);
    const ms = (user + system) / 1000;
    if (round === 0) Object.assign(side, { first: ms, bytes: bytes.length });
    else side.times.push(ms);
  }
}
for (const { dist, worker, tokens, bytes, first, times } of sides) {
  const figures = `first ${first.toFixed(1)} ms, then median ${median(times).toFixed(1)} ms, least ${Math.min(...times).toFixed(1)} ms`;
  process.stdout.write(`${dist}\n  pack ${tokens} tokens, body ${bytes} bytes: ${figures}\n`);
  await worker.terminate();
}
rmSync(state, { recursive: true, force: true });
