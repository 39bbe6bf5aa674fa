/** The command line sends a workspace to a host only after a yes: on a terminal, or by an option. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { simulatedKey, startSimulator, type Simulator } from '../support/simulator/simulator.js';
import { makeSmallRepository } from '../support/smallRepository.js';
import { makeStateHome, runCli, type CliRun } from './cli.js';

const service = 'https://api.deepseek.com';
const preload = pathToFileURL(join(import.meta.dirname, '..', 'support', 'preloadReroute.mjs')).href;

let cwd: string;
let stateHome: string;
let simulator: Simulator;

beforeEach(async () => {
  cwd = await makeSmallRepository();
  stateHome = makeStateHome();
  simulator = await startSimulator({ script: () => ({ text: 'It greets.' }) });
});

afterEach(async () => {
  await simulator.close();
  for (const folder of [cwd, stateHome]) rmSync(folder, { recursive: true, force: true });
});

function run(args: readonly string[], env: Record<string, string> = {}): Promise<CliRun> {
  const reroute = { NODE_OPTIONS: `--import ${preload}`, BALEEN_TEST_REROUTE: `${service}=${simulator.origin}` };
  return runCli(args, { cwd, stateHome, env: { DEEPSEEK_API_KEY: simulatedKey, ...reroute, ...env } });
}

test.each(['ask', 'run', 'review'])(
  '%s without a terminal: exit code 5, what would go where, and the option',
  async (command) => {
    const words = command === 'review' ? ['review', 'src/greet.mjs'] : [command, 'x'];
    const first = await run(words);
    expect(first.exitCode).toBe(5);
    expect(simulator.requests).toHaveLength(0);
    expect(first.stderr).toMatch(
      /4 files of this workspace, [\d,]+ tokens, would go to https:\/\/api\.deepseek\.com \(DeepSeek, under the law of China\)/,
    );
    expect(first.stderr).toContain(`--agree-host ${service}`);
  },
);

test('with the option it is sent, from then on without it, until it is taken back', async () => {
  expect((await run(['ask', 'x', '--agree-host', 'api.deepseek.com'])).exitCode).toBe(0);
  expect((await run(['ask', 'x'])).exitCode).toBe(0);
  expect(simulator.requests).toHaveLength(2);
  expect((await run(['agreements'])).stdout).toContain(service);
  expect((await run(['agreements', '--forget', '--json'])).stdout).toBe(
    `${JSON.stringify({ origins: [service], commands: [], forgotten: true })}\n`,
  );
  expect((await run(['agreements'])).stdout).toContain('Nothing was agreed to');
  expect((await run(['ask', 'x'])).exitCode).toBe(5);
  expect(simulator.requests).toHaveLength(2);
});

test('an agreement to another host, or an address that is none, sends nothing', async () => {
  expect((await run(['ask', 'x', '--agree-host', 'https://api.deepseek.com.evil'])).exitCode).toBe(5);
  expect((await run(['ask', 'x', '--agree-host', ''])).exitCode).toBe(2);
  expect(simulator.requests).toHaveLength(0);
});

test('BALEEN_ALLOWED_HOSTS refuses every other host, agreed to or not', async () => {
  const env = { BALEEN_ALLOWED_HOSTS: 'llm.example, https://llm2.example' };
  const refused = await run(['ask', 'x', '--agree-host', service], env);
  expect(refused.exitCode).toBe(5);
  expect(refused.stderr).toMatch(/not among the hosts that the environment variable BALEEN_ALLOWED_HOSTS allows/);
  expect(simulator.requests).toHaveLength(0);
  const allowed = await run(['ask', 'x', '--agree-host', service], { BALEEN_ALLOWED_HOSTS: 'api.deepseek.com' });
  expect(allowed.exitCode).toBe(0);
});
