/** How long the next start takes to look after what a crash left: `node test/bench/recoveryBench.mjs`. */
import { runProbe } from './runProbe.mjs';

await runProbe('recoveryProbe');
