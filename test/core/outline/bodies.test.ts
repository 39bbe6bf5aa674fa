import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import treeSitter from '@vscode/tree-sitter-wasm';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { rangesToParse } from '../../../src/core/outline/bodies.js';
import { grammarOf, grammarRules, type GrammarName } from '../../../src/core/outline/grammars.js';
import { createOutliner } from '../../../src/core/outline/outliner.js';
import { outlineTree } from '../../../src/core/outline/outlineTree.js';
import { grammarPorts } from '../pack/workspace.js';

const { loadGrammar } = grammarPorts;
const outliner = createOutliner(loadGrammar);
const languages = new Map<GrammarName, treeSitter.Language>();
let parser: treeSitter.Parser;

beforeAll(async () => {
  // Starts the library, which is one for all parsers.
  await outliner.outline('go', 'package a\n');
  parser = new treeSitter.Parser();
  for (const name of Object.keys(grammarRules) as GrammarName[]) {
    languages.set(name, await treeSitter.Language.load(await loadGrammar(`tree-sitter-${name}`)));
  }
});

/** The outline by a parse of every character. */
function outlineWhole(grammar: GrammarName, view: string): string | undefined {
  parser.setLanguage(languages.get(grammar)!);
  const tree = parser.parse(view)!;
  const outline = outlineTree(tree.rootNode, view, grammarRules[grammar]);
  tree.delete();
  return outline === '' || outline.length >= view.length ? undefined : outline;
}

function kept(view: string, grammar: GrammarName): string {
  const ranges = rangesToParse(view, grammar);
  return ranges.map(({ startIndex, endIndex }) => view.slice(startIndex, endIndex)).join('');
}

const filler = (indent: string, statement: string): string => `${indent}${statement}\n`.repeat(12);

/** By grammar: texts whose bodies are found, with a word of a body that need not be parsed. */
const found: [GrammarName, string][] = [
  ['typescript', `export class A {\n  run(a: string): void {\n${filler('    ', 'inside(a);')}  }\n}\n`],
  ['typescript', `export const f = async (\n  a: A,\n): Promise<void> => {\n${filler('  ', 'inside(a);')}};\n`],
  ['javascript', `app.get('/', function (req, res) {\n${filler('  ', 'inside();')}});\nfunction after() {}\n`],
  ['tsx', `export function View() {\n${filler('  ', 'inside();')}  return <p>{'}'}</p>;\n}\n`],
  [
    'python',
    `class A:\n    def f(\n        self,\n    ) -> int:\n        """Says."""\n${filler('        ', 'inside()')}`,
  ],
  ['python', `def f():\n    # why\n${filler('    ', 'inside()')}\nX = 1\n`],
  [
    'go',
    `package a\n\nfunc (a *A) F() error {\n${filler('\t', 'inside()')}\treturn nil\n}\n\ntype B struct{ C int }\n`,
  ],
  [
    'rust',
    `impl<T> A<T>\nwhere\n    T: B,\n{\n    pub fn f(\n        &self,\n    ) -> u8 {\n${filler('        ', 'inside();')}    }\n}\n`,
  ],
  ['rust', `${filler('', '/// It is inside a comment.')}pub fn f() {}\n`],
  ['java', `class A {\n  @Override\n  public int f(int a) {\n${filler('    ', 'inside();')}  }\n}\n`],
  ['c-sharp', `class A\n{\n    public int F(int a)\n    {\n${filler('        ', 'inside();')}    }\n}\n`],
  ['ruby', `class A\n  def f(a)\n${filler('    ', 'inside')}  end\n\n  def g = 1\nend\n`],
  ['php', `<?php\nclass A\n{\n    public function f($a)\n    {\n${filler('        ', 'inside();')}    }\n}\n`],
];

/** Texts that are not what their indentation says. */
const odd: [GrammarName, string][] = [
  ['typescript', `function f() {\n${filler('  ', 'inside();')}  return \`\n}\n\`;\n}\nclass B {\n  m() {}\n}\n`],
  [
    'typescript',
    `interface A {\n  f(): {\n${filler('    ', 'a: string;')}  };\n}\ntype F = (a: A) => {\n${filler('  ', 'b: string;')}};\n`,
  ],
  ['python', `def f():\n    a = """\n${filler('', 'def inside(): """')}"""\n${filler('    ', 'b()')}\ndef g(): pass\n`],
  [
    'python',
    ['f', 'g'].map((name) => `def ${name}():\n${filler('    ', 'inside()')}    return """\nTEXT\n"""\n`).join(''),
  ],
  [
    'python',
    `def f():\n    "one line"\n${filler('    ', 'inside()')}\ndef g(a, b=[\n    1,\n]):\n${filler('    ', 'a()')}`,
  ],
  ['ruby', `def f\n${filler('  ', 'inside')}rescue\n  1\nend\n\ndef g(a,\n      b)\n${filler('  ', 'inside')}end\n`],
  ['go', `package a\n\nfunc f() {\n${filler('\t', 'inside()')}again:\n\tgoto again\n}\n\nvar A = func() {\n}\n`],
  ['java', `enum A {\n  B(1) {\n${filler('    ', 'int f() { return 1; }')}  };\n}\n`],
  ['rust', `fn f() -> &'static str {\n${filler('    ', 'inside();')}    r#"\n}\nfn no() {\n"#\n}\nstruct S;\n`],
];

describe('an outline without the bodies of functions', () => {
  it.each(found)('leaves out what it does not show, and nothing else (%s, %#)', async (grammar, view) => {
    for (const text of [view, view.replaceAll('\n', '\r\n'), view.trimEnd()]) {
      expect(rangesToParse(text, grammar)).not.toEqual([]);
      expect(kept(text, grammar)).not.toContain('inside');
      expect(await outliner.outline(grammar, text)).toBe(outlineWhole(grammar, text));
    }
  });

  it.each(odd)('is the same where the indentation misleads (%s, %#)', async (grammar, view) => {
    expect(await outliner.outline(grammar, view)).toBe(outlineWhole(grammar, view));
  });

  it('is the same of our own sources', async () => {
    const root = join(import.meta.dirname, '..', '..', '..');
    const names = ['src', 'scripts', 'test/core'].flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(root, folder, name)),
    );
    let all = 0;
    let parsed = 0;
    for (const name of names) {
      const grammar = grammarOf(name);
      if (grammar === undefined) continue;
      const view = readFileSync(name, 'utf8');
      all += view.length;
      parsed += kept(view, grammar).length || view.length;
      expect(await outliner.outline(grammar, view), name).toBe(outlineWhole(grammar, view));
    }
    expect(parsed).toBeLessThan(all / 2);
  });

  it('gives each row and column of a text its place', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...found.map(([, view]) => view), '\n', 'é\n', '  x\r\n')), (parts) => {
        const view = parts.join('');
        const lines = view.split('\n');
        for (const grammar of Object.keys(grammarRules) as GrammarName[]) {
          let last = -1;
          for (const { startIndex, startPosition, endIndex, endPosition } of rangesToParse(view, grammar)) {
            expect(startIndex).toBeGreaterThan(last);
            expect(endIndex).toBeGreaterThan(startIndex);
            last = endIndex;
            for (const [index, { row, column }] of [
              [startIndex, startPosition],
              [endIndex, endPosition],
            ] as const) {
              expect(lines.slice(0, row).reduce((sum, line) => sum + line.length + 1, column)).toBe(index);
            }
          }
        }
      }),
      { numRuns: 50 },
    );
  });
});
