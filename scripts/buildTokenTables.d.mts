/** Writes the tokenizer's tables to `outFile`, making its folder; `sha256` is of the tables, not of the compressed file, which `quality` (0 to 11, the default) makes smaller. */
export function buildTokenTables(outFile: string, quality?: number): Promise<{ bytes: number; sha256: string }>;

/** One of `o` other, `a` letter or mark, `n` number, `p` punctuation or symbol, `s` white space, `w` line break, `c` Han and kana. */
export function classOf(codePoint: number): string;
