/** That a command waits for input is seen by root and by a normal user, outside of the sandbox and through its walls. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureTools } from '../../scripts/installTools.mjs';
import { createSandboxWorld, sandboxUsers, type SandboxWorld } from '../support/sandbox/world.js';

beforeAll(() => ensureTools(), 300_000);

describe.each(sandboxUsers)('as $name', (user) => {
  let world: SandboxWorld;
  beforeAll(async () => {
    world = await createSandboxWorld(user);
  });
  afterAll(() => world.remove());

  it.each(['none', 'open', 'closed'] as const)('with the sandbox “%s”', async (sandbox) => {
    const line = 'id -u; printf "Name? "; read name; echo "hello $name"; cat /dev/stdin | head -n 1';
    const { results } = await world.run([{ line, sandbox, answer: 'whale' }]);
    expect(results[0]!.exitCode).toBe(0);
    expect(results[0]!.output).toContain('hello whale\nwhale\n');
  });
});
