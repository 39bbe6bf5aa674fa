/** A new snapshot from the command line: proposed with its price, made only when it is asked for. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeSmallRepository } from '../support/smallRepository.js';
import { makeStateHome, runCli, type CliRun } from './cli.js';

let folder: string;
let stateHome: string;

beforeEach(async () => {
  folder = await makeSmallRepository();
  stateHome = makeStateHome();
});

afterEach(() => {
  for (const one of [folder, stateHome]) rmSync(one, { recursive: true, force: true });
});

const run = (...args: string[]): Promise<CliRun> => runCli(args, { cwd: folder, stateHome });

test('a grown log is proposed to give way, and gives way to --renew', async () => {
  await run('pack', '--as-sent');
  for (let n = 0; n < 9; n++) writeFileSync(join(folder, `n${n}.txt`), `some word ${n}\n`.repeat(400));
  const asked = await run('ask', '--rehearse', 'where is greet?');
  expect(asked.stderr).toMatch(/· The change log has [\d,]+ tokens beside a pack of [\d,]+/);
  expect(asked.stderr).toContain('baleen pack --renew');
  expect(asked.stderr).not.toContain('Cache break');

  const renewed = await run('pack', '--renew', '--output', join(stateHome, 'pack.txt'));
  expect(renewed.exitCode).toBe(0);
  expect(renewed.stderr).toMatch(
    /Cache break: you asked for a new snapshot; the next request reads all of it for \$\d+\.\d{4}/,
  );
  expect((await run('pack', '--as-sent')).stdout).not.toContain('<baleen-change');
  expect((await run('ask', '--rehearse', 'where is greet?')).stderr).not.toContain('The change log has');
});
