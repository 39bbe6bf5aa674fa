/** A generated repository in which one word has to be renamed, with every way in which that goes wrong. */
import { chmod, mkdir, mkdtemp, realpath, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { writeCheck, writeModule, writePage, type FileForm } from './renameTexts.js';
import { makeRandom, type Random } from './seededRandom.js';
import { commitAll } from './smallRepository.js';

export interface RenameRepository {
  folder: string;
  /** The word to rename, and a word that stands nowhere yet. */
  from: string;
  to: string;
  /** Files that hold the word and that an agent must not change. */
  protectedFiles: string[];
  /** Files that hold the word and that git ignores, with their bytes. */
  ignoredFiles: { path: string; bytes: Buffer }[];
  /** Files that hold the word and that were never added. */
  untrackedFiles: string[];
}

export interface RenameRepositoryOptions {
  seed?: number;
  /** How many modules and pages there are besides the special files; 230 by default. */
  files?: number;
}

interface PlannedFile {
  path: string;
  bytes: Buffer;
  mode?: number;
}

const FROM = 'Ledger';
const TO = 'Journal';

/** The same options give the same tree, byte for byte. The caller removes the folder. */
export async function makeRenameRepository(options: RenameRepositoryOptions = {}): Promise<RenameRepository> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'baleen-rename-')));
  const random = makeRandom(options.seed ?? 1);
  const ignored = [
    { path: 'build/Ledger.out.mjs', bytes: Buffer.from(`export const made = 'from ${FROM}';\n`) },
    { path: 'debug.log', bytes: Buffer.from(`${FROM} opened\n${FROM} closed\n`) },
  ];
  const untracked = [{ path: 'notes/idea.md', bytes: Buffer.from(`# ${FROM}, later\n\nSplit the ${FROM} in two.\n`) }];
  for (const file of [...planFiles(random, options.files ?? 230), ...ignored]) await writePlanned(folder, file);
  await symlink('guide0.md', join(folder, 'docs', 'start-here.md'));
  commitAll(folder, 'Begin');
  for (const file of untracked) await writePlanned(folder, file);
  return {
    ...{ folder, from: FROM, to: TO, protectedFiles: ['.github/workflows/ci.yml'] },
    ...{ ignoredFiles: ignored, untrackedFiles: untracked.map((file) => file.path) },
  };
}

async function writePlanned(folder: string, file: PlannedFile): Promise<void> {
  const path = join(folder, file.path);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, file.bytes);
  await chmod(path, file.mode ?? 0o644);
}

function planFiles(random: Random, count: number): PlannedFile[] {
  const files = planSpecialFiles();
  for (let index = 0; index < count; index += 1) {
    const form = chooseForm(index);
    const group = `group${index % 12}`;
    // Some files do not know the word at all, so that a rename has something to leave alone.
    const word = random.below(4) === 0 ? undefined : FROM;
    if (index % 5 === 4) {
      files.push({ path: `docs/guide${Math.floor(index / 5)}.md`, bytes: writePage({ random, word, form }) });
    } else {
      files.push({ path: `src/${group}/module${index}.mjs`, bytes: writeModule({ random, word, form, index }) });
    }
  }
  return files;
}

function chooseForm(index: number): FileForm {
  return {
    lineEnd: index % 7 === 3 ? '\r\n' : '\n',
    encoding: index % 11 === 5 ? 'latin1' : index % 13 === 6 ? 'utf8-bom' : 'utf8',
    finalLineEnd: index % 9 !== 8,
  };
}

function planSpecialFiles(): PlannedFile[] {
  const text = (path: string, lines: string[], mode?: number): PlannedFile => ({
    ...{ path, bytes: Buffer.from(`${lines.join('\n')}\n`) },
    ...(mode === undefined ? {} : { mode }),
  });
  const book = [`/** A ${FROM} keeps entries. */`, `export class ${FROM} {`, '  entries = [];', '  add(entry) {'];
  const script = ['#!/usr/bin/env node', `import { ${FROM} } from '../src/core/book.mjs';`, ''];
  return [
    text(
      'package.json',
      ['{', '  "name": "bookkeeping",', '  "private": true,', '  "type": "module",'].concat([
        '  "scripts": { "test": "node check.mjs" }',
        '}',
      ]),
    ),
    text('check.mjs', writeCheck()),
    text('.gitignore', ['build/', '*.log']),
    text('README.md', [
      `# ${FROM}`,
      '',
      `The ${FROM}; a LedgerBook holds many. Not a ledger_line, not Ledgers, not MyLedger, not _Ledger.`,
    ]),
    text('src/core/book.mjs', [...book, '    this.entries.push(entry);', '    return this;', '  }', '}']),
    text('bin/report.mjs', [...script, `process.stdout.write(new ${FROM}().constructor.name);`], 0o755),
    text('bin/Ledger.sh', ['#!/bin/sh', `echo "${FROM}: $1" # ${FROM}`], 0o755),
    text('docs/Ledger.md', [`# About ${FROM}`, '', `Its file keeps its name: Ledger.md.`]),
    text('docs/with space/Ledger résumé.md', [`# About ${FROM}`, '', `«${FROM}» — ${FROM}…`]),
    text('.github/workflows/ci.yml', [`name: ${FROM} checks`, 'on: push', 'jobs: {}', `# for the ${FROM}`]),
    { path: 'assets/seal.bin', bytes: Buffer.from(`\0\x01${FROM}\0${FROM}\xff`, 'latin1') },
    { path: 'src/core/empty.mjs', bytes: Buffer.alloc(0) },
    { path: 'docs/word.txt', bytes: Buffer.from(FROM) },
  ];
}
