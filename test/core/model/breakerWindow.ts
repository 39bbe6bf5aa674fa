/** One window of the breaker's test: so many requests side by side, each retried as the program does it. */
import { createBreaker } from '../../../src/core/model/breaker.js';
import { streamWithRetry } from '../../../src/core/model/retry.js';
import { createClock } from '../../../src/node/clock.js';
import { createNodeFiles } from '../../../src/node/files.js';
import { clientOf, requestOf } from './support.js';

const [origin, path, count] = process.argv.slice(2) as [string, string, string];
const clock = createClock();
const breaker = createBreaker({ files: createNodeFiles(), path, clock });
const parts = { clock, random: Math.random, breaker, limits: { baseMs: 200, capMs: 400 } };
const waits: number[] = [];
const failures: string[] = [];

await Promise.all(
  Array.from({ length: Number(count) }, async () => {
    const request = requestOf({ baseUrl: origin });
    for await (const event of streamWithRetry(clientOf(), request, parts, new AbortController().signal)) {
      if (event.type === 'retry') waits.push(event.waitMs);
      if (event.type === 'failed') failures.push(event.failure.message);
    }
  }),
);
process.stdout.write(JSON.stringify({ waits, failures }));
