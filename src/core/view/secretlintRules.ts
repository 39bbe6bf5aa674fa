/**
 * Rules of secretlint's recommended preset, run one by one over a text. Nothing in the text can switch them off: the
 * comments that do so are a rule of their own, which is not run.
 */
import { rules } from '@secretlint/secretlint-rule-preset-recommend';

/** A place in a text, in UTF-16 units. */
export interface Span {
  start: number;
  end: number;
}

interface RuleContext {
  report(report: { range: readonly [number, number] }): void;
  createTranslator(): () => object;
}

interface Rule {
  meta: { id: string };
  create(context: RuleContext, options: object): { file?(source: object): unknown };
}

const prefix = '@secretlint/secretlint-rule-';
const rulesById = new Map((rules as unknown as Rule[]).map((rule) => [rule.meta.id.replace(prefix, ''), rule]));

/** By the last part of their ids, those that `runRule` must not be used for included. */
export const ruleIds: readonly string[] = [...rulesById.keys()];

/**
 * For the rules that look at nothing but the text, at once, and report the very range of a secret; `docs/decisions.md`
 * names the others.
 */
export function runRule(id: string): (text: string) => Span[] {
  const rule = rulesById.get(id);
  if (rule === undefined) throw new Error(`secretlint has no rule ${id}`);
  let found: Span[] = [];
  const report: RuleContext['report'] = ({ range: [start, end] }) => found.push({ start, end });
  // A translator that makes no message: it would hold the secret.
  const handler = rule.create({ report, createTranslator: () => () => ({}) }, {});
  return (text) => {
    found = [];
    // The name is one that makes no rule look for more or less than it does in any text.
    handler.file?.({ content: text, contentType: 'text', filePath: 'text', ext: '', hasBOM: false });
    return found;
  };
}
