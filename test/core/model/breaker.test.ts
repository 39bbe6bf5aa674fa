/** The breaker that all windows share: two real processes, each with a chat and five reviews, against a server that is down. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createBreaker, mostFailures } from '../../../src/core/model/breaker.js';
import { failureOf } from '../../../src/core/model/failures.js';
import { createNodeFiles } from '../../../src/node/files.js';
import { createFakeClock } from '../../support/simulator/clocks.js';

let folder: string;

beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'baleen-breaker-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const down = failureOf('server', 'It is down.');

describe('the breaker', () => {
  const make = () => {
    const clock = createFakeClock();
    return { clock, breaker: createBreaker({ files: createNodeFiles(), path: join(folder, 'breaker.json'), clock }) };
  };

  it('opens after ten failures within a minute, for one server, and closes with time', async () => {
    const { clock, breaker } = make();
    for (let n = 1; n < mostFailures; n++) await breaker.noteFailure('https://a', down);
    expect(await breaker.remainingMs('https://a')).toBe(0);
    clock.jump(10_000);
    await breaker.noteFailure('https://a', down);
    expect(await breaker.remainingMs('https://a')).toBe(50_000);
    expect(await breaker.remainingMs('https://b')).toBe(0);
    clock.jump(49_999);
    expect(await breaker.remainingMs('https://a')).toBe(1);
    clock.jump(1);
    expect(await breaker.remainingMs('https://a')).toBe(0);
  });

  it('an answer closes it, refusals do not count, and a damaged file stops nothing', async () => {
    const { breaker } = make();
    for (let n = 0; n < 20; n++) await breaker.noteFailure('https://a', failureOf('key', 'wrong'));
    expect(await breaker.remainingMs('https://a')).toBe(0);
    for (let n = 0; n < mostFailures; n++) await breaker.noteFailure('https://a', down);
    expect(await breaker.remainingMs('https://a')).toBeGreaterThan(0);
    await breaker.noteSuccess('https://a');
    expect(await breaker.remainingMs('https://a')).toBe(0);
    for (const text of ['', '{', 'null', '[1]', '{"https://a":"x","https://b":[1,"2"]}', '\0'.repeat(200_000)]) {
      writeFileSync(join(folder, 'breaker.json'), text);
      expect(await breaker.remainingMs('https://a')).toBe(0);
      await breaker.noteFailure('https://a', down);
    }
    expect(JSON.parse(readFileSync(join(folder, 'breaker.json'), 'utf8'))).toMatchObject({});
  });
});

it('API-32: two windows, each with a chat and five reviews, ask a dead server no more than they may', async () => {
  const arrivals: number[] = [];
  const server = createServer((_, response) => {
    arrivals.push(performance.now());
    response.writeHead(503, { 'content-type': 'application/json' }).end('{"error":{"message":"busy"}}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const program = join(folder, 'window.mjs');
  await build({
    entryPoints: [join(import.meta.dirname, 'breakerWindow.ts')],
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile: program,
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    logLevel: 'silent',
  });
  const window = async (): Promise<{ waits: number[]; failures: string[] }> => {
    const child = spawn(process.execPath, [program, origin, join(folder, 'breaker.json'), '6'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let said = '';
    child.stdout.on('data', (data: Buffer) => (said += data.toString()));
    await once(child, 'close');
    return JSON.parse(said) as { waits: number[]; failures: string[] };
  };
  const windows = await Promise.all([window(), window()]);
  server.close();
  const parallel = 12;
  // Those that had asked before the tenth failure was written down, and not one of the 72 that five retries each would be.
  expect(arrivals.length).toBeGreaterThanOrEqual(mostFailures);
  expect(arrivals.length).toBeLessThan(mostFailures + parallel);
  const failures = windows.flatMap((one) => one.failures);
  expect(failures).toHaveLength(parallel);
  expect(failures.filter((text) => text.includes('left alone')).length).toBeGreaterThan(0);
  const waits = windows.flatMap((one) => one.waits);
  const mean = waits.reduce((sum, wait) => sum + wait, 0) / waits.length;
  expect(waits.length).toBeGreaterThan(1);
  expect(Math.sqrt(waits.reduce((sum, wait) => sum + (wait - mean) ** 2, 0) / waits.length)).toBeGreaterThan(0);
});
