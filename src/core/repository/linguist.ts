import { createRules, type IgnoreRules } from './ignoreRules.js';

/** What a `.gitattributes` file says about machine-written files, in linguist's words. */
export interface LinguistRules {
  /** `path` is relative to the file's folder. `false`: the repository says that people wrote it. */
  test(path: string): boolean | undefined;
  /** The lines that count, for a hash. */
  source: string;
}

/**
 * `linguist-generated` is heeded both ways. `linguist-vendored` only where it is denied: many set it to mend the language
 * bar of a site, on code of their own.
 */
const word = /^(-?)linguist-(generated|vendored)(?:=(\w+))?$/;

export function parseLinguist(text: string, ignoreCase: boolean): LinguistRules | undefined {
  const rows: { rules: IgnoreRules; isGenerated: boolean }[] = [];
  const source: string[] = [];
  for (const line of text.replace(/^\ufeff/, '').split('\n')) {
    if (!line.includes('linguist-')) continue;
    const [pattern = '', ...attributes] = line.trim().split(/\s+/);
    if (/^[#"[!]/.test(pattern)) continue;
    for (const attribute of attributes) {
      const [found, minus, name, value] = word.exec(attribute) ?? [];
      if (found === undefined) continue;
      const isGenerated = minus === '' && value !== 'false';
      if (isGenerated && name === 'vendored') continue;
      rows.unshift({ rules: createRules([pattern], ignoreCase), isGenerated });
      source.push(`${pattern} ${attribute}`);
    }
  }
  if (rows.length === 0) return undefined;
  return {
    test: (path) => rows.find(({ rules }) => rules.test(path, false) === 'ignored')?.isGenerated,
    source: source.join('\n'),
  };
}
