import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Git } from '../../../src/core/host.js';
import { createPackEngine } from '../../../src/core/pack/engine.js';
import { hashOf } from '../../../src/core/pack/frames.js';
import type { Packer } from '../../../src/core/pack/packer.js';
import { createBlockingFiles } from '../../../src/node/blockingReads.js';
import { createNodeGit } from '../../../src/node/git.js';
import {
  createWorkspace,
  freshPack,
  grammarPorts,
  loadCounter,
  noProgress,
  noSignal,
  silentLog,
  type Workspace,
} from './workspace.js';

let workspace: Workspace;
beforeEach(() => {
  workspace = createWorkspace();
  workspace.git('init', '-q', '-b', 'main');
});
afterEach(() => workspace.dispose());

/** Sources of which some are used by all others, and texts. */
function writeProject(): void {
  for (let n = 0; n < 30; n++) {
    const body = `  const value = sharedHelper(${n});\n`.repeat(12);
    workspace.write(
      `src/m${n % 5}/part${n}.ts`,
      `export function partNumber${n}(a: number) {\n${body}  return a;\n}\n`,
    );
    workspace.write(`docs/d${n}.rst`, `Page ${n}\n\n${'some words of it\n'.repeat(40)}`);
  }
  workspace.write(
    'src/helper.ts',
    `export function sharedHelper(n: number) {\n${'  n += 1;\n'.repeat(60)}  return n;\n}\n`,
  );
}

async function engineWith(git: Git = createNodeGit(), programVersion = 'test'): Promise<Packer> {
  const ports = { files: createBlockingFiles(), git, counter: await loadCounter(), log: silentLog };
  return createPackEngine({ ...ports, ...grammarPorts, programVersion });
}

const fresh = async (packer: Packer, budget: number, near: string[] = []) =>
  freshPack(packer, { ...workspace.options(budget), near });

describe('a plan', () => {
  it('is what the pack would be, for every budget, from a pack that fits and from one that does not', async () => {
    writeProject();
    for (const opened of [1_000_000, 6_000]) {
      const packer = await engineWith();
      await packer.open(workspace.options(opened), noProgress, noSignal);
      for (const budget of [700, 2_500, 6_000, 9_000, 1_000_000]) {
        const plan = await packer.plan(budget, noProgress, noSignal);
        const { report } = await fresh(await engineWith(), budget);
        expect(plan).toEqual({
          budget,
          tokens: report.tokens,
          files: report.files.map(({ as, tokens }) => ({ as, tokens })),
        });
      }
    }
  });

  it('does not read what is on disk again where it was in the pack', async () => {
    writeProject();
    const packer = await engineWith();
    await packer.open(workspace.options(), noProgress, noSignal);
    const before = await packer.plan(4_000, noProgress, noSignal);
    for (let n = 0; n < 30; n++) workspace.write(`docs/d${n}.rst`, 'other\n');
    expect(await packer.plan(4_000, noProgress, noSignal)).toEqual(before);
  });

  it('can be cancelled, and says when no folder is packed', async () => {
    const packer = await engineWith();
    await expect(packer.plan(4_000, noProgress, noSignal)).rejects.toThrow(/No folder is packed/);
    writeProject();
    await packer.open(workspace.options(), noProgress, noSignal);
    const abort = new AbortController();
    const planned = packer.plan(4_000, (event) => event.phase === 'rank' && abort.abort(), abort.signal);
    await expect(planned).rejects.toMatchObject({ name: 'AbortError' });
    expect((await packer.plan(4_000, noProgress, noSignal)).tokens).toBeLessThanOrEqual(4_000);
  });
});

describe('a pack that does not hold everything', () => {
  it('is the same for an equal tree, whatever the order in which git lists it', async () => {
    writeProject();
    const git = createNodeGit();
    const reversed: Git = {
      ...git,
      async run(cwd, args, signal) {
        const answer = await git.run(cwd, args, signal);
        if (!args.includes('ls-files')) return answer;
        const names = Buffer.from(answer.stdout).toString().split('\0').filter(Boolean);
        return { ...answer, stdout: Buffer.from(`${names.reverse().join('\0')}\0`) };
      },
    };
    const first = await fresh(await engineWith(), 5_000);
    expect((await fresh(await engineWith(reversed), 5_000)).text).toBe(first.text);
    expect(first.report.files.find(({ path }) => path === 'src/helper.ts')?.as).toBe('full');
  });

  it('has whole what is open, then what is near to it, and what was committed often', async () => {
    writeProject();
    const pack = async (near: string[] = []) => (await fresh(await engineWith(), 5_000, near)).report.files;
    const [far, other] = (await pack()).filter(({ as }) => as !== 'full').reverse();
    const standing = async (path = '', near: string[] = []): Promise<string | undefined> =>
      (await pack(near)).find((file) => file.path === path)?.as;
    expect(await standing(far?.path, [far?.path ?? ''])).toBe('full');
    workspace.git('add', '-A');
    workspace.git('commit', '-qm', 'all');
    for (let n = 0; n < 3; n++) {
      workspace.write(other?.path ?? '', `${workspace.read(other?.path ?? '').toString()}// ${n}\n`);
      workspace.git('commit', '-qam', 'again');
    }
    expect(await standing(other?.path)).toBe('full');
    expect(await standing(far?.path)).not.toBe('full');
  });

  it('is explained file by file', async () => {
    writeProject();
    workspace.write('.env', 'A=1\n');
    workspace.git('add', 'src');
    workspace.git('commit', '-qm', 'one');
    const packer = await engineWith();
    await fresh(packer, 5_000);
    const explain = (path: string) => packer.explain(path, noProgress, noSignal);
    expect(await explain('src/helper.ts')).toMatchObject({ as: 'full', rank: 1, usedBy: { count: 30 }, commits: 1 });
    expect((await explain('src/helper.ts')).sentences.join(' ')).toMatch(
      /whole in the pack.*number 1 of 61.*30 files use/,
    );
    const outlined = (await packer.plan(5_000, noProgress, noSignal)).files.findIndex(({ as }) => as === 'outline');
    const path = (await fresh(packer, 5_000)).report.files[outlined]?.path ?? '';
    const explained = await explain(path);
    expect(explained).toMatchObject({ as: 'outline', tokens: explained.outlineTokens });
    expect(explained.tokens).toBeLessThan(explained.fullTokens ?? 0);
    expect(await explain('.env')).toMatchObject({ as: 'withheld', why: 'secret file' });
    expect(await explain('none.ts')).toMatchObject({ as: 'unknown' });
    await fresh(packer, 1_000_000);
    expect((await explain('src/helper.ts')).sentences.join(' ')).toMatch(
      /Every file fits into the budget of 1,000,000 tokens/,
    );
  });
});

describe('the cache of contents', () => {
  const folder = (): string => join(workspace.stateFolder, 'cache');
  const file = (): string => join(folder(), 'contents.json');
  interface Stored {
    version: string;
    counts: [string, number, number][];
    briefs: [string, string, string][];
  }
  const read = (): Stored => JSON.parse(readFileSync(file(), 'utf8').split('\n')[1] ?? '') as Stored;
  const write = (stored: Stored): void => {
    const body = JSON.stringify(stored);
    writeFileSync(file(), `${hashOf(body)}\n${body}`);
  };

  it('gives the same pack again, without counting or outlining equal contents', async () => {
    writeProject();
    const first = await fresh(await engineWith(), 5_000);
    expect((await fresh(await engineWith(), 5_000)).text).toBe(first.text);
    const stored = read();
    expect(stored.briefs.some(([, form]) => form === 'outline')).toBe(true);
    // What stands there is believed.
    write({ ...stored, counts: stored.counts.map(([sha256, tokens, framed]) => [sha256, tokens + 1_000, framed]) });
    const { report } = await fresh(await engineWith(), 5_000);
    expect(report.files.every(({ contentTokens }) => contentTokens >= 1_000)).toBe(true);
    expect(readdirSync(folder())).toEqual(['contents.json']);
  });

  it('goes by the contents: a file that changed in place is counted anew', async () => {
    workspace.write('a.txt', 'one two three\n');
    await fresh(await engineWith(), 5_000);
    workspace.write('a.txt', '1+2+3+4+5+6+7\n');
    const { report } = await fresh(await engineWith(), 5_000);
    expect(report.files[0]?.contentTokens).toBe((await loadCounter()).countText('1+2+3+4+5+6+7\n'));
  });

  it('is made anew when it is damaged, or was made by another program', async () => {
    writeProject();
    const first = await fresh(await engineWith(), 5_000);
    const whole = read();
    const wrong: Stored = { ...whole, counts: whole.counts.map(([sha256]) => [sha256, 1, 1]) };
    const body = JSON.stringify(wrong);
    const ways = [
      () => writeFileSync(file(), `${'0'.repeat(64)}\n${body}`),
      () => writeFileSync(file(), body.slice(0, 100)),
      () => writeFileSync(file(), ''),
      () => write({ ...wrong, version: 'older' }),
    ];
    for (const damage of ways) {
      damage();
      expect((await fresh(await engineWith(), 5_000)).text).toBe(first.text);
      expect(read().counts.length).toBe(whole.counts.length);
    }
  });

  it('holds no secret and nothing of files with secrets but their outlines', async () => {
    const value = `ghp_${'Ab3d'.repeat(9)}`;
    writeProject();
    workspace.write(
      'src/secret.ts',
      `export function withSecret() {\n  const t = "${value}";\n${'  t;\n'.repeat(300)}}\n`,
    );
    await fresh(await engineWith(), 3_000);
    expect(readFileSync(file(), 'utf8')).not.toContain(value);
    expect(read().counts.map(([sha256]) => sha256)).not.toContain(hashOf(workspace.read('src/secret.ts')));
  });
});
