/** A repository that is larger than its budget fills it to 99 % at least, and never goes over. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makeRandom } from '../../support/seededRandom.js';
import { createWorkspace, freshPack, loadCounter, type Workspace } from './workspace.js';

let workspace: Workspace;
beforeEach(() => {
  workspace = createWorkspace();
});
afterEach(() => workspace.dispose());

type Pick = (most: number) => number;

const words = ['tide', 'krill', 'baleen', 'whale', 'harbor', 'plankton', 'current', 'depth'];
const sentence = (pick: Pick, length: number): string =>
  Array.from({ length }, () => words[pick(words.length)]).join(' ');

function typeScript(pick: Pick, functions: number): string {
  return Array.from({ length: functions }, (_, n) => {
    const lines = Array.from({ length: 1 + pick(12) }, () => `  note('${sentence(pick, 4)}', value * ${pick(999)});\n`);
    return `export function part${n}_${pick(99)}(value: number): number {\n${lines.join('')}  return value;\n}\n`;
  }).join('\n');
}

const prose = (pick: Pick, lines: number): string =>
  Array.from({ length: lines }, () => `${sentence(pick, 3 + pick(20))}.\n`).join('');

/** Files by how large they are and what can be shown of them. */
const repositories: Record<string, (pick: Pick) => [path: string, text: string][]> = {
  'many small files of code': (pick) =>
    Array.from({ length: 150 }, (_, n) => [`src/d${n % 9}/f${n}.ts`, typeScript(pick, 1 + pick(6))]),
  'a few large files of code': (pick) =>
    Array.from({ length: 6 }, (_, n) => [`src/large${n}.ts`, typeScript(pick, 150 + pick(200))]),
  'files that have no outline': (pick) =>
    Array.from({ length: 40 }, (_, n) => [`docs/page${n}.md`, prose(pick, 5 + pick(300))]),
  'all kinds, of all sizes': (pick) => [
    ['README.md', prose(pick, 60)],
    ['huge.txt', prose(pick, 2_500)],
    ...Array.from({ length: 30 }, (_, n): [string, string] => [`lib/m${n}.ts`, typeScript(pick, 2 ** pick(7))]),
    ...Array.from({ length: 30 }, (_, n): [string, string] => [`notes/n${n}.txt`, prose(pick, 2 ** pick(8))]),
  ],
  'one file': (pick) => [['only.py', Array.from({ length: 4_000 }, () => `${sentence(pick, 5)}()\n`).join('')]],
};

it.each(Object.entries(repositories))('%s', async (name, make) => {
  const pick: Pick = makeRandom(name.length).below;
  for (const [path, text] of make(pick)) workspace.write(path, text);
  const packer = await workspace.engine();
  const counter = await loadCounter();
  const { report: whole } = await freshPack(packer, workspace.options(10_000_000));
  const budgets = [0.06, 0.2, 0.5, 0.8, 0.97].map((share) => Math.floor(whole.tokens * share) + pick(100));
  for (const budget of budgets) {
    const { report, text } = await freshPack(packer, workspace.options(budget));
    expect(report.tokens).toBe(counter.countText(text));
    expect([budget, report.tokens]).toEqual([budget, Math.min(report.tokens, budget)]);
    expect(report.tokens / budget).toBeGreaterThanOrEqual(0.99);
  }
});
