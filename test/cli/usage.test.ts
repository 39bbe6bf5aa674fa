/** `baleen usage`, and the caps of the command line, over several runs. */
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { dearestRates } from '../../src/core/model/prices.js';
import { findHost, serveModel } from '../../src/core/model/catalogue.js';
import type { UsageReport } from '../../src/protocol/usage.js';
import { simulatedKey, startSimulator, type Simulator } from '../support/simulator/simulator.js';
import { makeSmallRepository } from '../support/smallRepository.js';
import { makeStateHome, runCli, type CliRun } from './cli.js';

let cwd: string;
let stateHome: string;
let simulator: Simulator;

beforeEach(async () => {
  cwd = await makeSmallRepository();
  stateHome = makeStateHome();
  simulator = await startSimulator({ script: () => ({ reasoning: 'Why.', text: 'An answer.' }) });
});

afterEach(async () => {
  await simulator.close();
  for (const folder of [cwd, stateHome]) rmSync(folder, { recursive: true, force: true });
});

const run = (...args: string[]): Promise<CliRun> =>
  runCli([...args, '--base-url', simulator.baseUrls.openai], {
    cwd,
    stateHome,
    env: { DEEPSEEK_API_KEY: simulatedKey },
  });

test('the sums are those of the requests, without text, path or key; a rehearsal is none', async () => {
  const question = 'what is the secret meaning of this?';
  await run('ask', question, '--json');
  await run('ask', question, '--json');
  await run('ask', question, '--rehearse');
  const told = await run('usage', '--json');
  const report = JSON.parse(told.stdout) as UsageReport & { balance: unknown };
  const sum = (part: 'cacheHitTokens' | 'cacheMissTokens' | 'outputTokens'): number =>
    simulator.requests.reduce((total, { usage }) => total + usage![part], 0);
  expect(report.groups).toMatchObject([
    {
      ...{ purpose: 'ask', model: 'v4-flash', host: 'deepseek', requests: 2, failed: 0 },
      usage: {
        cacheHitTokens: sum('cacheHitTokens'),
        cacheMissTokens: sum('cacheMissTokens'),
        outputTokens: sum('outputTokens'),
      },
    },
  ]);
  expect(report.groups[0]!.cost!.amount).toBeGreaterThan(0);
  expect(report.latencies).toHaveLength(2);
  expect(report.balance).toEqual([{ currency: 'USD', total: '0.00' }]);
  const folder = join(stateHome, 'baleen', 'usage');
  const ledger = readdirSync(folder)
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('');
  for (const text of [question, cwd, simulatedKey, 'An answer', 'main.mjs']) expect(ledger).not.toContain(text);
});

test('as text: tables of 80 columns, by day, purpose and model, with what the cache saved', async () => {
  await run('ask', 'one');
  const { stdout, exitCode } = await run('usage', '--days', '7');
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^Usage from \d{4}-\d\d-\d\d to /);
  for (const part of [
    'by day',
    'by purpose',
    'by model',
    'ask',
    'v4-flash (deepseek)',
    'In all 1 requests',
    'saved',
    'Balance: 0.00 USD',
  ])
    expect(stdout).toContain(part);
  expect(stdout.split('\n').filter((line) => line.length > 80 && !line.startsWith('In all'))).toEqual([]);
  expect((await runCli(['usage'], { cwd, stateHome: makeStateHome() })).stdout).toContain('No request was made.');
});

test("the day's cap counts what other runs have spent", async () => {
  const rates = dearestRates(
    { model: serveModel(findHost('deepseek')!, 'v4-flash')!, currency: 'USD', rehearsal: false },
    Date.now(),
  )!;
  // Room for one request, and for less than 4,096 tokens beside what it costs.
  const first = (await run('ask', 'one', '--json')).ofType('price_tag')[0]!.tag;
  const cap = ((first.tokens + 2500) * rates.miss + 4200 * rates.output) / 1e6;
  const stopped = await run('ask', 'two', '--json', '--max-day-cost', String(cap));
  expect(stopped.exitCode).toBe(4);
  expect(stopped.ofType('notice').at(-1)!.text).toMatch(/for one day/);
  expect(simulator.requests).toHaveLength(1);
});
