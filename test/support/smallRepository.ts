import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, realpath, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const FILES: Record<string, string> = {
  'README.md': '# Small\n\nA repository for tests.\n',
  '.gitignore': 'ignored/\n',
  'src/greet.mjs': 'export function greet(name) {\n  return `Hello, ${name}!`;\n}\n',
  'src/main.mjs': "import { greet } from './greet.mjs';\n\nconsole.log(greet('world'));\n",
};

/** A new git repository with one commit in a temp folder. The caller removes it. */
export async function makeSmallRepository(files: Record<string, string> = FILES): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'baleen-repository-')));
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  commitAll(folder, 'Begin');
  return folder;
}

/** Makes the folder a repository if it is none, and commits everything that git would take. */
export function commitAll(folder: string, message: string): void {
  const git = (...args: string[]) => execFileSync('git', ['-C', folder, ...args], { stdio: 'pipe' });
  git('init', '--quiet', '--initial-branch=main');
  git('config', 'core.autocrlf', 'false');
  git('add', '--all');
  git('-c', 'user.name=Test', '-c', 'user.email=test@example.invalid', 'commit', '--quiet', '-m', message);
}
