import { describe, expect, it } from 'vitest';
import {
  protectedBy,
  protectedFromCommands,
  protectedPatternCount,
} from '../../../src/core/repository/protectedFiles.js';
import { guardedPaths } from '../../support/guardedPaths.js';

describe('protected files', () => {
  it('are a long list', () => {
    expect(protectedPatternCount).toBeGreaterThan(60);
    expect(guardedPaths.length).toBeGreaterThan(60);
  });

  // Whether a file exists plays no part: the rule looks at the path alone, so that creating is guardedPaths like editing (PRF-03).
  it.each(guardedPaths)('PRF-02 %s, in any case, at any depth, as Windows reads it', (path) => {
    const folder = path.includes('/') ? path.replace('/', './') : `${path}.`;
    for (const form of [path, path.toUpperCase(), `packages/a/${path}`, folder, `${path}::$DATA`, `${path} `]) {
      expect(protectedBy(form), form).toBeDefined();
    }
  });

  it.each(['packages/a/.vscode/tasks.json', 'sub/.git/hooks/x', 'a/b/c/.github/workflows/x.yml', 'x/AGENTS.md'])(
    'PRF-04 %s',
    (path) => {
      expect(protectedBy(path)).toMatch(/: /);
    },
  );

  it.each(['node_modules/.bin/git', '.venv/bin/python', 'HEAD'])(
    'PRF-05: %s asks of tools, and no command stumbles over it',
    (path) => {
      expect(protectedBy(path)).toBeDefined();
      expect(protectedFromCommands(path)).toBeUndefined();
    },
  );

  it.each([
    'src/a.ts',
    'README.md',
    'vscode/settings.json',
    'docs/agents.markdown',
    'src/package.json.ts',
    'lockfile.ts',
    'a.locked',
    'environment.ts',
    'src/gitmodules.ts',
    'env',
    'my.env.ts',
    'Cargo.toml.md',
    'test/lock/a.ts',
    'src/head.ts',
    'docs/node_modules.md',
    'src/eslint.ts',
    'tsconfig.json',
    'conftest.py',
    'Makefile',
    'src/project/a.ts',
    'rules.md',
  ])('ordinary: %s', (path) => {
    expect(protectedBy(path)).toBeUndefined();
  });
});
