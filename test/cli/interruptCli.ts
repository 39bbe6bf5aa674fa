import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCli, type CliOptions, type CliRun } from './cli.js';

/** Runs until it is held in a phase of its progress, by its name or more of that line, and interrupts it there. */
export function interruptCli(
  args: readonly string[],
  phase: string,
  { cwd, stateHome, release }: Pick<CliOptions, 'cwd' | 'stateHome'> & { release: string },
): Promise<CliRun> {
  const hook = join(import.meta.dirname, 'holdPhase.cjs');
  const env = { NODE_OPTIONS: `--require "${hook}"`, BALEEN_HOLD: phase, BALEEN_RELEASE: release };
  return runCli(args, {
    ...{ cwd, stateHome, env },
    onStart(child) {
      child.stderr?.on('data', (text: string) => {
        if (!text.includes(`held in ${phase}`)) return;
        child.kill('SIGINT');
        writeFileSync(release, '');
      });
    },
  });
}
