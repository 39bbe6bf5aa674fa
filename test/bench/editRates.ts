/** Edits that real commits made, as a model would send them with one slip each, and how they came out. */
import { execFileSync } from 'node:child_process';
import { basename } from 'node:path';
import { changesBetween, type Change } from '../support/editCorpus/changes.js';
import { countBySlip, isRight, type Counts } from '../support/editCorpus/judge.js';
import { casesOf, type EditCase } from '../support/editCorpus/slips.js';
import { makeRandom, type Random } from '../support/seededRandom.js';

const mostFileBytes = 300_000;
const seed = 5;

/** Hunks of the newest commits that changed text files. */
function changesOf(folder: string, most: number, random: Random): Change[] {
  const git = (...args: string[]): Buffer => execFileSync('git', ['-C', folder, ...args], { maxBuffer: 1 << 30 });
  const commits = git('log', '--no-merges', '--format=%H', '-n', '3000').toString().split('\n').filter(Boolean);
  const changes: Change[] = [];
  for (const commit of commits) {
    if (changes.length >= most) break;
    const rows = git('diff-tree', '-r', '--no-renames', '--diff-filter=M', commit).toString().split('\n');
    const files = rows.flatMap((row) => /^:\d+ \d+ (\w+) (\w+) M\t(.+)$/.exec(row) ?? []).length === 0 ? [] : rows;
    let ofCommit = 0;
    for (const row of files) {
      const [, old, now, path] = /^:100\d+ 100\d+ (\w+) (\w+) M\t(.+)$/.exec(row) ?? [];
      if (old === undefined || now === undefined || path === undefined) continue;
      const [before, after] = [old, now].map((blob) => git('cat-file', 'blob', blob)) as [Buffer, Buffer];
      if (Math.max(before.length, after.length) > mostFileBytes || before.includes(0) || after.includes(0)) continue;
      const name = `${basename(folder)} ${commit.slice(0, 8)} ${path}`;
      const found = changesBetween(name, before.toString(), after.toString(), 1 + random.below(3));
      // No commit that touches everything alike makes up the whole.
      const chosen = found.slice(0, Math.max(0, 6 - ofCommit));
      ofCommit += chosen.length;
      changes.push(...chosen);
    }
  }
  return changes.slice(0, most);
}

function share(part: number, of: number): string {
  return of === 0 ? '' : `${((100 * part) / of).toFixed(2)} %`;
}

function rowOf(name: string, counts: Counts): string {
  const { cases, wanted, refused, otherwise, elsewhere, right } = counts;
  return `| ${[name, cases, wanted, refused, otherwise, elsewhere, share(right, cases)].join(' | ')} |`;
}

function main(args: readonly string[]): void {
  const shows = args.includes('--show');
  const most = Number(/^--most=(\d+)$/.exec(args.find((arg) => arg.startsWith('--most=')) ?? '')?.[1] ?? 200);
  const random = makeRandom(seed);
  const cases: EditCase[] = [];
  for (const folder of args.filter((arg) => !arg.startsWith('--'))) {
    const changes = changesOf(folder, most, random);
    const made = changes.flatMap((change) => casesOf(change, random));
    process.stderr.write(`${folder}: ${changes.length} hunks, ${made.length} cases\n`);
    cases.push(...made);
  }
  const bySlip = countBySlip(cases, (one, judged) => {
    if (!shows || isRight(one, judged)) return;
    const { verdict, problem } = judged;
    process.stderr.write(`--- ${verdict}: ${one.name}\n${one.old_text}=>\n${one.new_text}${problem.slice(0, 400)}\n`);
  });
  const all: Counts = { cases: 0, right: 0, wanted: 0, refused: 0, otherwise: 0, elsewhere: 0 };
  for (const counts of bySlip.values()) for (const key of Object.keys(all) as (keyof Counts)[]) all[key] += counts[key];
  const rows = [...bySlip].map(([slip, counts]) => rowOf(slip, counts));
  const head =
    '| slip | cases | as wanted | refused | another text | elsewhere | right |\n|---|---|---|---|---|---|---|';
  process.stdout.write(`${[head, ...rows, rowOf('all', all)].join('\n')}\n`);
}

main(process.argv.slice(2));
