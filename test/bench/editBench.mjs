/**
 * How long edits of large files hold the thread that asks for them: `node test/bench/editBench.mjs` after `npm run build`.
 * `BALEEN_BENCH_SCENE=NAME` for one way of editing only. Node 24 tells the thread's own time, older ones the process's.
 */
import { runProbe } from './runProbe.mjs';

await runProbe('editProbe');
