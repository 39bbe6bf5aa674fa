import treeSitter, { type Language, type Parser, type Range, type Tree } from '@vscode/tree-sitter-wasm';
import { rangesToParse } from './bodies.js';
import { grammarRules, type GrammarName } from './grammars.js';
import { outlineTree } from './outlineTree.js';

/** The files of `@vscode/tree-sitter-wasm` as bytes, by name without ending: `tree-sitter`, `tree-sitter-go` … */
export type LoadGrammar = (name: string) => Promise<Uint8Array>;

/** Makes outlines. Grammars are loaded when they are first needed. */
export interface Outliner {
  /**
   * The outline of a view; `undefined` if there is nothing to show, or if parsing would take too long. Pure: an equal
   * view always has an equal outline, on every machine.
   */
  outline(grammar: GrammarName, view: string): Promise<string | undefined>;
}

/** Longer views are data rather than code, and slow to parse. */
const mostChars = 600_000;
/**
 * The parser calls back after each hundred steps or so. A limit in steps, not in time, keeps an outline from depending
 * on how busy the machine is; no code that people write comes near it.
 */
const mostStepsPerChar = 0.2;
const leastSteps = 2_000;

export function createOutliner(load: LoadGrammar): Outliner {
  let parser: Promise<Parser> | undefined;
  const languages = new Map<GrammarName, Promise<Language>>();

  function languageOf(grammar: GrammarName): Promise<Language> {
    let language = languages.get(grammar);
    if (language === undefined) {
      language = load(`tree-sitter-${grammar}`).then((bytes) => treeSitter.Language.load(bytes));
      languages.set(grammar, language);
    }
    return language;
  }

  return {
    async outline(grammar, view) {
      if (view.length > mostChars) return undefined;
      parser ??= startParser(load);
      const running = await parser;
      running.setLanguage(await languageOf(grammar));
      const tree = parseDeclarations(running, view, grammar);
      if (tree === undefined) return undefined;
      try {
        const outline = outlineTree(tree.rootNode, view, grammarRules[grammar]);
        return outline === '' || outline.length >= view.length ? undefined : outline;
      } finally {
        tree.delete();
      }
    },
  };
}

async function startParser(load: LoadGrammar): Promise<Parser> {
  const wasmBinary = await load('tree-sitter');
  // The type knows of one option only; without the bytes the module would look for them beside the bundle.
  const options = { wasmBinary, locateFile: (file: string) => file };
  await treeSitter.Parser.init(options);
  return new treeSitter.Parser();
}

/** Without the bodies of functions where they are told apart with certainty: what was cut wrongly does not parse. */
function parseDeclarations(parser: Parser, view: string, grammar: GrammarName): Tree | undefined {
  const ranges = rangesToParse(view, grammar);
  if (ranges.length === 0) return parse(parser, view);
  const tree = parse(parser, view, ranges);
  if (tree?.rootNode.hasError === false) return tree;
  tree?.delete();
  return parse(parser, view);
}

function parse(parser: Parser, view: string, includedRanges?: Range[]): Tree | undefined {
  let steps = Math.max(leastSteps, view.length * mostStepsPerChar);
  const progressCallback = (): boolean => --steps < 0;
  const tree = parser.parse(
    view,
    null,
    includedRanges === undefined ? { progressCallback } : { progressCallback, includedRanges },
  );
  if (tree !== null) return tree;
  parser.reset();
  return undefined;
}
