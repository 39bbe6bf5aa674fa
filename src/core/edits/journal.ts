/** Pre-images of whatever is changed, on disk before it changes; and the way back. */
import { BaleenError, messageOf } from '../errors.js';
import { alone } from './alone.js';
import { titleOfRestore, type Checkpoint, type CheckpointInfo, type Journal } from './checkpoint.js';
import { createWriter, makeJournalFolder, type About, type CheckpointWriter } from './checkpointWriter.js';
import { readBlob } from './fileStates.js';
import { finishRestores, listInterrupted } from './interrupted.js';
import type { JournalParts } from './journalParts.js';
import { blobFolder, listIds, lockPath, readCheckpoint, stampOf } from './journalRecords.js';
import { interpret, listCheckpoints, readAll, type Recorded } from './journalState.js';
import { removeLeftTemps } from './leftTemps.js';
import { pruneJournal } from './prune.js';
import { restoreCheckpoint } from './restore.js';
import { planRestore } from './restorePlan.js';
import { settleInterrupted } from './settle.js';

export function createJournal(parts: JournalParts): Journal {
  const { files, stateFolder } = parts;
  const locked = async <T>(work: () => Promise<T>): Promise<T> => {
    await makeJournalFolder(parts);
    return files.withLock(lockPath(stateFolder), work);
  };
  const nextId = createIds(parts);
  const writeRestore = ({ id, session, title, restores }: CheckpointInfo, next: string): CheckpointWriter => {
    const about = { session, title: titleOfRestore({ title, ...(restores === undefined ? {} : { restores }) }) };
    return createWriter(parts, next, { ...about, restores: id });
  };
  let tidied: Promise<void> | undefined;
  /** Once, before the first change. */
  const tidy = (): Promise<void> => (tidied ??= tidyUp(parts, locked));
  return {
    async begin(about) {
      await tidy();
      return openCheckpoint(parts, createWriter(parts, await nextId(), withoutRest(about)), locked);
    },
    async reopen(id) {
      await tidy();
      const { info, files: known } = await findCheckpoint(parts, id);
      const writer = createWriter(parts, id, { session: info.session, title: info.title }, known);
      await locked(() => writer.append({ type: 'reopened', owner: parts.owner.name }));
      return openCheckpoint(parts, writer, locked);
    },
    list: async () => listCheckpoints(await readAll(parts)),
    plan: async (id) => planRestore(parts, await findCheckpoint(parts, id)),
    async readBefore(id, path) {
      const before = (await readOne(parts, id))?.files.get(path)?.before;
      return before?.kind === 'file' ? readBlob(parts, before.sha256) : before?.kind;
    },
    async restore(plan, chosen, watching = {}) {
      await tidy();
      const next = await nextId();
      return locked(async () => {
        const recorded = await readRecorded(parts, plan.checkpoint.id);
        return restoreCheckpoint(parts, writeRestore(recorded.info, next), recorded, plan, chosen, watching);
      });
    },
    async recover() {
      if (!(await exists(parts))) return { finished: [], interrupted: [] };
      return locked(async () => {
        const all = await readAll(parts);
        const finished = await mend(parts, all);
        const interrupted = await listInterrupted(parts, finished.length === 0 ? all : await readAll(parts));
        return { finished, interrupted };
      });
    },
    async settle(offered, settlements, watching = {}) {
      const next = await nextId();
      return locked(async () => {
        const recorded = await readRecorded(parts, offered.checkpoint.id);
        if (recorded.isEnded || parts.owner.isAlive(recorded.owner))
          throw new BaleenError(`“${recorded.info.title}” is not interrupted any more, so nothing was done.`);
        const begin = (): CheckpointWriter => writeRestore(recorded.info, next);
        return settleInterrupted(parts, recorded, { offered, settlements, watching }, begin);
      });
    },
  };
}

type Locked = <T>(work: () => Promise<T>) => Promise<T>;

function openCheckpoint(parts: JournalParts, writer: CheckpointWriter, locked: Locked): Checkpoint {
  return {
    id: writer.id,
    before: (path, planned) => locked(() => writer.before(path, planned)),
    after: (path) => locked(() => writer.after(path)),
    beforeBuffer: (path, from, to) => locked(() => writer.beforeBuffer(path, from, to)),
    afterBuffer: (path) => locked(() => writer.afterBuffer(path)),
    alone: (absolute, work) => alone(parts, absolute, work),
    changedByCommand: async (paths, originals = []) =>
      paths.length === 0 ? undefined : locked(() => writer.changedByCommand(paths, originals)),
    get paths() {
      return [...writer.recorded].flatMap(([path, { byCommand }]) => (byCommand ? [] : [path])).sort();
    },
    close: async () => (writer.isBegun ? locked(() => writer.append({ type: 'end' })) : undefined),
  };
}

/** Also what a crash left: a turn is not to build on half a restore. */
async function tidyUp(parts: JournalParts, locked: Locked): Promise<void> {
  if (!(await exists(parts))) return;
  try {
    await locked(async () => {
      await mend(parts, await readAll(parts));
      await pruneJournal(parts);
    });
  } catch (error) {
    parts.log.warn(`The journal could not be tidied up: ${messageOf(error)}`);
  }
}

/** Answers with the titles of the restores that it finished. */
async function mend(parts: JournalParts, all: ReadonlyMap<string, Recorded>): Promise<string[]> {
  await removeLeftTemps(parts, all);
  try {
    return await finishRestores(parts, all);
  } catch (error) {
    parts.log.warn(`What a restore had left could not be finished: ${messageOf(error)}`);
    return [];
  }
}

/** Its first folder is made before anything else is, the lock too. */
async function exists({ files, stateFolder }: JournalParts): Promise<boolean> {
  return (await files.lstat(blobFolder(stateFolder)))?.kind === 'directory';
}

/** Ids rise, whatever the clock does: they are the order of the checkpoints. */
function createIds(parts: JournalParts): () => Promise<string> {
  let last = 0;
  return async () => {
    const newest = (await listIds(parts)).at(-1);
    last = Math.max(parts.clock.now(), last + 1, newest === undefined ? 0 : stampOf(newest) + 1);
    return `${last.toString(36)}-${parts.randomHex(8)}`;
  };
}

function withoutRest({ session, title }: About): About {
  return { session, title };
}

function isId(id: string): boolean {
  return /^[0-9a-z]+-[0-9a-f]+$/.test(id);
}

/** Of one alone: whether it was restored is not known then. */
async function readOne(parts: JournalParts, id: string): Promise<Recorded | undefined> {
  const read = isId(id) ? await readCheckpoint(parts, id) : undefined;
  return read === undefined ? undefined : interpret(read);
}

async function readRecorded(parts: JournalParts, id: string): Promise<Recorded> {
  return (await readOne(parts, id)) ?? unknownCheckpoint(id);
}

async function findCheckpoint(parts: JournalParts, id: string): Promise<Recorded> {
  return (await readAll(parts)).get(id) ?? unknownCheckpoint(id);
}

function unknownCheckpoint(id: string): never {
  throw new BaleenError(`There is no checkpoint ${id}. List them to see which there are.`, 'bad_usage');
}
