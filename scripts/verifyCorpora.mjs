/**
 * `npm run verify:corpora -- PATH…`: packs each folder with `baleen pack --json` and compares the result with git's
 * own list and, file by file and as a whole, with the counts of the reference tokenizer.
 */
import { execFileSync } from 'node:child_process';
import { lstatSync } from 'node:fs';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { TokenizerLoader } from '@lenml/tokenizers';

const referenceFolder = join(import.meta.dirname, '..', 'node_modules', '@lenml', 'tokenizer-deepseek_v3', 'models');
