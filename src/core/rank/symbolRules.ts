/**
 * How names are defined in each language, by the words that stand before them. A line rule and not a parser: it must be
 * cheap enough for every file of a repository, and a name that it misses costs a file a little of its rank.
 */

export interface SymbolRules {
  /** Names are looked for only among files of one family. */
  family: string;
  /** The next name is defined. */
  words: readonly string[];
  /** The same, but only on a line that is not indented, or behind `export`. */
  outerWords: readonly string[];
  /** A name at the start of a line before `=` is defined. */
  assigns?: boolean;
  /** After a word, parentheses with a receiver may come before the name. */
  receivers?: boolean;
  /** The last name before the first `(` of a line that begins so: with one of these words, or (empty) not indented. */
  callables?: readonly string[];
}

const javascript: SymbolRules = {
  family: 'js',
  words: ['function', 'class', 'interface', 'type', 'enum', 'namespace'],
  outerWords: ['const', 'let', 'var'],
};
const c: SymbolRules = {
  family: 'c',
  words: ['class', 'struct', 'enum', 'union', 'namespace', 'define'],
  outerWords: [],
  callables: [],
};
const modifiers = [
  'public',
  'protected',
  'private',
  'internal',
  'static',
  'abstract',
  'final',
  'override',
  'virtual',
  'async',
];
const java: SymbolRules = {
  family: 'java',
  words: ['class', 'interface', 'enum', 'record'],
  outerWords: [],
  callables: modifiers,
};
const python: SymbolRules = { family: 'python', words: ['def', 'class'], outerWords: [], assigns: true };
const ruby: SymbolRules = { family: 'ruby', words: ['def', 'class', 'module'], outerWords: [], assigns: true };
const rust: SymbolRules = {
  family: 'rust',
  words: ['fn', 'struct', 'enum', 'trait', 'type', 'const', 'static', 'mod', 'union', 'macro_rules'],
  outerWords: [],
};
const go: SymbolRules = {
  family: 'go',
  words: ['func', 'type'],
  outerWords: ['var', 'const'],
  receivers: true,
};
const php: SymbolRules = {
  family: 'php',
  words: ['function', 'class', 'interface', 'trait', 'enum', 'const'],
  outerWords: [],
};
const csharp: SymbolRules = {
  family: 'c-sharp',
  words: ['class', 'interface', 'enum', 'record', 'struct', 'namespace'],
  outerWords: [],
  callables: modifiers,
};
const kotlin: SymbolRules = {
  family: 'java',
  words: ['class', 'interface', 'object', 'fun', 'trait', 'def'],
  outerWords: ['val'],
};
const swift: SymbolRules = {
  family: 'swift',
  words: ['func', 'class', 'struct', 'enum', 'protocol', 'actor'],
  outerWords: ['let', 'var'],
};
const shell: SymbolRules = { family: 'shell', words: ['function'], outerWords: [], callables: [] };
const lua: SymbolRules = { family: 'lua', words: ['function'], outerWords: ['local'] };
const elixir: SymbolRules = { family: 'elixir', words: ['def', 'defp', 'defmodule', 'defmacro'], outerWords: [] };

const families: readonly [SymbolRules, string][] = [
  [javascript, 'ts mts cts tsx js mjs cjs jsx vue svelte'],
  [c, 'c h cc cpp cxx hh hpp hxx m mm cu'],
  [java, 'java'],
  [python, 'py pyi pyx'],
  [ruby, 'rb rake'],
  [rust, 'rs'],
  [go, 'go'],
  [php, 'php'],
  [csharp, 'cs'],
  [kotlin, 'kt kts scala groovy'],
  [swift, 'swift'],
  [shell, 'sh bash zsh'],
  [lua, 'lua'],
  [elixir, 'ex exs'],
];

const byEnding = new Map(
  families.flatMap(([rules, endings]) => endings.split(' ').map((ending) => [ending, rules] as const)),
);

/** `undefined` for what is no source code: such files define nothing. */
export function symbolRulesOf(path: string): SymbolRules | undefined {
  return byEnding.get(path.slice(path.lastIndexOf('.') + 1).toLowerCase());
}
