import type { Draft } from './draft.js';
import type { ToolUse } from './readTurn.js';
import type { Repository } from './repository.js';
import { quote } from './text.js';

/** A command, and where it runs if not at the top. */
export interface TestRun {
  command: string;
  cwd?: string;
}

const markers: [file: string, command: string][] = [
  ['Cargo.toml', 'cargo test'],
  ['go.mod', 'go test ./...'],
  ['pytest.ini', 'pytest'],
  ['pyproject.toml', 'pytest'],
  ['tox.ini', 'pytest'],
  ['conftest.py', 'pytest'],
  ['setup.py', 'pytest'],
];

/** The repository's own test commands by the marker files at the top of each root, sorted by root; none if there are none. */
export function findTestRuns(repository: Repository): TestRun[] {
  if (repository.roots.length === 0) {
    const command = findTestCommand(repository, '');
    return command === undefined ? [] : [{ command }];
  }
  return [...repository.roots].sort().flatMap((cwd): TestRun[] => {
    const command = findTestCommand(repository, `${cwd}/`);
    return command === undefined ? [] : [{ command, cwd }];
  });
}

/** As it is written in an answer. */
export function nameRun({ command, cwd }: TestRun): string {
  return cwd === undefined ? quote(command) : `${quote(command)} in ${quote(cwd)}`;
}

export function callOf({ command, cwd }: TestRun): Draft['calls'][number] {
  return { name: 'run_command', arguments: { command, ...(cwd === undefined ? {} : { cwd }) } };
}

export function runOf({ arguments: { command, cwd } }: ToolUse): TestRun {
  return { command: String(command), ...(typeof cwd === 'string' ? { cwd } : {}) };
}

function findTestCommand({ files }: Repository, under: string): string | undefined {
  if (hasTestScript(files.get(`${under}package.json`) ?? '')) return 'npm test';
  const marker = markers.find(([file]) => files.has(under + file));
  if (marker !== undefined) return marker[1];
  return /^test\s*:/m.test(files.get(`${under}Makefile`) ?? '') ? 'make test' : undefined;
}

function hasTestScript(json: string): boolean {
  try {
    const manifest: unknown = JSON.parse(json);
    if (typeof manifest !== 'object' || manifest === null || !('scripts' in manifest)) return false;
    const { scripts } = manifest;
    return typeof scripts === 'object' && scripts !== null && 'test' in scripts && typeof scripts.test === 'string';
  } catch {
    return false;
  }
}
