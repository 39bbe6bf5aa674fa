/** What a new text would bring about that its diff does not say aloud: a script, a request, what nobody can see. */
import { posix } from 'node:path';

export interface Concern {
  sentence: string;
  /** The lines of the new text that it is about. */
  lines: string[];
}

/** Compares two views; `before` is empty for a new file. */
export function findConcerns(path: string, before: string, after: string): Concern[] {
  return [
    ...(posix.basename(path).toLowerCase() === 'package.json' ? findScripts(before, after) : []),
    ...(isIgnoreFile(path) ? findUnignored(before, after) : []),
    ...(isJson(path, after) ? findRemoteSchemas(before, after) : []),
    ...findInvisible(before, after),
  ];
}

/** Its rules keep files from the model. */
export function isIgnoreFile(path: string): boolean {
  return posix.basename(path).toLowerCase() === '.gitignore';
}

/** Rules that are added take more away; without one of the old ones, or with a `!`, files come into view. */
function findUnignored(before: string, after: string): Concern[] {
  const old = rulesOf(before);
  const now = rulesOf(after);
  const gone: string[] = [];
  const added: string[] = [];
  let at = 0;
  for (const rule of old) {
    const found = now.indexOf(rule, at);
    if (found === -1) gone.push(rule);
    else {
      added.push(...now.slice(at, found));
      at = found + 1;
    }
  }
  const shown = [...added, ...now.slice(at)].filter((rule) => rule.startsWith('!'));
  if (gone.length === 0 && shown.length === 0) return [];
  const named = [...gone.map((rule) => `without ${rule}`), ...shown.map((rule) => `with ${rule}`)];
  const more = named.length > 8 ? ' …' : '';
  const sentence = `Files that git ignores now could come into the model’s view: ${named.slice(0, 8).join(', ')}${more}.`;
  return [{ sentence, lines: shown }];
}

function rulesOf(view: string): string[] {
  return view.split(/\r?\n/).filter((line) => line.trim() !== '' && !line.startsWith('#'));
}

/** npm runs these without being asked to. */
const ownAccord: ReadonlySet<string> = new Set(
  'preinstall install postinstall preprepare prepare postprepare prepublish prepublishOnly prepack postpack dependencies'.split(
    ' ',
  ),
);

function findScripts(before: string, after: string): Concern[] {
  const now = readScripts(after);
  if (now === undefined)
    return [{ sentence: 'The new text is no valid JSON, so its scripts are not known.', lines: [] }];
  const old = readScripts(before) ?? new Map<string, string>();
  const changed = [...now].filter(([name, script]) => old.get(name) !== script);
  const gone = [...old.keys()].filter((name) => !now.has(name));
  return [
    ...changed.map(([name, script]) => {
      const when = ownAccord.has(name) ? ', which npm runs by itself on installing,' : '';
      const lines = readPairs(after).filter((pair) => pair.name === name && pair.value === script);
      return { sentence: `The script "${name}"${when} would be: ${script}`, lines: lines.map(({ line }) => line) };
    }),
    ...gone.map((name) => ({ sentence: `The script "${name}" would be gone.`, lines: [] })),
  ];
}

function readScripts(view: string): Map<string, string> | undefined {
  try {
    const { scripts } = JSON.parse(view) as { scripts?: unknown };
    const entries = Object.entries(typeof scripts === 'object' && scripts !== null ? scripts : {});
    return new Map(entries.map(([name, script]) => [name, String(script)]));
  } catch {
    return undefined;
  }
}

/** The editor fetches such a schema as soon as it sees the file, and the address may carry data out. */
function findRemoteSchemas(before: string, after: string): Concern[] {
  const known = new Set(schemasOf(before).map(({ value }) => value));
  return schemasOf(after)
    .filter(({ value }) => !known.has(value))
    .map(({ value, line }) => ({
      sentence: `The editor would fetch a schema from ${value} by itself.`,
      lines: [line],
    }));
}

function schemasOf(view: string): Pair[] {
  const pairs = readPairs(view);
  const names = new Set(['$schema', ...(view.includes('schemas') ? ['url'] : [])]);
  return pairs.filter(({ name, value }) => names.has(name) && /^\s*(?:https?:|\/\/)/i.test(value));
}

interface Pair {
  name: string;
  value: string;
  /** The line of the value. */
  line: string;
}

// As the editor reads JSON: with comments, and with strings that are not closed.
const jsonToken = /\/\/[^\n]*|\/\*[^]*?(?:\*\/|$)|"(?:[^"\\\n]|\\.)*(?:"|\\?(?=\n|$))|[^\s"/]|\//g;

/** Every name with a string for its value, wherever it stands. */
function readPairs(view: string): Pair[] {
  const tokens = [...view.matchAll(jsonToken)].filter(([text]) => !/^\/[/*]/.test(text));
  return tokens.flatMap((value, index) => {
    const name = tokens[index - 2]?.[0];
    if (tokens[index - 1]?.[0] !== ':' || !value[0].startsWith('"') || name?.startsWith('"') !== true) return [];
    return [{ name: readString(name), value: readString(value[0]), line: lineAt(view, value.index) }];
  });
}

const letters: Record<string, string> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

function readString(token: string): string {
  return token
    .replace(/^"|"$/g, '')
    .replace(/\\(?:u([0-9a-f]{4})|(.))/gi, (_, code: string | undefined, letter: string) =>
      code === undefined ? (letters[letter] ?? letter) : String.fromCharCode(Number.parseInt(code, 16)),
    );
}

function lineAt(view: string, at: number): string {
  const end = view.indexOf('\n', at);
  return view.slice(view.lastIndexOf('\n', at) + 1, end === -1 ? undefined : end).replace(/\r$/, '');
}

/** By its name, or by how it begins. */
function isJson(path: string, view: string): boolean {
  if (/\.(?:jsonc?|json5|code-[a-z]+|webmanifest|geojson)$/i.test(path)) return true;
  return /^(?:\s|\ufeff|\/\/[^\n]*\n|\/\*[^]*?\*\/)*[{[]/.test(view);
}

/** Escapes of a view that stand for characters which are plain to see. */
const seen: ReadonlySet<string> = new Set(['000D', '003C', '27E6', 'FF5C']);

function findInvisible(before: string, after: string): Concern[] {
  const old = countEscapes(before);
  const more = [...countEscapes(after)].filter(([code, count]) => count > (old.get(code) ?? 0)).map(([code]) => code);
  if (more.length === 0) return [];
  const codes = more.slice(0, 8).map((code) => `U+${code}`);
  const sentence = `The new text holds characters that cannot be seen: ${codes.join(', ')}${more.length > 8 ? ' …' : ''}.`;
  const known = new Set(before.split('\n'));
  const lines = after
    .split('\n')
    .filter((line) => !known.has(line) && more.some((code) => line.includes(`\u27e6U+${code}\u27e7`)));
  return [{ sentence, lines: lines.map((line) => line.replace(/\r$/, '')) }];
}

/** How many characters of a view stand in it as escapes because nobody would see them. */
export function countInvisible(view: string): number {
  return [...countEscapes(view).values()].reduce((sum, count) => sum + count, 0);
}

function countEscapes(view: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const [, code = ''] of view.matchAll(/\u27e6U\+([0-9A-F]{4,6})\u27e7/g)) {
    if (!seen.has(code)) counts.set(code, (counts.get(code) ?? 0) + 1);
  }
  return counts;
}
