import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';

/** What each layer of src may import: layers, then packages by exact name (`node:*` is any Node module). */
const layers: Record<string, { layers: string[]; packages: string[] }> = {
  protocol: { layers: [], packages: [] },
  core: {
    layers: ['protocol'],
    packages: [
      'node:path',
      'node:crypto',
      'node:buffer',
      'node:zlib',
      '@vscode/tree-sitter-wasm',
      'openai',
      '@anthropic-ai/sdk',
      '@secretlint/secretlint-rule-preset-recommend',
      'diff',
      'node-diff3',
      're2js',
      'zod',
    ],
  },
  node: { layers: ['core', 'protocol'], packages: ['node:*', '@anthropic-ai/sandbox-runtime'] },
  rehearsal: { layers: ['core', 'protocol'], packages: ['node:crypto'] },
  cli: { layers: ['core', 'node', 'protocol', 'rehearsal'], packages: ['node:*'] },
  vscode: { layers: ['core', 'node', 'protocol', 'rehearsal'], packages: ['node:*', 'vscode', 'zod', 'diff'] },
  webview: {
    layers: ['protocol'],
    packages: ['preact', 'preact/hooks', 'd3-hierarchy', 'marked', 'dompurify', 'highlight.js'],
  },
};

const root = join(import.meta.dirname, '..', 'src');
const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.tsx?$/.test(name) && !name.endsWith('.d.ts'))
  .map((name) => join(root, name));

const layerOf = (file: string): string => relative(root, file).split(sep)[0]!;
const importsOf = (file: string): string[] =>
  ts.preProcessFile(readFileSync(file, 'utf8'), true, true).importedFiles.map((one) => one.fileName);

function resolveImport(from: string, specifier: string): string | undefined {
  const base = join(dirname(from), specifier.replace(/\.js$/, ''));
  return [`${base}.ts`, `${base}.tsx`, base].find((path) => /\.(ts|tsx)$/.test(path) && existsSync(path));
}

function isAllowed(specifier: string, allowed: readonly string[]): boolean {
  return allowed.some((name) => {
    if (name.endsWith('*')) return specifier.startsWith(name.slice(0, -1));
    return specifier === name || (!name.startsWith('node:') && specifier.startsWith(`${name}/`));
  });
}

test('every file stands in a known layer', () => {
  expect(files.filter((file) => layers[layerOf(file)] === undefined)).toEqual([]);
});

test('each layer imports only what lies below it', () => {
  const broken: string[] = [];
  for (const file of files) {
    const layer = layers[layerOf(file)]!;
    for (const specifier of importsOf(file)) {
      const isRelative = specifier.startsWith('.');
      const target = isRelative ? resolveImport(file, specifier) : undefined;
      const allowed = isRelative
        ? target !== undefined && [layerOf(file), ...layer.layers].includes(layerOf(target))
        : isAllowed(specifier, layer.packages);
      if (!allowed) broken.push(`${relative(root, file)} -> ${specifier}`);
    }
  }
  expect(broken).toEqual([]);
});

test('there are no import cycles', () => {
  const graph = new Map(
    files.map((file) => [
      file,
      importsOf(file).flatMap((one) => (one.startsWith('.') ? (resolveImport(file, one) ?? []) : [])),
    ]),
  );
  const done = new Set<string>();
  const cycles: string[] = [];
  const visit = (file: string, path: readonly string[]): void => {
    const at = path.indexOf(file);
    if (at >= 0) cycles.push([...path.slice(at), file].map((one) => relative(root, one)).join(' -> '));
    if (at >= 0 || done.has(file)) return;
    for (const next of graph.get(file) ?? []) visit(next, [...path, file]);
    done.add(file);
  };
  for (const file of files) visit(file, []);
  expect(cycles).toEqual([]);
});

test('only tests and the log may print, and nothing leaves a task unfinished', () => {
  const marks = files.filter((file) =>
    /\b(TODO|FIXME|XXX)\b|@ts-ignore|@ts-nocheck/.test(withoutStrings(readFileSync(file, 'utf8'))),
  );
  expect(marks.map((file) => relative(root, file))).toEqual([]);
});

function withoutStrings(text: string): string {
  return text.replace(/'[^'\n]*'|`[^`]*`|\/[^/\n]+\/[a-z]*/g, '');
}

test.each(['.', 'test/bench'])('the lock file in %s names no host', (folder) => {
  expect(readFileSync(join(root, '..', folder, 'package-lock.json'), 'utf8')).not.toMatch(/"resolved"/);
});
