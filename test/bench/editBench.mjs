/** How long edits of large files hold the thread that asks for them: `node test/bench/editBench.mjs [SCENE]` after `npm run build`. */
import { runProbe } from './runProbe.mjs';

await runProbe('editProbe', process.argv.slice(2));
