/**
 * How long the next start takes to look after what a crash left: `node test/bench/recoveryBench.mjs`. With
 * `BEFORE=FOLDER`, a checkout of a former state with its packages, that one and this in turn.
 */
import { runProbe } from './runProbe.mjs';

await runProbe('recoveryProbe');
