/**
 * Which files the user wants in the pack or out of it. Who decides, strongest first:
 *
 * 1. `includeSecretFiles` alone brings back a secret file; then the rest below counts for it like for any other.
 * 2. The setting's `exclude`: its last pattern that fits, a folder's before those of what lies in it.
 * 3. The `.baleenignore` files, the deepest first; one below an excluded folder is not asked.
 * 4. The repository's own `linguist-generated` in `.gitattributes`.
 * 5. The rules of `withholding.ts`.
 */
import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { PackSelection } from '../../protocol/pack.js';
import { BaleenError, messageOf } from '../errors.js';
import type { Files } from '../host.js';
import { createRules, parseIgnoreRules, type IgnoreRules, type IgnoreVerdict } from './ignoreRules.js';
import { parseLinguist, type LinguistRules } from './linguist.js';
import { rulesVersion } from './withholding.js';

export const ignoreFileName = '.baleenignore';

/** Nothing excluded, nothing brought back. */
export const noSelection: PackSelection = { exclude: [], includeSecretFiles: [] };

export interface Selector {
  /** `wanted`: no rule of ours withholds it, though it may still be secret or binary. */
  verdict(path: string): 'excluded' | 'wanted' | undefined;
  /** The pattern behind a verdict, and where it stands, in words. */
  decidedBy(path: string): string | undefined;
  /** The repository says that a machine wrote it, or that none did. */
  isGenerated(path: string): boolean | undefined;
  allowsSecretFile(path: string): boolean;
  /** Equal for equal rules: settings, `.baleenignore` files, attributes, and the version of our own rules. */
  key: string;
}

const mostRuleBytes = 1024 * 1024;

/**
 * Reads the rules. `paths` are those that a listing gives; the files that hold rules are found among them, and a
 * `.baleenignore` at the root also where git ignores it. Throws a `BaleenError` where one cannot be read: without it
 * something excluded could leave.
 */
export async function readSelector(
  files: Files,
  { root, selection, under = '' }: { root: string; selection: PackSelection; under?: string },
  paths: Iterable<string>,
  ignoreCase: boolean,
): Promise<Selector> {
  const ignoreFiles = new Map<string, IgnoreRules>();
  const attributes = new Map<string, LinguistRules>();
  const hash = createHash('sha256').update(
    JSON.stringify([rulesVersion, ignoreCase, selection.exclude, selection.includeSecretFiles]),
  );
  for (const path of [ignoreFileName, ...[...paths].filter(isRuleFile)]) {
    const folder = path.slice(0, path.lastIndexOf('/') + 1);
    const isIgnoreFile = path.endsWith(ignoreFileName);
    if (isIgnoreFile && ignoreFiles.has(folder)) continue;
    const text = await (isIgnoreFile ? readIgnoreFile(files, root, path) : readAttributes(files, root, path));
    if (text === undefined) continue;
    const linguist = isIgnoreFile ? undefined : parseLinguist(text, ignoreCase);
    if (isIgnoreFile) ignoreFiles.set(folder, parseIgnoreRules(text, ignoreCase));
    else if (linguist !== undefined) attributes.set(folder, linguist);
    if (isIgnoreFile || linguist !== undefined) hash.update(JSON.stringify([path, linguist?.source ?? text]));
  }
  const bySetting = createDecider(rulesAtRoot(selection.exclude, ignoreCase));
  const byFiles = createDecider(ignoreFiles);
  const secrets = createDecider(rulesAtRoot(selection.includeSecretFiles, ignoreCase));
  return {
    verdict(path) {
      const verdict = bySetting.ask(under + path) ?? byFiles.ask(path);
      if (verdict === undefined) return undefined;
      return verdict === 'ignored' ? 'excluded' : 'wanted';
    },
    decidedBy: (path) =>
      bySetting.decidedBy(under + path, () => selection.excludeName ?? 'the settings') ??
      byFiles.decidedBy(path, (folder) => folder + ignoreFileName),
    isGenerated: (path) => askUpwards(attributes, path, (rules, below) => rules.test(below)),
    allowsSecretFile: (path) => secrets.ask(under + path) === 'ignored',
    key: hash.digest('hex').slice(0, 32),
  };
}

function rulesAtRoot(patterns: readonly string[], ignoreCase: boolean): Map<string, IgnoreRules> {
  return new Map(patterns.length === 0 ? [] : [['', createRules(patterns, ignoreCase)]]);
}

interface Decider {
  ask(this: void, path: string): IgnoreVerdict;
  /** The pattern that decided; `nameOf` names the list that stands in a folder. */
  decidedBy(path: string, nameOf: (folder: string) => string): string | undefined;
}

/** A verdict on a folder is one on all that lies in it; only what is not ignored may be judged further down. */
function createDecider(byFolder: ReadonlyMap<string, IgnoreRules>): Decider {
  if (byFolder.size === 0) return { ask: () => undefined, decidedBy: () => undefined };
  const known = new Map<string, IgnoreVerdict>();
  const ask = (path: string, isFolder: boolean): IgnoreVerdict => {
    const slash = path.lastIndexOf('/');
    const above = slash < 0 ? undefined : askFolder(path.slice(0, slash));
    if (above === 'ignored') return above;
    return askUpwards(byFolder, path, (rules, below) => rules.test(below, isFolder)) ?? above;
  };
  const askFolder = (folder: string): IgnoreVerdict => {
    if (!known.has(folder)) known.set(folder, ask(folder, true));
    return known.get(folder);
  };
  return {
    ask: (path) => ask(path, false),
    decidedBy(path, nameOf) {
      // An excluded folder decides on all that lies in it; else the nearest pattern that says anything does.
      const ends = [...path.matchAll(/\//g)].map(({ index }) => index);
      const excluded = ends.map((end) => path.slice(0, end)).find((folder) => askFolder(folder) === 'ignored');
      const asked = excluded === undefined ? [path, ...ends.reverse().map((end) => path.slice(0, end))] : [excluded];
      for (const one of asked) {
        const found = findDeciding(byFolder, one, one !== path);
        if (found !== undefined) return `the pattern ${JSON.stringify(found.pattern)} of ${nameOf(found.folder)}`;
      }
      return undefined;
    },
  };
}

function findDeciding(
  byFolder: ReadonlyMap<string, IgnoreRules>,
  path: string,
  isFolder: boolean,
): { pattern: string; folder: string } | undefined {
  const named = new Map([...byFolder].map(([folder, rules]) => [folder, { folder, rules }]));
  return askUpwards(named, path, ({ folder, rules }, below) => {
    const pattern = rules.deciding(below, isFolder);
    return pattern === undefined ? undefined : { pattern, folder };
  });
}

/** The answer of the deepest rules that have one. */
function askUpwards<Rules, Answer>(
  byFolder: ReadonlyMap<string, Rules>,
  path: string,
  test: (rules: Rules, below: string) => Answer | undefined,
): Answer | undefined {
  if (byFolder.size === 0) return undefined;
  for (let end = path.lastIndexOf('/') + 1; ; end = path.lastIndexOf('/', end - 2) + 1) {
    const rules = byFolder.get(path.slice(0, end));
    const answer = rules === undefined ? undefined : test(rules, path.slice(end));
    if (answer !== undefined || end === 0) return answer;
  }
}

/** Whether a file holds rules that `readSelector` reads. */
export function isRuleFile(path: string): boolean {
  return /(?:^|\/)(?:\.baleenignore|\.gitattributes)$/.test(path);
}

async function readIgnoreFile(files: Files, root: string, path: string): Promise<string | undefined> {
  try {
    return await readText(files, join(root, path));
  } catch (error) {
    throw new BaleenError(
      `${path} could not be read (${messageOf(error)}), so it is not known what it excludes, and nothing was packed. Make it a readable file, or remove it.`,
    );
  }
}

async function readAttributes(files: Files, root: string, path: string): Promise<string | undefined> {
  return readText(files, join(root, path)).catch(() => undefined);
}

async function readText(files: Files, path: string): Promise<string | undefined> {
  if ((await files.lstat(path)) === undefined) return undefined;
  return Buffer.from(await files.read(path, mostRuleBytes)).toString('utf8');
}
