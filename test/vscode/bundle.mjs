// Bundles the suites and the runners of test/vscode, so that Node 20 and any VS Code can load them.
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const HERE = dirname(fileURLToPath(import.meta.url));
export const ROOT = join(HERE, '..', '..');
const OUT = join(ROOT, 'dist-test', 'vscode');

/** Imports a runner, for instance "runIntegration.ts" of this folder, and gives its exports. */
export async function loadRunner(name) {
  const outfile = join(OUT, `${basename(name, '.ts')}.mjs`);
  await build({
    ...{ entryPoints: [resolve(HERE, name)], outfile, bundle: true, format: 'esm', platform: 'node', target: 'node20' },
    ...{ packages: 'external', external: ['*.mjs'], sourcemap: 'inline', logLevel: 'warning' },
    plugins: [keepScripts(dirname(outfile))],
  });
  return import(pathToFileURL(outfile).href);
}

/** The scripts find their neighbours by their own place, so they are imported and not bundled. */
function keepScripts(outFolder) {
  return {
    name: 'keep-scripts',
    setup(setup) {
      setup.onResolve({ filter: /\/scripts\/.*\.mjs$/ }, (args) => ({
        path: relative(outFolder, join(args.resolveDir, args.path)).replaceAll('\\', '/'),
        external: true,
      }));
    },
  };
}

/** Node 20 is the oldest that a VS Code of today brings along. */
const forHost = {
  ...{ format: 'cjs', platform: 'node', target: 'node20' },
  ...{ external: ['vscode', 'mocha'], sourcemap: 'inline', logLevel: 'warning' },
};

/**
 * @param {string[]} profiles names of folders in test/vscode/suite
 * @returns {Promise<{ entry: string, files: Record<string, string[]> }>} what VS Code loads, and the suites by profile
 */
export async function bundleSuites(profiles) {
  // A place of its own: another run, of other profiles, may be under way.
  const outdir = join(OUT, profiles.join('-'));
  await rm(outdir, { recursive: true, force: true });
  await mkdir(outdir, { recursive: true });
  await writeFile(join(outdir, 'package.json'), '{"type":"commonjs"}\n');
  const files = {};
  for (const profile of profiles) {
    const folder = join(HERE, 'suite', profile);
    const names = (await readdir(folder)).filter((name) => name.endsWith('.test.ts')).sort();
    if (names.length === 0)
      throw new Error(`test/vscode/suite/${profile} has no *.test.ts, so nothing would be shown by it.`);
    files[profile] = names.map((name) => join(folder, name));
  }
  await build({
    ...{
      entryPoints: [join(HERE, 'entry.ts'), ...Object.values(files).flat()],
      outbase: HERE,
      outdir,
      bundle: true,
    },
    ...{ ...forHost, outExtension: { '.js': '.cjs' } },
  });
  const bundled = (file) => join(outdir, relative(HERE, file)).replace(/\.ts$/, '.cjs');
  const bundledFiles = Object.entries(files).map(([profile, sources]) => [profile, sources.map(bundled)]);
  return { entry: join(outdir, 'entry.cjs'), files: Object.fromEntries(bundledFiles) };
}
