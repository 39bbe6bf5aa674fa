/** Several programs over one folder, some of them killed: a place that one of the living needs stays, and in the end none is left. */
import { spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { build } from 'esbuild';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { makeRandom, type Random } from '../support/seededRandom.js';

let top: string;
let workspace: string;
let names: string[];

beforeAll(async () => {
  top = mkdtempSync(join(tmpdir(), 'baleen-held-'));
  chmodSync(top, 0o755);
  const program = `
    import { createInterface } from 'node:readline';
    import { createHeldPlaces } from './src/node/heldPlaces.js';
    const places = createHeldPlaces(process.argv[2]);
    const say = (value) => process.stdout.write(JSON.stringify(value) + '\\n');
    say(await places.clearLeft());
    for await (const line of createInterface({ input: process.stdin })) {
      const { hold, release } = JSON.parse(line);
      say(hold === undefined ? ((await places.release(release)), 'released') : await places.hold(hold));
    }
  `;
  await build({
    stdin: { contents: program, resolveDir: process.cwd(), loader: 'ts' },
    ...{ bundle: true, platform: 'node', format: 'esm', outfile: join(top, 'holder.mjs'), logLevel: 'silent' },
  });
});
afterAll(() => rmSync(top, { recursive: true, force: true }));
beforeEach(() => {
  workspace = mkdtempSync(join(top, 'workspace-'));
  names = ['.git', '.github', '.github/workflows', '.vscode'].map((name) => join(workspace, name));
});

/** What lies in a place that may be missing goes with it. */
function choose(random: Random): string[] {
  const chosen = names.filter(() => random.below(10) < 7);
  return chosen.filter((path) => !path.endsWith('workflows') || chosen.includes(dirname(path)));
}

interface Holder {
  /** One list for each of its commands. */
  held: string[][];
  hold(places: readonly string[]): Promise<string[]>;
  release(): Promise<void>;
  kill(): Promise<void>;
}

async function startHolder(): Promise<Holder> {
  const child = spawn(process.execPath, [join(top, 'holder.mjs'), join(top, 'lists')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<unknown> => JSON.parse((await answers.next()).value as string) as unknown;
  const askFor = async (order: object): Promise<unknown> => {
    child.stdin.write(`${JSON.stringify(order)}\n`);
    return next();
  };
  await next();
  const held: string[][] = [];
  return {
    held,
    async hold(places) {
      const answer = (await askFor({ hold: places })) as string[];
      held.push(answer);
      return answer;
    },
    release: async () => void (await askFor({ release: held.shift() })),
    kill: () => killed(child),
  };
}

function killed(child: ChildProcess): Promise<void> {
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGKILL');
  return ended;
}

test('EDT-19: one that ends leaves what another still needs, and the last one takes it away', async () => {
  const [a, b] = [await startHolder(), await startHolder()];
  const first = names.filter((path) => !path.endsWith('workflows'));
  expect(await a.hold(names)).toEqual(first);
  expect(await b.hold(names)).toEqual(names);
  await a.release();
  expect(names.every((path) => existsSync(path))).toBe(true);
  await b.release();
  expect(readdirSync(workspace)).toEqual([]);
  for (const one of [a, b]) await one.kill();
});

test("EDT-19: an empty folder of the user's is held by nobody and taken by nobody", async () => {
  mkdirSync(names[3]!);
  const [a, b] = [await startHolder(), await startHolder()];
  expect(await a.hold(names)).toEqual(names.slice(0, 2));
  expect(await b.hold(names)).toEqual(names.slice(0, 3));
  await a.kill();
  await b.release();
  await (await startHolder()).kill();
  expect(readdirSync(workspace)).toEqual(['.vscode']);
  await b.kill();
});

test.each(Array.from({ length: 4 }, (_, seed) => seed))(
  'EDT-19: in any order of starts, commands and kills (seed %i)',
  async (seed) => {
    const random = makeRandom(seed);
    const living: Holder[] = [await startHolder()];
    for (let step = 0; step < 40; step++) {
      const one = random.choose(living);
      const what = random.below(100);
      if (what < 15 && living.length < 3) living.push(await startHolder());
      else if (what < 30) {
        await one.kill();
        living.splice(living.indexOf(one), 1);
        if (living.length === 0) living.push(await startHolder());
      } else if (what < 70) {
        // Two at once, as of two programs.
        await Promise.all([...new Set([one, random.choose(living)])].map((each) => each.hold(choose(random))));
      } else if (one.held.length > 0) await one.release();
      const needed = new Set(living.flatMap(({ held }) => held.flat()));
      for (const path of needed) expect(existsSync(path), `step ${step}: ${path}`).toBe(true);
    }
    for (const one of living) while (one.held.length > 0) await one.release();
    for (const one of living) await one.kill();
    // Whoever starts next clears what the killed have left.
    await (await startHolder()).kill();
    expect(readdirSync(workspace)).toEqual([]);
    expect(readdirSync(join(top, 'lists')).filter((name) => name.endsWith('.json'))).toEqual([]);
  },
);
