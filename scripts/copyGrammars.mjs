/** Puts the grammars of outlines and of shell lines beside the bundles; the package carries more than those. */
import { cp, mkdir } from 'node:fs/promises';
import { join } from 'node:path';

export const grammarNames = [
  'typescript',
  'tsx',
  'javascript',
  'python',
  'go',
  'rust',
  'java',
  'cpp',
  'c-sharp',
  'ruby',
  'php',
];

/** Of shells, whose lines are judged before they run. */
const shellNames = ['bash', 'powershell'];

const source = 'node_modules/@vscode/tree-sitter-wasm/wasm';

export async function copyGrammars(folder) {
  await mkdir(folder, { recursive: true });
  const names = ['tree-sitter', ...[...grammarNames, ...shellNames].map((name) => `tree-sitter-${name}`)];
  await Promise.all(names.map((name) => cp(join(source, `${name}.wasm`), join(folder, `${name}.wasm`))));
}
