/**
 * What all requests of the user used and cost: lines on disk, and in memory what is asked of them before a request. A disk
 * that fails never stops a request; what it cannot keep is known in this process for as long as it lives.
 */
import { messageOf } from '../errors.js';
import type { Clock, Files } from '../host.js';
import type { LedgerLine } from '../../protocol/usage.js';
import { createLedgerFiles, monthOf } from './ledgerFiles.js';
import { createOutputs, type Outputs } from './outputs.js';
import { createPrimerRecord, type PrimerRecord } from './primerRecord.js';
import { createSpending, type Spending } from './spending.js';
import { createWarmth, type Warmth } from './warmth.js';

export interface Ledger {
  /** Everything sent at or after a moment, oldest first. */
  read(fromMs: number): Promise<{ lines: LedgerLine[]; damaged: number }>;
  /** What the lines say, other processes' included. */
  known(): Promise<Known>;
  /**
   * Decides on a request while nobody else of the user's does, and writes its open line, if there is one: what may be
   * billed is written down before it is sent.
   */
  begin<T>(decide: (known: Known) => T, lineOf: (decided: T) => LedgerLine | undefined): Promise<T>;
  /** Its line, once its end is known. */
  end(line: LedgerLine): Promise<Known>;
  /** Why lines cannot be kept: the first time it is asked for after it happened, and never again. */
  takeTrouble(): string | undefined;
}

export interface Known {
  spending: Pick<Spending, 'spent'>;
  warmth: Pick<Warmth, 'expect'>;
  outputs: Pick<Outputs, 'rangeOf'>;
  primers: Pick<PrimerRecord, 'isOff'>;
}

export interface LedgerParts {
  files: Files;
  folder: string;
  clock: Clock;
}

/** A year, and the month that runs. */
const keptMonths = 13;

export function createLedger({ files, folder, clock }: LedgerParts): Ledger {
  const disk = createLedgerFiles(files, folder);
  const known = {
    spending: createSpending(),
    warmth: createWarmth(),
    outputs: createOutputs(),
    primers: createPrimerRecord(),
  };
  const note = (line: LedgerLine): void => Object.values(known).forEach((one) => one.note(line));
  let trouble: string | undefined;
  let hasTold = false;
  const quietly = async (work: () => Promise<void>): Promise<boolean> => {
    try {
      await work();
      return true;
    } catch (error) {
      trouble ??= `The record of what requests cost cannot be kept in ${folder} (${messageOf(error)}). Work goes on; caps count what this window has seen. Make room there, or see that the folder can be written.`;
      return false;
    }
  };
  /** The month that runs and the one before: longer than a prefix lives, or most sessions. */
  const catchUp = (): Promise<boolean> =>
    quietly(async () => (await disk.readNew(monthsBack(clock.now(), 1))).lines.forEach(note));
  let reading: Promise<unknown> = Promise.resolve();
  const refresh = (): Promise<unknown> => (reading = reading.then(catchUp));
  const write = async (line: LedgerLine): Promise<void> => {
    if (!(await quietly(() => disk.append(line)))) note(line);
  };
  let hasPruned = false;
  const prune = async (): Promise<void> => {
    if (hasPruned) return;
    hasPruned = true;
    await quietly(() => disk.prune(monthsBack(clock.now(), keptMonths - 1)));
  };

  return {
    async read(fromMs) {
      const { lines, damaged } = await createLedgerFiles(files, folder).readNew(monthOf(fromMs));
      const last = new Map(lines.map((line) => [line.id, line]));
      const wanted = [...last.values()].filter((line) => Date.parse(line.at) >= fromMs);
      return { lines: wanted.sort((a, b) => Date.parse(a.at) - Date.parse(b.at)), damaged };
    },
    async known() {
      await refresh();
      return known;
    },
    async begin(decide, lineOf) {
      const work = async () => {
        await refresh();
        const decided = decide(known);
        const line = lineOf(decided);
        if (line !== undefined) await write(line);
        return { decided };
      };
      let done: Awaited<ReturnType<typeof work>> | undefined;
      await quietly(() => disk.withLock(async () => void (done = await work())));
      await prune();
      return (done ?? (await work())).decided;
    },
    async end(line) {
      await write(line);
      await refresh();
      return known;
    },
    takeTrouble() {
      if (hasTold || trouble === undefined) return undefined;
      hasTold = true;
      return trouble;
    },
  };
}

function monthsBack(nowMs: number, months: number): string {
  const at = new Date(nowMs);
  return monthOf(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() - months, 1));
}
