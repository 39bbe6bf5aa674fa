/** What the sandbox costs a command: `node test/bench/sandboxBench.mjs` after `npm run build`. */
import { runProbe } from './runProbe.mjs';

await runProbe('sandboxProbe');
