/** How long judging a shell line takes, and blocks: `node test/bench/commandsBench.mjs` after `npm run build`. */
import { runProbe } from './runProbe.mjs';

await runProbe('commandsProbe');
