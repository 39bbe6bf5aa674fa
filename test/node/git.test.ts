/** A repository can name programs for git to run: none of them may run because somebody looks at the folder. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createNodeGit } from '../../src/node/git.js';
import { makeSmallRepository } from '../support/smallRepository.js';

let folder: string;
let source: string;
let marker: string;

beforeEach(async () => {
  source = await makeSmallRepository();
  folder = mkdtempSync(join(tmpdir(), 'baleen-hostile-'));
  marker = join(folder, 'ran');
});

afterEach(() => {
  for (const one of [folder, source]) rmSync(one, { recursive: true, force: true });
});

test.each(['', 'always'])(
  'a partial clone fetches nothing by programs of its own (protocol.file.allow "%s")',
  async (allow) => {
    const commit = execFileSync('git', ['rev-parse', 'HEAD'], { cwd: source, encoding: 'utf8' }).trim();
    execFileSync('git', ['init', '-q', '--initial-branch=main'], { cwd: folder });
    const settings = {
      'core.repositoryFormatVersion': '1',
      'extensions.partialClone': 'origin',
      'remote.origin.url': source,
      'remote.origin.promisor': 'true',
      'remote.origin.uploadpack': `touch '${marker}'; git-upload-pack`,
      ...(allow === '' ? {} : { 'protocol.file.allow': allow }),
    };
    for (const [name, value] of Object.entries(settings)) execFileSync('git', ['config', name, value], { cwd: folder });
    writeFileSync(join(folder, '.git', 'refs', 'heads', 'main'), `${commit}\n`);
    const git = createNodeGit();
    for (const args of [
      ['ls-tree', '-r', '-z', 'HEAD'],
      ['cat-file', 'blob', 'HEAD:README.md'],
      ['rev-parse', '--verify', 'HEAD^{commit}'],
    ]) {
      expect([args[0], (await git.run(folder, args)).exitCode]).not.toEqual([args[0], 0]);
    }
    expect(existsSync(marker)).toBe(false);
  },
);
