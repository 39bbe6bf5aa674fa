/** How long a stop takes, stage by stage: `node test/bench/cancelBench.mjs` after `npm run build`. */
import { runProbe } from './runProbe.mjs';

await runProbe('cancelProbe');
