/**
 * The bundles. `node esbuild.mjs` builds for development; `--production` minifies and leaves the maps out.
 * A production build starts from an empty dist, because a map left over would be packaged.
 */
import { cp, mkdir, rm, stat } from 'node:fs/promises';
import * as esbuild from 'esbuild';
import { copyGrammars } from './scripts/copyGrammars.mjs';
import { buildTokenTables } from './scripts/buildTokenTables.mjs';

const production = process.argv.includes('--production');
const common = {
  bundle: true,
  minify: production,
  sourcemap: production ? false : 'linked',
  logLevel: 'warning',
  legalComments: 'none',
  define: { 'process.env.NODE_ENV': JSON.stringify(production ? 'production' : 'development') },
};
/**
 * Libraries that few runs need stand in files of their own beside the bundles, and are read when they are first asked for
 * by `import()`: every start would else have to go through their text.
 */
const sandboxRuntime = '@anthropic-ai/sandbox-runtime';
const apart = {
  openai: 'openai.cjs',
  '@anthropic-ai/sdk': 'anthropic.cjs',
  re2js: 're2js.cjs',
  '@vscode/tree-sitter-wasm': 'treeSitter.cjs',
  [`${sandboxRuntime}/dist/sandbox/linux-sandbox-utils.js`]: 'bubblewrap.cjs',
  [`${sandboxRuntime}/dist/sandbox/macos-sandbox-utils.js`]: 'seatbelt.cjs',
};
const keepApart = {
  name: 'keepApart',
  setup(build) {
    build.onResolve({ filter: /^[@a-z]/ }, ({ path, kind }) =>
      kind === 'dynamic-import' && Object.hasOwn(apart, path) ? { path, namespace: 'apart' } : undefined,
    );
    build.onLoad({ filter: /.*/, namespace: 'apart' }, ({ path }) => ({
      // As Node has it, where an ES module imports one that is none: "default" is all of it.
      contents: `const library = require('./${apart[path]}'); module.exports = library.default ?? library;`,
    }));
    build.onResolve({ filter: /.*/, namespace: 'apart' }, ({ path }) => ({ path, external: true }));
  },
};
// The SDKs look at import.meta only where they are ES modules; a CommonJS bundle gives them the file's own URL.
const node = {
  ...common,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  plugins: [keepApart],
};

if (production) await rm('dist', { recursive: true, force: true });
await mkdir('dist/webview', { recursive: true });

const exists = (path) =>
  stat(path).then(
    () => true,
    () => false,
  );
const builds = [
  { ...node, entryPoints: ['src/vscode/extension.ts'], outfile: 'dist/extension.cjs', external: ['vscode'] },
  { ...node, entryPoints: ['src/node/worker.ts'], outfile: 'dist/worker.cjs' },
  { ...node, entryPoints: ['src/vscode/rehearsalWorker.ts'], outfile: 'dist/rehearsal.cjs' },
  ...Object.entries(apart).map(([name, file]) => ({ ...node, entryPoints: [name], outfile: `dist/${file}` })),
  // No `external: ['vscode']`: that this bundle builds proves that neither core nor cli needs the editor.
  { ...node, entryPoints: ['src/cli/main.ts'], outfile: 'dist/cli.cjs', banner: { js: '#!/usr/bin/env node' } },
  {
    ...common,
    platform: 'browser',
    format: 'iife',
    target: 'es2022',
    entryPoints: {
      chat: 'src/webview/main.tsx',
      packMap: 'src/webview/packMap/main.tsx',
      usage: 'src/webview/usage/main.tsx',
    },
    outdir: 'dist/webview',
    jsx: 'automatic',
    jsxImportSource: 'preact',
  },
];

await Promise.all(builds.map((options) => esbuild.build(options)));
for (const name of ['base.css', 'chat.css', 'packMap.css', 'usage.css'])
  await cp(`media/${name}`, `dist/webview/${name}`);
await copyGrammars('dist/grammars');
// The sandbox's helper, a static program for each kind of machine; the host starts the one that fits.
await mkdir('dist/sandbox', { recursive: true });
for (const arch of ['x64', 'arm64'])
  await cp(`node_modules/${sandboxRuntime}/vendor/seccomp/${arch}/apply-seccomp`, `dist/sandbox/apply-seccomp-${arch}`);
await cp('node_modules/@vscode/codicons/dist/codicon.css', 'dist/webview/codicon.css');
await cp('node_modules/@vscode/codicons/dist/codicon.ttf', 'dist/webview/codicon.ttf');
if (production || !(await exists('dist/deepseek.bin'))) await buildTokenTables('dist/deepseek.bin');
