/** The snapshots that sessions of this process use side by side: the newest, and those that older sessions began with. */
import { createEscapedPacks, type EscapedPack } from './escapedPacks.js';
import type { PackSelection } from '../../protocol/pack.js';
import { holdsAny, type OpenPack, type OpenPlace } from './openPack.js';
import type { LogPlace, LogTail, Look, PackOptions, PackProgress, PackState } from './packer.js';
import type { PackPorts } from './ports.js';
import { dropSnapshots, isStored } from './snapshotStore.js';
import { createSentNotes } from './snapshotUse.js';
import { bringUp, endOf, startPack, startPinned, tailOf, type PackParts, type Started } from './startPack.js';
import { fullLog, goneSnapshot, nothingPacked, taintedPack } from './stopped.js';

/** One that was put aside is opened again from the disk when it is asked for. */
const mostOpen = 3;

/** Whoever calls `open`, `bringUp`, `tail`, `need` or `drop` holds the lock. */
export interface OpenPacks {
  open(options: PackOptions, onProgress: PackProgress, signal: AbortSignal): Promise<PackState>;
  /** Throws a sentence while none is open. */
  newest(this: void): OpenPack;
  /** Which files the user wants from now on, in every pack. */
  select(selection: PackSelection): void;
  /** Every log up to the disk. What stops a pack is told by `tail` and `escaped`. */
  bringUp(look: Look | undefined, signal?: AbortSignal): Promise<void>;
  /** Throws a sentence if the pack was stopped. */
  check(sha256: string): void;
  tail(sha256: string, after: LogPlace): Promise<LogTail>;
  need(sha256: string): Promise<OpenPack>;
  /** A pack as it stands in a body. Throws a sentence if its bytes may not leave. */
  escaped(this: void, sha256: string): Promise<EscapedPack>;
  tokens(): ReadonlyMap<string, number>;
  holdAny(values: readonly string[]): boolean;
  drop(): Promise<void>;
  clear(): void;
}

/** `partsOf` gives what goes with a state folder. */
export function createOpenPacks(
  { files, log }: PackPorts,
  partsOf: (stateFolder: string) => Promise<PackParts>,
): OpenPacks {
  const escapedPacks = createEscapedPacks();
  const noteSent = createSentNotes(files, log);
  /** The one that was used last stands last. */
  const opened = new Map<string, OpenPack>();
  const stopped = new Map<string, () => Error>();
  const tokens = new Map<string, number>();
  let newest: OpenPack | undefined;
  let place: OpenPlace | undefined;

  function keep({ open, state }: Started): PackState {
    const { sha256 } = state.report;
    tokens.set(sha256, state.report.tokens);
    opened.delete(sha256);
    opened.set(sha256, open);
    stopped.delete(sha256);
    const idle = [...opened].filter(([, one]) => one !== newest && one !== open);
    for (const [other] of idle.slice(0, -mostOpen)) opened.delete(other);
    return state;
  }

  async function need(sha256: string): Promise<OpenPack> {
    const open = opened.get(sha256);
    if (open !== undefined) return open;
    if (place === undefined) throw goneSnapshot();
    const started = await startPinned(await partsOf(place.stateFolder), place, sha256);
    keep(started);
    return started.open;
  }

  function select(selection: PackSelection): void {
    if (place !== undefined) place = { ...place, selection };
    for (const open of opened.values()) open.selection = selection;
  }

  function stopAll(why: () => Error): void {
    for (const sha256 of opened.keys()) stopped.set(sha256, why);
    escapedPacks.clear();
  }

  function check(sha256: string): void {
    const why = stopped.get(sha256);
    if (why !== undefined) throw why();
  }

  return {
    need,
    select,
    newest() {
      if (newest === undefined) throw nothingPacked();
      return newest;
    },
    async open(options, onProgress, signal) {
      const { roots, selection, stateFolder, pinned } = options;
      place = { roots, selection, stateFolder };
      select(selection);
      const parts = await partsOf(stateFolder);
      if (pinned !== undefined) {
        const started = await startPinned(parts, options, pinned, signal);
        newest ??= started.open;
        return keep(started);
      }
      const started = await startPack(parts, options, onProgress, signal);
      newest = started.open;
      return keep(started);
    },
    async bringUp(look, signal) {
      for (const [sha256, open] of opened) {
        if (stopped.has(sha256)) continue;
        const parts = await partsOf(open.stateFolder);
        const { damage, tainted, isFull } = await bringUp(parts, open, look, signal);
        if (damage !== undefined) log.warn(`${damage}; what is missing was told again`);
        if (tainted !== undefined) return stopAll(() => taintedPack(tainted));
        if (isFull) stopped.set(sha256, fullLog);
      }
    },
    check,
    async tail(sha256, after) {
      check(sha256);
      return tailOf(await need(sha256), after);
    },
    async escaped(sha256) {
      check(sha256);
      const open = opened.get(sha256);
      const stateFolder = open?.stateFolder ?? place?.stateFolder;
      if (stateFolder === undefined || !(await isStored(files, stateFolder, sha256))) throw goneSnapshot();
      const used = open ?? (await need(sha256));
      const text = await escapedPacks.get(sha256, async () => used.snapshot.bytes);
      await noteSent(used.stateFolder, sha256, endOf(used));
      return text;
    },
    tokens: () => tokens,
    holdAny: (values) => [...opened.values()].some((open) => holdsAny(open, values)),
    async drop() {
      stopAll(goneSnapshot);
      if (place !== undefined) await dropSnapshots(files, place.stateFolder);
    },
    clear() {
      opened.clear();
      newest = undefined;
      place = undefined;
      escapedPacks.clear();
    },
  };
}
