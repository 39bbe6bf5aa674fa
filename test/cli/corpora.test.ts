/** Pack against git and the reference tokenizer, on sources that nobody here wrote. */
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { verifyPack } from '../../scripts/verifyCorpora.mjs';
import { commitAll } from '../support/smallRepository.js';

const modules = join(import.meta.dirname, '..', '..', 'node_modules');
const work = mkdtempSync(join(tmpdir(), 'baleen-corpora-'));

afterAll(() => rmSync(work, { recursive: true, force: true }));

/** Development dependencies that ship their sources, each made a git repository. */
test.each([
  ['zod', 'zod'],
  ['mocha', 'mocha'],
  ['preact', 'preact'],
])('%s: the list is git’s, each count the reference’s', async (name, path) => {
  const folder = join(work, name);
  cpSync(join(modules, path), folder, {
    recursive: true,
    filter: (from) => !from.endsWith('node_modules') || from.endsWith(path),
  });
  commitAll(folder, 'Begin');
  const result = await verifyPack(folder, { budget: 250_000 });
  expect(result.differences).toEqual([]);
  expect(result.files).toBeGreaterThan(30);
  expect(result.tokens).toBeGreaterThan(50_000);
  // SEC-02: none of these has a secret in it.
  expect(result.withSecrets.length / result.full).toBeLessThanOrEqual(0.01);
});
