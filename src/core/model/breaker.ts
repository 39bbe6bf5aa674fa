/** Stops asking a server that only fails, for all windows and programs of the user together. */
import { Buffer } from 'node:buffer';
import type { Clock, Files } from '../host.js';
import type { Failure, FailureKind } from './types.js';

export interface Breaker {
  /** How long this server is to be left alone; 0 when it may be asked now. */
  remainingMs(origin: string): Promise<number>;
  noteFailure(origin: string, failure: Failure): Promise<void>;
  noteSuccess(origin: string): Promise<void>;
}

export const mostFailures = 10;
export const breakerWindowMs = 60_000;

/** What says something about the server, and not about this one request. */
const counted: ReadonlySet<FailureKind> = new Set(['rate_limit', 'server', 'network', 'stalled', 'cut']);
const mostBytes = 64 * 1024;

type Failures = Record<string, number[]>;

/** A file that cannot be read or written stops nothing: then each request is tried. */
export function createBreaker({ files, path, clock }: { files: Files; path: string; clock: Clock }): Breaker {
  const recent = (times: readonly number[]): number[] => {
    const now = clock.now();
    return times.filter((at) => at <= now && now - at < breakerWindowMs).slice(-mostFailures);
  };
  const read = async (): Promise<Failures> => {
    try {
      if ((await files.lstat(path)) === undefined) return {};
      return parseFailures(Buffer.from(await files.read(path, mostBytes)).toString('utf8'));
    } catch {
      return {};
    }
  };
  const change = (edit: (known: Failures) => Failures): Promise<void> =>
    files
      .withLock(`${path}.lock`, async () => {
        const kept = Object.entries(edit(await read())).map(([origin, times]) => [origin, recent(times)] as const);
        const text = JSON.stringify(Object.fromEntries(kept.filter(([, times]) => times.length > 0)));
        await files.replace(path, Buffer.from(text, 'utf8'), 0o600);
      })
      .catch(() => undefined);

  return {
    async remainingMs(origin) {
      const times = recent((await read())[origin] ?? []);
      const oldest = times[0];
      return oldest === undefined || times.length < mostFailures ? 0 : oldest + breakerWindowMs - clock.now();
    },
    async noteFailure(origin, failure) {
      if (!failure.retryable || !counted.has(failure.kind)) return;
      await change((known) => ({ ...known, [origin]: [...(known[origin] ?? []), clock.now()] }));
    },
    async noteSuccess(origin) {
      const known = await read();
      if (known[origin] !== undefined) await change(({ [origin]: _, ...others }) => others);
    },
  };
}

function parseFailures(text: string): Failures {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null) return {};
    const isTimes = (times: unknown): times is number[] =>
      Array.isArray(times) && times.every((at) => typeof at === 'number');
    return Object.fromEntries(Object.entries(value).filter((entry): entry is [string, number[]] => isTimes(entry[1])));
  } catch {
    return {};
  }
}
