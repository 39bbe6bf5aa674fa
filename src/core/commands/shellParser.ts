/** Parses shell lines with tree-sitter, in the thread that asks, in slices that do not block it. */
import type { Language, Parser, Tree } from '@vscode/tree-sitter-wasm';
import type { LoadGrammar } from '../outline/outliner.js';

export type ShellLanguage = 'bash' | 'powershell';

export interface ShellParser {
  /** `undefined` if the line takes too many steps. Throws where the grammar is missing. The caller deletes the tree. */
  parse(line: string, language: ShellLanguage): Promise<Tree | undefined>;
}

/** The thread is given back after so long. Only the slices depend on time, never what is found. */
const sliceMs = 8;
/** The parser calls back after each hundred steps or so; honest lines stay below a tenth of this. */
const mostStepsPerChar = 2;
const leastSteps = 2_000;

export function createShellParser(load: LoadGrammar): ShellParser {
  let started: Promise<(language: ShellLanguage) => Promise<Parser>> | undefined;
  return {
    async parse(line, language) {
      started ??= start(load);
      // A failure to load may pass, for instance while a new version is being installed.
      started.catch(() => (started = undefined));
      // A parser of its own: it is in the middle of this line while another one comes.
      const parser = await (await started)(language);
      try {
        return await parseInSlices(parser, line);
      } finally {
        parser.delete();
      }
    },
  };
}

async function start(load: LoadGrammar): Promise<(language: ShellLanguage) => Promise<Parser>> {
  const { default: treeSitter } = await import('@vscode/tree-sitter-wasm');
  const wasmBinary = await load('tree-sitter');
  // The type knows of one option only; without the bytes the module would look for them beside the bundle.
  const options = { wasmBinary, locateFile: (file: string) => file };
  await treeSitter.Parser.init(options);
  const languages = new Map<ShellLanguage, Language>();
  return async (name) => {
    const language = languages.get(name) ?? (await treeSitter.Language.load(await load(`tree-sitter-${name}`)));
    languages.set(name, language);
    const parser = new treeSitter.Parser();
    parser.setLanguage(language);
    return parser;
  };
}

async function parseInSlices(parser: Parser, line: string): Promise<Tree | undefined> {
  let steps = Math.max(leastSteps, line.length * mostStepsPerChar);
  for (;;) {
    const startedAt = performance.now();
    const progressCallback = (): boolean => --steps < 0 || performance.now() - startedAt > sliceMs;
    const tree = parser.parse(line, null, { progressCallback });
    if (tree !== null) return tree;
    if (steps < 0) return undefined;
    await giveWay();
  }
}

export function giveWay(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Gives the thread back whenever work has taken it for a slice. */
export function createPauses(): () => Promise<void> | undefined {
  let since = performance.now();
  return () => {
    if (performance.now() - since < sliceMs) return undefined;
    return giveWay().then(() => void (since = performance.now()));
  };
}
