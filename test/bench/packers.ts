/** Baleen and repomix on the same folder, in turn, round by round. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { measure, type Cost } from './measure.js';

export const packers = [
  'baleen',
  'baleen warm',
  'repomix',
  'repomix --no-security-check',
  'repomix --compress',
] as const;
export type PackerName = (typeof packers)[number];
export type Round = Record<PackerName, Cost>;

export interface PackerPrograms {
  /** dist/cli.cjs, a production build. */
  baleen: string;
  repomix: string;
}

/** Every second round goes the other way, so that neither always runs on the warmer machine. */
export async function comparePackers(
  folder: string,
  rounds: number,
  programs: PackerPrograms,
  onRound: (done: number) => void,
): Promise<Round[]> {
  const done: Round[] = [];
  for (let index = 0; index < rounds; index++) {
    const work = mkdtempSync(join(tmpdir(), 'baleen-bench-'));
    try {
      done.push(await runRound(folder, work, programs, index % 2 === 1));
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
    onRound(done.length);
  }
  return done;
}

async function runRound(folder: string, work: string, programs: PackerPrograms, peerFirst: boolean): Promise<Round> {
  const env = { ...process.env, XDG_STATE_HOME: join(work, 'state'), NO_COLOR: '1' };
  const run = async (program: string, args: string[]): Promise<Cost> => {
    const { cpuMs, wallMs, peakBytes } = await measure(process.execPath, [program, ...args], { env, cwd: work });
    return { cpuMs, wallMs, peakBytes };
  };
  const baleen = (): Promise<Cost> =>
    run(programs.baleen, ['pack', folder, '--json', '--output', join(work, 'baleen.txt')]);
  const repomix = (...args: string[]): Promise<Cost> =>
    run(programs.repomix, [folder, '--quiet', '--output', join(work, 'repomix.xml'), ...args]);

  const peersFirst = peerFirst ? await runPeers(repomix) : undefined;
  // The state folder is new: the first run finds nothing there, the second what the first has kept.
  const own = { baleen: await baleen(), 'baleen warm': await baleen() };
  return { ...own, ...(peersFirst ?? (await runPeers(repomix))) };
}

async function runPeers(repomix: (...args: string[]) => Promise<Cost>): Promise<Omit<Round, 'baleen' | 'baleen warm'>> {
  return {
    repomix: await repomix(),
    'repomix --no-security-check': await repomix('--no-security-check'),
    'repomix --compress': await repomix('--compress'),
  };
}
