import { expect, it } from 'vitest';
import { countBySlip, isRight, type Judged } from '../../support/editCorpus/judge.js';
import { readChanges } from '../../support/editCorpus/histories.js';
import { casesOf, type EditCase } from '../../support/editCorpus/slips.js';
import { makeRandom } from '../../support/seededRandom.js';

const changes = readChanges();
const random = makeRandom(5);
const cases = changes.flatMap((change) => casesOf(change, random));
const judged: [EditCase, Judged][] = [];
const counts = countBySlip(cases, (one, result) => void judged.push([one, result]));

const describe = ([one, { verdict, problem }]: [EditCase, Judged]): string =>
  `${verdict}: ${one.name}\n${one.old_text}=>\n${one.new_text}${problem}`;

it('has thousands of cases of real commits, of every slip', () => {
  expect(changes.length).toBeGreaterThanOrEqual(250);
  expect(cases.length).toBeGreaterThanOrEqual(5000);
  expect([...counts].filter(([, { cases: some }]) => some < 4)).toEqual([]);
});

it('EDT-11: nothing is ever changed elsewhere, or otherwise than the model wanted', () => {
  const wrong = judged.filter(([, { verdict }]) => verdict === 'elsewhere' || verdict === 'otherwise');
  expect(wrong.map(describe)).toEqual([]);
});

it('at least 99 % are applied where the wanted text is there, and at least 90 % of each slip', () => {
  const clear = judged.filter(([{ wanted, mayRefuse }]) => wanted !== undefined && mayRefuse !== true);
  const applied = clear.filter(([, { verdict }]) => verdict === 'wanted').length;
  expect(applied / clear.length).toBeGreaterThanOrEqual(0.99);
  expect([...counts].filter(([, { right, cases: all }]) => right / all < 0.9)).toEqual([]);
});

it('peers 11-13: a refusal names lines, or says that there is nothing like it', () => {
  const refused = judged.filter(([, { verdict }]) => verdict === 'refused');
  expect(refused.length).toBeGreaterThan(100);
  const silent = refused.filter(([, { problem }]) => !/\blines? \d+|nor anything like it/.test(problem));
  expect(silent.map(describe)).toEqual([]);
  expect(
    refused
      .filter(([one, result]) => !isRight(one, result) && !/What differs:|places/.test(result.problem))
      .map(describe),
  ).toEqual([]);
});
