/** Which language a file is written in, by its name; the names are those of GitHub's linguist. */
import { extensionOf } from '../../protocol/packMap.js';

const extensions: Record<string, string> = {
  TypeScript: '.ts .tsx .mts .cts',
  JavaScript: '.js .jsx .mjs .cjs',
  Python: '.py .pyi .pyx',
  Go: '.go',
  Rust: '.rs',
  Java: '.java',
  Kotlin: '.kt .kts',
  Scala: '.scala .sbt',
  Groovy: '.groovy .gradle',
  Clojure: '.clj .cljs .cljc .edn',
  C: '.c .h',
  'C++': '.cc .cpp .cxx .hh .hpp .hxx .ipp',
  'C#': '.cs .csx',
  'F#': '.fs .fsx',
  'Objective-C': '.m .mm',
  Swift: '.swift',
  Dart: '.dart',
  Ruby: '.rb .rake .gemspec',
  PHP: '.php',
  Perl: '.pl .pm .t',
  Lua: '.lua',
  R: '.r',
  Julia: '.jl',
  Haskell: '.hs',
  OCaml: '.ml .mli',
  Elixir: '.ex .exs',
  Erlang: '.erl .hrl',
  Zig: '.zig',
  Assembly: '.s .asm',
  Shell: '.sh .bash .zsh .fish',
  PowerShell: '.ps1 .psm1',
  Batchfile: '.bat .cmd',
  HTML: '.html .htm',
  Vue: '.vue',
  Svelte: '.svelte',
  CSS: '.css',
  SCSS: '.scss',
  Less: '.less',
  SQL: '.sql',
  GraphQL: '.graphql .gql',
  'Protocol Buffer': '.proto',
  Markdown: '.md .mdx .markdown',
  reStructuredText: '.rst',
  AsciiDoc: '.adoc',
  TeX: '.tex .bib',
  Text: '.txt',
  JSON: '.json .jsonc .json5 .jsonl',
  YAML: '.yml .yaml',
  TOML: '.toml',
  INI: '.ini .cfg .conf .properties',
  XML: '.xml .xsd .xsl .csproj .plist',
  SVG: '.svg',
  CSV: '.csv .tsv',
  Nix: '.nix',
  HCL: '.tf .hcl',
  CMake: '.cmake',
  Diff: '.diff .patch',
};

const names: Record<string, string> = {
  makefile: 'Makefile',
  dockerfile: 'Dockerfile',
  'cmakelists.txt': 'CMake',
  gemfile: 'Ruby',
  rakefile: 'Ruby',
  jenkinsfile: 'Groovy',
  license: 'Text',
  notice: 'Text',
  authors: 'Text',
};

const byExtension = new Map(
  Object.entries(extensions).flatMap(([language, list]) => list.split(' ').map((one) => [one, language] as const)),
);
const byName = new Map(Object.entries(names));

export const otherLanguage = 'Other';

export function languageOf(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1).toLowerCase();
  return byName.get(name) ?? byExtension.get(extensionOf(name)) ?? otherLanguage;
}
