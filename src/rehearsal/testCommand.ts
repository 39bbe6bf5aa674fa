import type { Repository } from './repository.js';

const markers: [file: string, command: string][] = [
  ['Cargo.toml', 'cargo test'],
  ['go.mod', 'go test ./...'],
  ['pytest.ini', 'pytest'],
  ['pyproject.toml', 'pytest'],
  ['tox.ini', 'pytest'],
  ['conftest.py', 'pytest'],
  ['setup.py', 'pytest'],
];

/** The repository's own test command by its marker files at the top, or `undefined`. */
export function findTestCommand(repository: Repository): string | undefined {
  if (hasTestScript(repository.files.get('package.json') ?? '')) return 'npm test';
  const marker = markers.find(([file]) => repository.files.has(file));
  if (marker !== undefined) return marker[1];
  return /^test\s*:/m.test(repository.files.get('Makefile') ?? '') ? 'make test' : undefined;
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
