/** The texts of the generated repository: modules, pages, and the check that its `npm test` runs. */
import type { Random } from './seededRandom.js';

export interface FileForm {
  lineEnd: '\n' | '\r\n';
  encoding: 'utf8' | 'utf8-bom' | 'latin1';
  finalLineEnd: boolean;
}

interface TextPlan {
  random: Random;
  /** The word to use, or `undefined` for a text without it. */
  word: string | undefined;
  form: FileForm;
}

const NOUNS = ['account', 'balance', 'entry', 'invoice', 'month', 'total', 'rate', 'owner', 'café', 'Gebühr', 'señal'];
const VERBS = ['adds', 'checks', 'closes', 'counts', 'opens', 'reads', 'sorts', 'sums'];

/** A module that `npm test` imports: it fails where only some of the sites were renamed. */
export function writeModule(plan: TextPlan & { index: number }): Buffer {
  const { random, word, index } = plan;
  const lines = [`// Module ${index} ${random.choose(VERBS)} every ${random.choose(NOUNS)}.`, ''];
  if (word !== undefined) lines.unshift(`import { ${word} } from '../core/book.mjs';`, '');
  lines.push(...writeFillers(random, index));
  if (word !== undefined) lines.push(...writeSites(random, word, index));
  lines.push(`export const order = ${random.below(1000)};`);
  return encode(lines, plan.form);
}

/** Words, substrings of words, strings, comments, several on a line, and lines that stand there twice. */
function writeSites(random: Random, word: string, index: number): string[] {
  const lower = word.toLowerCase();
  const twice = [`  const kept = new ${word}();`, `  kept.add('${random.choose(NOUNS)}');`];
  return [
    `/* ${word}: the ${random.choose(NOUNS)} of ${word}s and of my${word} is no ${word}_2; "${word}" is. */`,
    `export const label = '${word}';`,
    `const ${lower}Count = ${random.below(50)}; // ${word}, ${word}. (${word})`,
    `export class ${word}View${index} extends ${word} {}`,
    'export function openFirst() {',
    ...twice,
    `  return [kept, ${lower}Count, "a ${word}'s end", \`\${${word}.name}-${word}\`];`,
    '}',
    'export function openSecond() {',
    ...twice,
    `  return kept instanceof ${word} && !(kept instanceof ${word}View${index});`,
    '}',
    `export const kind = ${word};`,
  ];
}

function writeFillers(random: Random, index: number): string[] {
  const lines: string[] = [];
  for (let part = 0; part <= random.below(6); part += 1) {
    lines.push(
      `// It ${random.choose(VERBS)} the ${random.choose(NOUNS)} before it ${random.choose(VERBS)} the ${random.choose(NOUNS)}.`,
      `export function step${index}Part${part}(value) {`,
      `  return (value * ${random.below(90) + 2} + ${random.below(900)}) % ${random.below(90) + 7};`,
      '}',
      '',
    );
  }
  return lines;
}

/** A page whose heading `npm test` compares with the name of the class. */
export function writePage(plan: TextPlan): Buffer {
  const { random, word } = plan;
  const lines = word === undefined ? ['# Notes', ''] : [`# About ${word}`, '', `\`${word}\` is not ${word}Book.`];
  for (let part = 0; part <= random.below(8); part += 1) {
    const subject = word !== undefined && random.below(2) === 0 ? word : random.choose(NOUNS);
    lines.push(
      `- The ${subject} ${random.choose(VERBS)} each ${random.choose(NOUNS)}, then ${random.choose(VERBS)} it.`,
    );
  }
  if (word !== undefined) lines.push(`Last word: ${word}`);
  return encode(lines, plan.form);
}

function encode(lines: string[], form: FileForm): Buffer {
  const text = lines.join(form.lineEnd) + (form.finalLineEnd ? form.lineEnd : '');
  if (form.encoding === 'latin1') return Buffer.from(text, 'latin1');
  return Buffer.from(form.encoding === 'utf8-bom' ? `\uFEFF${text}` : text, 'utf8');
}

/** Lines of check.mjs, which knows neither the old word nor the new one. */
export function writeCheck(): string[] {
  return `import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

const [[name, kind], ...others] = Object.entries(await import('./src/core/book.mjs'));
assert.equal(others.length, 0);
assert.equal(kind.name, name);
let users = 0;
for (const path of readdirSync('src', { recursive: true }).filter((path) => path.endsWith('.mjs'))) {
  const used = await import('./src/' + path.replaceAll('\\\\', '/'));
  if (!('label' in used)) continue;
  users += 1;
  assert.equal(used.label, name, path);
  assert.equal(used.kind, kind, path);
  assert.ok(used.openSecond(), path);
  assert.deepEqual(used.openFirst().slice(2), ['a ' + name + "'s end", name + '-' + name], path);
}
assert.ok(users > 0);
for (const path of readdirSync('docs', { recursive: true }).filter((path) => path.endsWith('.md'))) {
  const heading = /^\\uFEFF?# About (\\w+)/.exec(readFileSync('docs/' + path, 'utf8'));
  if (heading) assert.equal(heading[1], name, path);
}
assert.equal(readFileSync('docs/word.txt', 'utf8'), name);
if (process.platform !== 'win32') assert.equal(execFileSync('./bin/report.mjs').toString(), name);
process.stdout.write(users + ' modules agree\\n');`.split('\n');
}
