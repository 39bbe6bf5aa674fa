/** What `baleen pack --as-sent` shows is what goes over the wire. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { PackReport } from '../../src/protocol/pack.js';
import { makeSmallRepository } from '../support/smallRepository.js';
import { startSimulator } from '../support/simulator/simulator.js';
import { makeStateHome, runCli } from './cli.js';

test('SEC-14: the pack and the change log as shown are those of the request, byte for byte', async () => {
  const cwd = await makeSmallRepository();
  const stateHome = makeStateHome();
  const simulator = await startSimulator({ script: [{ text: 'One.' }, { text: 'Two.' }] });
  try {
    const token = `ghp_${'Ab3d'.repeat(9)}`;
    writeFileSync(join(cwd, 'conf.js'), `const token = "${token}"; // \u202e\n`);
    writeFileSync(join(cwd, '.env'), `TOKEN=${token}\n`);
    const env = { DEEPSEEK_API_KEY: simulator.key };
    const ask = ['ask', 'what is this?', '--base-url', simulator.baseUrls.openai];
    expect((await runCli(ask, { cwd, stateHome, env })).exitCode).toBe(0);
    writeFileSync(join(cwd, 'src', 'main.mjs'), `const late = "${token}";\n`);
    expect((await runCli(ask, { cwd, stateHome, env })).exitCode).toBe(0);
    const output = join(stateHome, 'sent.txt');
    const shown = await runCli(['pack', '--as-sent', '--json', '--output', output], { cwd, stateHome, env });
    const contents = (simulator.requests[1]!.messages as { role: string; content: string }[])
      .filter(({ role, content }) => role === 'user' && !content.startsWith('<baleen-turn'))
      .map(({ content }) => content);
    expect(contents).toHaveLength(2);
    expect(readFileSync(output, 'utf8')).toBe(contents.join('\n'));
    expect(contents.join('')).not.toContain(token);
    const { files, withheld } = JSON.parse(shown.stdout) as PackReport;
    const named = [...contents[0]!.matchAll(/^<baleen-file path="([^"]*)"|^"(.*)" \d+ bytes, /gm)];
    expect(named.map(([, full, out]) => full ?? out).sort()).toEqual(
      [...files, ...withheld].map(({ path }) => path).sort(),
    );
    expect(withheld).toMatchObject([{ path: '.env', why: 'secret file' }]);
  } finally {
    await simulator.close();
    for (const folder of [cwd, stateHome]) rmSync(folder, { recursive: true, force: true });
  }
});
