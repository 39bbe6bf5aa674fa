/** Other hosts on the command line: whose key, which address, what is sent and what it costs. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { profileOf } from '../support/simulator/profiles.js';
import { startSimulator, type Simulator } from '../support/simulator/simulator.js';
import { makeStateHome, runCli } from './cli.js';

let cwd: string;
let stateHome: string;
let simulator: Simulator | undefined;

beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'baleen-hosts-'));
  stateHome = makeStateHome();
  writeFileSync(join(cwd, 'a.txt'), 'a\n');
});

afterEach(async () => {
  await simulator?.close();
  simulator = undefined;
  for (const folder of [cwd, stateHome]) rmSync(folder, { recursive: true, force: true });
});

const ask = (args: string[], env: Record<string, string> = {}) =>
  runCli(['ask', 'x', '--json', ...args], { cwd, stateHome, env });

test('an own server is asked without a key, in its own words, and costs nothing', async () => {
  simulator = await startSimulator({ script: [{ reasoning: 'Hm.', text: 'Hello.' }], profile: profileOf('vllm') });
  const run = await ask(['--host', 'vllm', '--base-url', `${simulator.origin}/v1/`, '--thinking', 'max'], {
    DEEPSEEK_API_KEY: 'sk-of-another-host-0123456789',
  });
  expect(run.exitCode).toBe(0);
  const [request] = simulator.requests;
  expect(request?.parsed).toMatchObject({ model: 'deepseek-ai/DeepSeek-V4-Flash', thinking: true, effort: 'max' });
  expect(request?.headers.has('authorization')).toBe(false);
  expect(request?.text).not.toContain('user_id');
  expect(run.ofType('start')[0]?.host).toBe('vllm');
  expect(run.ofType('turn_end')[0]?.cost?.amount).toBe(0);
});

test('an own server is asked for its window and its name, so that neither has to be written down', async () => {
  const profile = { ...profileOf('vllm'), models: ['flash-at-home'], windowTokens: 131_072 };
  simulator = await startSimulator({ script: [{ text: 'Hello.' }], profile });
  const run = await ask(['--host', 'vllm', '--base-url', `${simulator.origin}/v1`]);
  expect(run.exitCode).toBe(0);
  expect(run.ofType('pack_ready')[0]?.windowTokens).toBe(131_072);
  expect(simulator.requests[0]?.parsed).toMatchObject({ model: 'flash-at-home' });
});

test('a service gets its own key and no other', async () => {
  const key = 'sk-or-0123456789abcdef';
  simulator = await startSimulator({ script: [{ text: 'Hello.' }], profile: profileOf('openrouter'), key });
  const env = { OPENROUTER_API_KEY: key, DEEPSEEK_API_KEY: 'sk-of-another-host-0123456789' };
  const run = await ask(['--host', 'openrouter', '--base-url', simulator.origin, '--model', 'v4-pro'], env);
  expect(run.exitCode).toBe(0);
  expect(simulator.requests[0]?.headers.get('authorization')).toBe(`Bearer ${key}`);
  expect(simulator.requests[0]?.parsed.model).toBe('deepseek/deepseek-v4-pro');
  // Whom OpenRouter passes it on to, and for how much, is not known.
  expect(run.ofType('turn_end')[0]?.cost).toBeNull();
});

test('a service without its key is told of by the name of the variable', async () => {
  const run = await ask(['--host', 'fireworks'], { DEEPSEEK_API_KEY: 'sk-of-another-host-0123456789' });
  expect(run.exitCode).toBe(7);
  expect(run.stderr + run.stdout).toMatch(/There is no key, so nothing was sent\. Set FIREWORKS_API_KEY/);
});

test.each([
  [['--host', 'nowhere'], /There is no host "nowhere"; the hosts are deepseek, openrouter/],
  [['--host', 'sglang', '--wire', 'anthropic'], /SGLang is not offered over the anthropic wire.*Choose openai/],
  [['--host', 'azure'], /The address of Azure is your own.*--base-url/],
  [['--host', 'azure', '--thinking', 'max'], /Azure is asked for thinking max is not known.*Choose low or high/],
  [['--host', 'vllm', '--model', 'gpt-5'], /vLLM has no model "gpt-5"; its models are v4-pro and v4-flash/],
  [['--hosts', 'missing.json'], /The hosts in missing\.json cannot be read/],
])('%j is bad usage, said in a sentence', async (args, sentence) => {
  const run = await ask(args, { AZURE_API_KEY: 'key-0123456789' });
  expect(run.exitCode).toBe(2);
  expect(run.stderr + run.stdout).toMatch(sentence);
});

test('a host of the user’s own, with its window and its prices', async () => {
  simulator = await startSimulator({ script: [{ text: 'Hello.' }, { text: 'Again.' }], profile: profileOf('sglang') });
  const file = join(stateHome, 'hosts.json');
  const models = [{ id: 'v4-flash', windowTokens: 131_072, prices: { USD: [0, 1000, 0] } }];
  const entry = { name: 'cluster', like: 'sglang', baseUrls: { openai: `${simulator.origin}/v1` }, models };
  writeFileSync(file, JSON.stringify([entry]));
  const run = await ask(['--host', 'cluster', '--hosts', file]);
  expect(run.exitCode).toBe(0);
  const [pack] = run.ofType('pack_ready');
  expect(pack?.windowTokens).toBe(131_072);
  expect(pack?.budget).toBeGreaterThan(90_000);
  expect(pack?.budget).toBeLessThan(131_072);
  const { cost, usage } = run.ofType('turn_end')[0]!;
  expect(cost).toEqual({ amount: (usage.cacheHitTokens + usage.cacheMissTokens) / 1000, currency: 'USD' });
  // The environment may name the file.
  expect((await ask(['--host', 'cluster'], { BALEEN_HOSTS: file })).exitCode).toBe(0);
});

test('an entry that is wrong stops the command and says what to mend', async () => {
  const file = join(stateHome, 'hosts.json');
  writeFileSync(file, JSON.stringify([{ name: 'x', like: 'vllm', baseUrls: { openai: 'http://llm.example.com' } }]));
  const run = await ask(['--host', 'x', '--hosts', file]);
  expect(run.exitCode).toBe(2);
  expect(run.stderr + run.stdout).toMatch(/Host "x" is left out: baseUrls\.openai: is no https address/);
});

test('a rehearsal needs neither the host’s address nor its key', async () => {
  const run = await ask(['--host', 'azure', '--rehearse']);
  expect(run.exitCode).toBe(0);
});
