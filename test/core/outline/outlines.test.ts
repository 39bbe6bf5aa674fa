import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { firstLinesOf } from '../../../src/core/outline/firstLines.js';
import { grammarOf, grammarRules } from '../../../src/core/outline/grammars.js';
import { createOutliner } from '../../../src/core/outline/outliner.js';
import { grammarNames } from '../../../scripts/copyGrammars.mjs';
import { grammarPorts } from '../pack/workspace.js';

const folder = join(import.meta.dirname, '..', '..', 'fixtures', 'outline');
/** Kept as texts, so that no tool of ours takes them for its own. */
const sources = readdirSync(folder).flatMap((name) => (name.endsWith('.txt') ? [name.slice(0, -4)] : []));
const outliner = createOutliner(grammarPorts.loadGrammar);
const outlineOf = (path: string, view: string): Promise<string | undefined> =>
  outliner.outline(grammarOf(path) ?? 'tsx', view);

describe('outlines', () => {
  it.each(sources)('show what %s declares, in its order, with line numbers and without bodies', async (name) => {
    const view = readFileSync(join(folder, `${name}.txt`), 'utf8');
    const outline = (await outlineOf(name, view)) ?? '';
    await expect(outline).toMatchFileSnapshot(join(folder, `${name}.outline`));
    expect(outline.length).toBeLessThan(view.length);
    const lines = view.split('\n');
    const numbers = [...outline.matchAll(/^(\d+): *(\S*)/gm)].map(([, number, word]) => ({
      number: Number(number),
      word,
    }));
    expect(numbers.map(({ number }) => number)).toEqual(numbers.map(({ number }) => number).sort((a, b) => a - b));
    for (const { number, word } of numbers) expect(lines[number - 1]).toContain(word?.replace(/…$/, ''));
  });

  it('have a source for every grammar that is shipped', () => {
    expect(new Set(sources.map(grammarOf))).toEqual(new Set(grammarNames));
    expect(Object.keys(grammarRules).sort()).toEqual([...grammarNames].sort());
    for (const name of grammarNames) {
      expect(existsSync(`node_modules/@vscode/tree-sitter-wasm/wasm/tree-sitter-${name}.wasm`), name).toBe(true);
    }
  });

  it('are the same again, and after a text that does not parse', async () => {
    const view = readFileSync(join(folder, 'shapes.ts.txt'), 'utf8');
    const first = await outlineOf('shapes.ts', view);
    await outlineOf('broken.ts', `${'({[<'.repeat(3_000)}${view}`);
    expect(await outlineOf('shapes.ts', view)).toBe(first);
  });

  it('keep placeholders whole and characters unbroken', async () => {
    const name = '\u27e6secret:github#1\u27e7';
    for (let pad = 90; pad < 125; pad++) {
      const outline = await outlineOf(
        'a.ts',
        `export const t = '${'x'.repeat(pad)}${name}😀';\n${'// more\n'.repeat(60)}`,
      );
      expect(outline?.replaceAll(name, '')).not.toMatch(/[\u27e6\u27e7]|\p{Surrogate}/u);
    }
  });

  it('are not made of views that are too large, or that declare nothing', async () => {
    expect(await outlineOf('a.ts', `const a = 1;\n${'a();\n'.repeat(200_000)}`)).toBeUndefined();
    expect(await outlineOf('a.ts', '// nothing\n')).toBeUndefined();
    expect(await outlineOf('a.ts', '')).toBeUndefined();
  });
});

describe('first lines', () => {
  it('are a few whole lines, never empty ones only', () => {
    expect(firstLinesOf('\n\n# Title\n\ntext\nmore\nand\nmore\n')).toBe('# Title\n\ntext\nmore\nand\n');
    expect(firstLinesOf('  \n\r\n')).toBe('');
    expect(firstLinesOf(`${'long '.repeat(400)}\n`)).toBe('');
    expect(firstLinesOf(`short\n${'long '.repeat(400)}\n`)).toBe('short\n');
    expect(firstLinesOf('one')).toBe('one\n');
  });
});
