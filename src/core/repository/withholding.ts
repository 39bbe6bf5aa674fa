/**
 * Files that a reader of the repository does not miss, by kind. They are withheld from the pack always, whatever room
 * there is; one `!pattern` brings any of them back. A rule stands here only if it is sure to spare what people wrote by
 * hand: where in doubt, a file goes in.
 */
import type { WithheldReason } from '../../protocol/pack.js';

export type WithheldKind = Extract<WithheldReason, 'vendored' | 'lock file' | 'minified' | 'generated' | 'data'>;

const kinds: ReadonlySet<WithheldReason> = new Set<WithheldKind>([
  'vendored',
  'lock file',
  'minified',
  'generated',
  'data',
]);

/** The model may still read such a file, or search in it by name: nothing in it is private. */
export function isWithheldKind(why: WithheldReason | undefined): why is WithheldKind {
  return why !== undefined && kinds.has(why);
}

/** Raised with every change of the rules below: a snapshot that was made by others is made anew. */
export const rulesVersion = 1;

/** To name a smaller file takes as many tokens as to show it. Folders of foreign code go as a whole. */
const leastBytes = 1024;

/** What lies below is made for tests: a `node_modules` in it was put there by hand. */
const testFolder = /(?:^|\/)(?:tests?|__tests__|specs?|testdata|test[-_]?data|(?:__)?fixtures?(?:__)?)\//i;

interface FolderRule {
  kind: WithheldKind;
  /** Tried on the path of a folder, with a slash at its end. What lies below goes with it. */
  folder: RegExp;
}

const folderRules: readonly FolderRule[] = [
  // Packages that somebody committed with the code.
  { kind: 'vendored', folder: /(?:^|\/)(?:node_modules|bower_components|jspm_packages|site-packages)\// },
  // Go, PHP and Ruby keep copies in a top folder of this name. Further down it may be a word of the trade.
  { kind: 'vendored', folder: /^vendor\// },
  // The same beside the assets of a web application.
  { kind: 'vendored', folder: /(?:^|\/)(?:assets|static|public|javascripts?|stylesheets|js|css|scss|www)\/vendors?\// },
  // Python packages that carry their dependencies inside, as pip does.
  { kind: 'vendored', folder: /(?:^|\/)_vendor(?:ed)?\// },
  // Copies of foreign sources, by the names that say so.
  { kind: 'vendored', folder: /(?:^|\/)(?:third[-_]?party|3rd[-_]?party)\//i },
  // CocoaPods, Carthage, and Go before it had modules.
  { kind: 'vendored', folder: /(?:^|\/)(?:Pods|Carthage\/(?:Build|Checkouts)|Godeps\/_workspace)\// },
  // Yarn itself and its packages.
  { kind: 'vendored', folder: /(?:^|\/)\.yarn\/(?:releases|plugins|sdks|cache|unplugged)\// },
  // Compilers of GraphQL (Relay, Apollo) write here.
  { kind: 'generated', folder: /(?:^|\/)__generated__\// },
];

interface NameRule {
  kind: WithheldKind;
  /** Tried on the name of a file. */
  name: RegExp;
  /** Only files with more bytes than this. */
  above?: number;
}

const kib = 1024;

const nameRules: readonly NameRule[] = [
  // What a package manager resolved: long, and said in short by the manifest beside it.
  {
    kind: 'lock file',
    name: /^(?:package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|bun\.lockb?|deno\.lock)$/,
  },
  { kind: 'lock file', name: /^(?:poetry\.lock|Pipfile\.lock|uv\.lock|pdm\.lock|pixi\.lock|conda-lock\.yml)$/ },
  { kind: 'lock file', name: /^(?:Cargo\.lock|go\.sum|go\.work\.sum|Gemfile\.lock|gems\.locked|composer\.lock)$/ },
  { kind: 'lock file', name: /^(?:mix\.lock|rebar\.lock|pubspec\.lock|shard\.lock|stack\.yaml\.lock|conan\.lock)$/ },
  {
    kind: 'lock file',
    name: /^(?:Podfile\.lock|Cartfile\.resolved|Package\.resolved|packages\.lock\.json|paket\.lock)$/,
  },
  { kind: 'lock file', name: /^(?:(?:buildscript-)?gradle\.lockfile|MODULE\.bazel\.lock|flake\.lock|Chart\.lock)$/ },
  { kind: 'lock file', name: /^\.terraform\.lock\.hcl$/ },

  // Start scripts that Gradle and Maven copy into every project, and Yarn's loader.
  { kind: 'vendored', name: /^(?:gradlew|gradlew\.bat|mvnw|mvnw\.cmd|\.pnp\.c?js|\.pnp\.loader\.mjs)$/ },
  // A library with its version in its name was not written here.
  {
    kind: 'vendored',
    name: /^(?:jquery|bootstrap|angular|d3|lodash|underscore|backbone)[-.]v?\d+(?:\.\d+)+.*\.(?:js|css)$/,
  },

  // Minified, by its name. What does not say so is known by its lines, see `isMinified`.
  { kind: 'minified', name: /[.-]min\.(?:[cm]?js|css)$/ },

  // Maps from built code to its sources.
  { kind: 'generated', name: /\.(?:[cm]?js|css|d\.[cm]?ts)\.map$/ },
  // Protocol buffers and gRPC, by the names that their compilers give.
  { kind: 'generated', name: /\.pb\.(?:go|cc|h|dart|swift|ts|gw\.go)$|\.pb(?:enum|json|server|grpc)\.dart$/ },
  { kind: 'generated', name: /_pb2(?:_grpc)?\.pyi?$|_pb\.(?:js|ts|d\.ts)$|_grpc\.pb\.go$|_grpc_pb\.(?:js|d\.ts)$/ },
  // Dart's build_runner; designers and source generators of .NET; Kubernetes' and others' Go generators.
  { kind: 'generated', name: /\.(?:g|freezed|mocks|gr|config)\.dart$|\.(?:g|g\.i|Designer|designer)\.(?:cs|vb)$/ },
  { kind: 'generated', name: /^zz_generated\..*\.go$|_generated\.(?:go|rs)$/ },
  // "generated" as a part of its own before the ending.
  { kind: 'generated', name: /\.(?:generated|gen)\.(?:[cm]?[jt]sx?|cs|go|rs|swift|kt|dart|py|h|cc|cpp|graphql)$/ },
  // Jest's and Vitest's snapshots, insta's for Rust; TypeScript's memory of its last build.
  { kind: 'generated', name: /\.[cm]?[jt]sx?\.snap$|\.snap\.new$|\.tsbuildinfo$/ },

  // Tables and records. A small one is an example and goes in.
  { kind: 'data', name: /\.(?:csv|tsv|jsonl|ndjson|geojson|topojson|har|parquet|arrow)$/i, above: 16 * kib },
  // Drawings: a small icon may be edited by hand, a large one never is.
  { kind: 'data', name: /\.svg$/i, above: 16 * kib },
  // Fixtures and dumps. Settings, translations and schemas that people keep by hand stay below these.
  { kind: 'data', name: /\.(?:json|xml|plist)$/i, above: 128 * kib },
  { kind: 'data', name: /\.ya?ml$/i, above: 512 * kib },
  { kind: 'data', name: /\.sql$/i, above: 1024 * kib },
];

/** The kind of a file by its path and size alone. Remembers folders, so that a whole list is cheap. */
export function createKindFinder(): (path: string, bytes: number) => WithheldKind | undefined {
  const known = new Map<string, WithheldKind | undefined>();
  return (path, bytes) => {
    const name = path.slice(path.lastIndexOf('/') + 1);
    const folder = path.slice(0, path.length - name.length);
    let kind = known.get(folder);
    if (kind === undefined && !known.has(folder)) {
      kind = findFolderRule(folder)?.rule.kind;
      known.set(folder, kind);
    }
    if (kind !== undefined || bytes < leastBytes) return kind;
    return findNameRule(name, bytes)?.kind;
  };
}

/** By what a file has its kind, in words; its text, where path and size say nothing. */
export function describeKindRule(path: string, bytes: number): string {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const folder = findFolderRule(path.slice(0, path.length - name.length))?.folder;
  if (folder !== undefined) return `its folder ${folder}`;
  const rule = bytes < leastBytes ? undefined : findNameRule(name, bytes);
  if (rule === undefined) return 'its text';
  return rule.above === undefined ? 'its name' : `its name and a size above ${rule.above / kib} KiB`;
}

function findNameRule(name: string, bytes: number): NameRule | undefined {
  return nameRules.find((rule) => bytes > (rule.above ?? 0) && rule.name.test(name));
}

/** With the folder that the rule means, which may lie further up. */
function findFolderRule(folder: string): { rule: FolderRule; folder: string } | undefined {
  for (const rule of folderRules) {
    const found = rule.folder.exec(folder);
    if (found === null || testFolder.test(folder.slice(0, found.index + 1))) continue;
    return { rule, folder: folder.slice(0, found.index + found[0].length) };
  }
  return undefined;
}

/** Only of what begins so late is it worth asking whether a machine wrote it. */
const headCharacters = 2000;
const headLines = 20;

/** Templates hold the mark that their results shall have; prose and data speak of it. */
const marksElsewhere =
  /\.(?:tmpl|tpl|template|mustache|hbs|handlebars|ejs|erb|j2|jinja2?|mako|liquid|md|mdx|rst|txt|adoc)$/i;
const commentLine = /^\s*(?:\/\/+[!/]?|\/\*+!?|\*+|#+|--+|;+|%+|<!--|\{-|\(\*|"+|'+|rem\b|dnl\b)\s*(.*)$/i;

/** The start of a comment in which a generator says that it wrote the file. */
const generatedMarks: readonly RegExp[] = [
  // The sign that Meta's tools and prost, protobuf-ts, Cargo and many others agree on.
  /(?:^|\s)@generated\b/,
  // Go's rule, and what most compilers write: that it was generated, and at once that it is not to be edited.
  /^(?:.{0,60}\b)?(?:auto[- ]?)?generated\b.*\bdo not (?:edit|modify|change)\b/i,
  /^(?:warning[:!]?\s*)?do not (?:edit|modify|change)\b.{0,40}\b(?:auto[- ]?|automatically )?generated (?:file|code|by|from)\b/i,
  // .NET.
  /^<auto-?generated\b/i,
  // Tools that say no more than their names.
  /^Generated (?:by|from) (?:GNU Autoconf|.{1,80} by ANTLR|the protocol buffer compiler)/,
  /^A (?:Bison parser, made by GNU Bison|lexical scanner generated by flex)/,
  /^(?:Makefile\.in|[\w./-]+) generated (?:automatically )?by (?:automake|autoheader|aclocal)\b/,
  /^This file was automatically generated by SWIG/,
];

/** The kind of a file by its text, for those whose name says nothing. */
export function kindOfText(path: string, text: string): WithheldKind | undefined {
  if (text.length < leastBytes) return undefined;
  if (isMinified(path, text)) return 'minified';
  return saysGenerated(path, text) ? 'generated' : undefined;
}

function saysGenerated(path: string, text: string): boolean {
  const head = text.slice(0, headCharacters);
  if (!/generated|GNU Bison/i.test(head) || marksElsewhere.test(path)) return false;
  const lines = head.split('\n', headLines).flatMap((line) => commentLine.exec(line)?.[1] ?? []);
  return lines.some((line) => generatedMarks.some((mark) => mark.test(line)));
}

/** On average; people write 30 to 40 characters a line. */
const minifiedLine = 400;
const ordinaryLine = 200;
/** A licence above the code is spared by tools, so that some lines of it are ordinary ones. */
const mostOrdinaryLines = 30;

/** JavaScript or CSS with very long lines on average, and next to nothing in lines that a person would write. */
function isMinified(path: string, text: string): boolean {
  if (!/\.(?:[cm]?js|css)$/.test(path)) return false;
  const mostLines = text.length / minifiedLine;
  let lines = 0;
  let ordinary = 0;
  for (let at = 0; at < text.length; lines++) {
    if (lines > mostLines) return false;
    const feed = text.indexOf('\n', at);
    const end = feed < 0 ? text.length : feed;
    if (end - at > 1 && end - at <= ordinaryLine) ordinary++;
    at = end + 1;
  }
  return lines <= mostLines && ordinary <= mostOrdinaryLines;
}
