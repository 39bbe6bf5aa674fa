import { execFileSync, spawnSync } from 'node:child_process';
import { cp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hashTree, listGitFiles, renameByScript } from './renameReference.js';
import { makeRenameRepository, type RenameRepository } from './renameRepository.js';

describe('the generated repository', () => {
  let repository: RenameRepository;
  const folders: string[] = [];
  beforeAll(async () => {
    repository = await makeRenameRepository({ seed: 5 });
    folders.push(repository.folder);
  });
  afterAll(async () => {
    for (const folder of folders) await rm(folder, { recursive: true, force: true });
  });

  async function copy(): Promise<string> {
    const folder = `${repository.folder}-copy${folders.length}`;
    folders.push(folder);
    await cp(repository.folder, folder, { recursive: true, verbatimSymlinks: true });
    return folder;
  }

  const runTests = (folder: string) => spawnSync('npm', ['test', '--silent'], { cwd: folder, encoding: 'utf8' });
  const read = (path: string) => readFile(join(repository.folder, path));
  const listWith = (predicate: (bytes: Buffer) => boolean) => {
    const paths = listGitFiles(repository.folder).filter((path) => !path.endsWith('start-here.md'));
    return Promise.all(
      paths.map(async (path) => ((await read(path)).includes('Ledger') && predicate(await read(path)) ? path : '')),
    ).then((found) => found.filter(Boolean));
  };

  it('has at least 220 files and the word in every form', async () => {
    const files = listGitFiles(repository.folder);
    expect(files.length).toBeGreaterThanOrEqual(220);
    const isUtf8 = (bytes: Buffer) => Buffer.from(bytes.toString('utf8')).equals(bytes);
    expect((await listWith((bytes) => bytes.includes('\r\n'))).length).toBeGreaterThan(10);
    expect((await listWith((bytes) => !isUtf8(bytes) && !bytes.includes(0))).length).toBeGreaterThan(5);
    expect((await listWith((bytes) => bytes.subarray(0, 3).equals(Buffer.from('\uFEFF')))).length).toBeGreaterThan(5);
    expect((await listWith((bytes) => bytes.at(-1) !== 0x0a)).length).toBeGreaterThan(5);
    expect(await listWith((bytes) => bytes.includes(0))).toEqual(['assets/seal.bin']);
    expect(files.filter((path) => path.includes('Ledger'))).toHaveLength(3);
    expect((await stat(join(repository.folder, 'bin/Ledger.sh'))).mode & 0o777).toBe(0o755);
    for (const path of [...repository.protectedFiles, ...repository.untrackedFiles]) {
      expect(files).toContain(path);
      expect((await read(path)).includes('Ledger')).toBe(true);
    }
    for (const { path } of repository.ignoredFiles) expect(files).not.toContain(path);
    expect((await read('package.json')).includes('Ledger')).toBe(false);
    const state = execFileSync('git', ['-C', repository.folder, 'status', '--porcelain'], { encoding: 'utf8' });
    expect(state).toBe('?? notes/\n');
  });

  it('never puts the word beside a letter that is not ASCII', async () => {
    const found = await listWith((bytes) =>
      /[\x80-\xff]Ledger\b|\bLedger[\xc0-\xff][a-z]/.test(bytes.toString('latin1')),
    );
    expect(found).toEqual(['docs/with space/Ledger résumé.md']);
    expect((await read(found[0]!)).toString('utf8')).toContain('«Ledger» — Ledger…');
  });

  it('is the same for the same seed and another for another', async () => {
    const [same, other] = [await makeRenameRepository({ seed: 5 }), await makeRenameRepository({ seed: 6 })];
    folders.push(same.folder, other.folder);
    expect(hashTree(same.folder)).toBe(hashTree(repository.folder));
    expect(hashTree(other.folder)).not.toBe(hashTree(repository.folder));
  });

  it('passes its tests before and after a whole rename, and not in between', async () => {
    const folder = await copy();
    expect(runTests(folder)).toMatchObject({ status: 0 });
    const changed = renameByScript(folder, 'Ledger', 'Journal', repository.protectedFiles);
    expect(runTests(folder)).toMatchObject({ status: 0 });
    expect(changed.length).toBeGreaterThan(120);
    for (const path of changed.filter((path) => /^src\/group/.test(path)).slice(0, 1)) {
      await writeFile(join(folder, path), await read(path));
      expect(runTests(folder).status).not.toBe(0);
    }
  });

  it('changes words only, by the script', async () => {
    const folder = await copy();
    const before = hashTree(folder);
    const changed = renameByScript(folder, 'Ledger', 'Journal', repository.protectedFiles);
    expect(hashTree(folder)).not.toBe(before);
    expect(changed).not.toContain('.github/workflows/ci.yml');
    expect(changed).not.toContain('assets/seal.bin');
    expect(changed).toContain('notes/idea.md');
    expect(await readFile(join(folder, 'README.md'), 'utf8')).toBe(
      '# Journal\n\nThe Journal; a LedgerBook holds many. Not a ledger_line, not Ledgers, not MyLedger, not _Ledger.\n',
    );
    expect((await stat(join(folder, 'bin/report.mjs'))).mode & 0o777).toBe(0o755);
    for (const { path, bytes } of repository.ignoredFiles) expect(await readFile(join(folder, path))).toEqual(bytes);
    renameByScript(folder, 'Journal', 'Ledger', repository.protectedFiles);
    expect(hashTree(folder)).toBe(before);
  });

  it('sees a changed mode in the hash of a tree', async () => {
    const folder = await copy();
    const before = hashTree(folder);
    execFileSync('chmod', ['600', join(folder, 'README.md')]);
    expect(hashTree(folder)).not.toBe(before);
  });
});
