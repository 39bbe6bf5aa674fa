/**
 * `npm run verify:corpora -- PATH…`: packs each folder with `baleen pack --json`, within the model's window, and once more
 * with no budget, so that every text file is in it. Compares the lists with git's own, and each file, and the first pack
 * as a whole, with the counts of the reference tokenizer. Says in how many files something was taken for a secret;
 * `--name-files` names them.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { lstatSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { loadNativeReference, loadReference } from './lib/referenceTokenizer.mjs';

const dist = join(import.meta.dirname, '..', 'dist');

/** Paths that git lists and that exist, as git itself says them. */
function listByGit(folder) {
  const args = ['-C', folder, 'ls-files', '-co', '--exclude-standard', '-z'];
  const text = execFileSync('git', args, { maxBuffer: 1 << 30 }).toString('utf8');
  const paths = new Set(
    text
      .split('\0')
      .filter((path) => path !== '')
      .map((path) => path.replace(/\/$/, '')),
  );
  return [...paths].filter((path) => lstatSync(join(folder, path), { throwIfNoEntry: false }) !== undefined).sort();
}

/** The frames of whole files by their place in a pack; a frame is exactly what `tokens` of a file counts. */
function framesOf(text, mark) {
  const frames = [];
  const open = /^<baleen-file path="([^"\n]*)" mark="([0-9a-f]{16})"(?: final-newline="no")?>$/gm;
  for (let match = open.exec(text); match !== null; match = open.exec(text)) {
    if (match[2] !== mark) continue;
    const end = text.indexOf('\n</baleen-file>\n', match.index) + '\n</baleen-file>\n'.length;
    frames.push(text.slice(match.index, end));
    open.lastIndex = end;
  }
  return frames;
}

/** The files in which something stands as a secret, with its kinds. A text's own brackets are escaped, so these are ours. */
function findPlaceholders(full, frames) {
  return full.flatMap(({ path }, index) => {
    const kinds = new Set(
      [...(frames[index] ?? '').matchAll(/\u27e6secret:([a-z0-9-]+)#\d+\u27e7/g)].map(([, kind]) => kind),
    );
    return kinds.size === 0 ? [] : [{ path, kinds: [...kinds].sort() }];
  });
}

/** A pack as the command line makes it. */
function packByCommand(folder, work, budget) {
  const out = join(work, 'pack.txt');
  const args = [join(dist, 'cli.cjs'), 'pack', resolve(folder), '--json', '--output', out];
  if (budget !== undefined) args.push('--budget', String(budget));
  const env = { ...process.env, XDG_STATE_HOME: work };
  const run = spawnSync(process.execPath, args, { env, maxBuffer: 1 << 30, encoding: 'utf8' });
  if (run.status !== 0) throw new Error(`pack ended with ${run.status ?? run.signal}: ${run.stderr}`);
  return { report: JSON.parse(run.stdout), text: readFileSync(out, 'utf8') };
}

/** A pack by the same worker, of any size: the command line keeps to the model's window. */
async function packByWorker(folder, work, budgetTokens) {
  const workerFile = join(dist, 'worker.cjs');
  const workerData = { tablesFile: join(dist, 'deepseek.bin'), grammarsFolder: join(dist, 'grammars'), workerFile };
  const worker = new Worker(workerFile, { workerData });
  const call = (id, method, args) =>
    new Promise((done, fail) => {
      worker.once('error', fail);
      worker.on('message', (message) => {
        if (message.id !== id) return;
        if (message.type === 'result') done(message.value);
        if (message.type === 'error') fail(new Error(message.error.message));
      });
      worker.postMessage({ type: 'call', id, method, args });
    });
  try {
    const roots = [{ name: '', folder: resolve(folder) }];
    const selection = { exclude: [], includeSecretFiles: [] };
    const report = await call(1, 'fresh', [{ roots, stateFolder: work, budgetTokens, selection }]);
    return { report, text: Buffer.from(await call(2, 'packText', [])).toString('utf8') };
  } finally {
    await worker.terminate();
  }
}

async function inWorkFolder(run) {
  const work = mkdtempSync(join(tmpdir(), 'baleen-verify-'));
  try {
    return await run(work);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** The pack of the command line; differences are none if all is equal. */
export function verifyPack(folder, { budget, countAll = loadReference() } = {}) {
  return inWorkFolder(async (work) => {
    const { report, text } = packByCommand(folder, work, budget);
    const verification = await compare(folder, report, text, countAll);
    say(verification, 'tokens of the whole', report.tokens, (await countAll([text]))[0]);
    return verification;
  });
}

/** A pack that is large enough for every text file. */
function verifyEveryFile(folder, countAll) {
  return inWorkFolder(async (work) => {
    const { report, text } = await packByWorker(folder, work, 1e9);
    return compare(folder, report, text, countAll);
  });
}

function say({ differences }, what, ours, theirs) {
  if (ours !== theirs) differences.push(`${what}: ${ours} here, ${theirs} by the reference`);
}

async function compare(folder, report, text, countAll) {
  const ours = [...report.files, ...report.withheld].map((file) => file.path).sort();
  const full = report.files.filter((file) => file.as === 'full');
  const verification = { differences: [], files: ours.length, full: full.length, tokens: report.tokens };
  const { differences } = verification;
  const theirs = listByGit(folder);
  const [own, listed] = [new Set(ours), new Set(theirs)];
  for (const path of theirs.filter((path) => !own.has(path)).slice(0, 20)) differences.push(`missing: ${path}`);
  for (const path of ours.filter((path) => !listed.has(path)).slice(0, 20)) differences.push(`extra: ${path}`);

  const frames = framesOf(text, report.snapshot);
  say(verification, 'frames', frames.length, full.length);
  const counts = await countAll(frames);
  for (const [index, file] of full.entries()) say(verification, `tokens of ${file.path}`, file.tokens, counts[index]);
  const sum = report.files.reduce((total, file) => total + file.tokens, report.frameTokens);
  say(verification, 'sum of the parts', sum, report.tokens);
  return { ...verification, withSecrets: findPlaceholders(full, frames) };
}

function describePlaceholders({ full, withSecrets }) {
  const counts = new Map();
  for (const kind of withSecrets.flatMap(({ kinds }) => kinds)) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  const byKind = [...counts].sort().map(([kind, count]) => `${kind} ${count}`);
  const share = ((100 * withSecrets.length) / Math.max(1, full)).toFixed(2);
  return `secrets in ${withSecrets.length} of ${full} files (${share} %)${byKind.length === 0 ? '' : `: ${byKind.join(', ')}`}`;
}

/** The outcome of one folder, as text. */
async function verifyFolder(folder, countAll, namesFiles) {
  const packed = await verifyPack(folder, { countAll });
  const whole = await verifyEveryFile(folder, countAll);
  const differences = [...new Set([...packed.differences, ...whole.differences])];
  const lines = [
    `${whole.files} files listed, ${whole.full} of them counted, ${whole.tokens} tokens in all, ${packed.tokens} in the ` +
      `pack: ${differences.length === 0 ? 'equal' : `${differences.length} differences`}; ${describePlaceholders(whole)}`,
    ...differences.slice(0, 50),
    ...(namesFiles ? whole.withSecrets.map(({ path, kinds }) => `${path}: ${kinds.join(', ')}`) : []),
  ];
  return { equal: differences.length === 0, text: lines.join('\n  ') };
}

async function main(args) {
  const namesFiles = args.includes('--name-files');
  const folders = args.filter((arg) => arg !== '--name-files');
  if (folders.length === 0) {
    process.stderr.write('Name the repositories: npm run verify:corpora -- PATH…\n');
    return 2;
  }
  const countAll = await loadNativeReference();
  let code = 0;
  for (const folder of folders) {
    const { equal, text } = await verifyFolder(folder, countAll, namesFiles).catch((error) => ({
      equal: false,
      text: error.message,
    }));
    process.stdout.write(`${folder}: ${text}\n`);
    if (!equal) code = 1;
  }
  return code;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = await main(process.argv.slice(2));
