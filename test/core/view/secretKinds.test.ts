import { rules } from '@secretlint/secretlint-rule-preset-recommend';
import { describe, expect, it } from 'vitest';
import { secretKinds } from '../../../src/core/view/secretKinds.js';
import { findSecrets } from '../../../src/core/view/secrets.js';
import { ruleIds } from '../../../src/core/view/secretlintRules.js';
import { makeRandom } from '../../support/seededRandom.js';
import { furtherMakers, secretMakers } from './secretMakers.js';

/** Rules that do not run, by reason; `docs/decisions.md` has the figures. */
const ownInstead = {
  'filter-comments': 'lets a comment switch rules off',
  gcp: 'goes by the name of a file and takes the whole of it',
  aws: 'its range begins at the name and ends before the value does',
  privatekey: 'takes the marker lines along, and only whole keys',
  basicauth: 'takes the whole address',
  'database-connection-string': 'takes the whole address',
};

interface Rule {
  meta: { id: string };
  create(context: object, options: object): { file(source: object): void };
}
const presetRules = (rules as unknown as Rule[]).map((rule) => ({ id: rule.meta.id.replace(/.*-rule-/, ''), rule }));

function rangesOf(rule: Rule, text: string): { start: number; end: number }[] {
  const found: { start: number; end: number }[] = [];
  const report = ({ range: [start, end] }: { range: [number, number] }): void => void found.push({ start, end });
  rule.create({ report, createTranslator: () => () => ({}) }, {}).file({ content: text, ext: '', filePath: 'text' });
  return found;
}

describe('the table of kinds', () => {
  it('has every rule of secretlint’s preset, or a reason why not', () => {
    expect([...ruleIds].sort()).toEqual(presetRules.map(({ id }) => id).sort());
    const names = new Set(secretKinds.map(({ name }) => name));
    expect(ruleIds.filter((id) => !names.has(id)).sort()).toEqual(Object.keys(ownInstead).sort());
  });

  it.each(presetRules.filter(({ id }) => !(id in ownInstead)))('hides whatever the rule $id reports', ({ rule }) => {
    let reported = 0;
    for (const make of [...Object.values(secretMakers), ...Object.values(furtherMakers)]) {
      for (let seed = 1; seed <= 10; seed++) {
        const text = `// secretlint-disable\n${make(seed).text} // secretlint-disable-line\n`;
        const hidden = findSecrets(text);
        for (const { start, end } of rangesOf(rule, text)) {
          reported++;
          expect(
            hidden.some((range) => range.start <= start && range.end >= end),
            text,
          ).toBe(true);
        }
      }
    }
    expect(reported).toBeGreaterThanOrEqual(10);
  });

  it('hides what the rules find that do not run, but for the words around it', () => {
    const names = ['AWS secret', 'PEM RSA', 'URL with a password', 'Postgres', 'Mongo'];
    const others = presetRules.filter(({ id }) => id in ownInstead && id !== 'filter-comments' && id !== 'gcp');
    for (const name of names) {
      const { text, values } = secretMakers[name]!(4);
      const isFound = others.some(({ rule }) => rangesOf(rule, text).length > 0);
      // Made-up keys do not begin as real ones do.
      expect(isFound || name === 'PEM RSA', name).toBe(true);
      const hidden = findSecrets(text).map(({ start, end }) => text.slice(start, end));
      for (const value of values) expect(hidden.join('\n'), name).toContain(value);
    }
  });

  it('SEC-12 costs no hostile text more than others', () => {
    const length = 15_000;
    const costs = [...hostileUnits()].map((unit) => {
      const text = unit.repeat(Math.ceil(length / unit.length));
      return { unit, text, cost: cpuMs(() => findSecrets(text)) };
    });
    const mean = costs.reduce((sum, { cost }) => sum + cost, 0) / costs.length;
    // A pattern that walks over what it has walked over before costs fifty times the mean, and a pause is none of it.
    const slow = costs.filter(
      ({ text, cost }) => cost > 30 * mean && [1, 2, 3].every(() => cpuMs(() => findSecrets(text)) > 30 * mean),
    );
    expect(slow.map(({ unit }) => unit)).toEqual([]);
  });
});

/** Beginnings of matches, which repeated make a search begin everywhere and end nowhere. */
function hostileUnits(): Set<string> {
  const units = new Set<string>();
  const ends = ['', ' ', '-', '.', '\n', '"'];
  for (const make of [...Object.values(secretMakers), ...Object.values(furtherMakers)]) {
    const { text } = make(3);
    for (const share of [0.125, 0.25, 0.5, 0.75, 0.95])
      for (const end of ends) units.add(text.slice(0, Math.max(1, Math.floor(text.length * share))) + end);
  }
  for (const { text } of secretKinds.flatMap(({ hints }) => hints))
    for (const end of [...ends, 'a', '1', 'a1B2c3D4e5F6g7H8', ' = "']) units.add(text + end);
  const random = makeRandom(11);
  for (let n = 0; n < 100; n++) {
    const { text } = Object.values(secretMakers)[n % Object.keys(secretMakers).length]!(n);
    const at = random.below(text.length);
    units.add(text.slice(at, at + 1 + random.below(30)) || 'x');
  }
  return units;
}

function cpuMs(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
