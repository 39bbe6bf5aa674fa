/** Has the change logs follow the disk: at a tool's edit, before a turn, before a request. */
import { isRuleFile } from '../repository/selection.js';
import type { MetSecrets } from './metSecrets.js';
import type { OpenPack } from './openPack.js';
import type { OpenPacks } from './openPacks.js';
import type { ChangeEntry, Packer } from './packer.js';
import type { PackPorts } from './ports.js';
import type { FileReader } from './reader.js';
import { createRuleWatch } from './ruleWatch.js';
import type { StateQueue } from './stateQueue.js';
import { hiddenText } from './stopped.js';
import { findHidden } from './taint.js';
import { tellUnsaved } from './unsaved.js';

export interface LogUpdateParts {
  ports: PackPorts;
  reader: FileReader;
  met: MetSecrets;
  queue: StateQueue;
  packs: OpenPacks;
}

export function createLogUpdates(parts: LogUpdateParts): Pick<Packer, 'sync' | 'beforeSend' | 'entries' | 'unsaved'> {
  const { ports, reader, queue, packs } = parts;
  const ruleWatch = createRuleWatch(ports.files);

  /** Under the lock of the newest pack's state. */
  function locked<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    return queue.run(packs.newest().stateFolder, work, signal);
  }

  /** The entries that a look appends to the newest log. */
  function added(signal: AbortSignal | undefined, look: (open: OpenPack) => Promise<void>): Promise<ChangeEntry[]> {
    const open = packs.newest();
    return locked(async () => {
      const before = open.entries.length;
      await look(open);
      return open.entries.slice(before);
    }, signal);
  }

  function lookEverywhere(open: OpenPack, signal: AbortSignal | undefined): Promise<void> {
    return ruleWatch.noteBefore(open, () => packs.bringUp(undefined, signal));
  }

  return {
    sync: (look, selection, signal) =>
      added(signal, async (open) => {
        if (selection !== undefined) packs.select(selection);
        if (look !== undefined) await packs.bringUp(look, signal);
        // New rules decide on files that the look does not name.
        if (look === undefined || look.paths.some(isRuleFile)) await lookEverywhere(open, signal);
      }),
    beforeSend: (packSha256, shown, signal) =>
      added(signal, async (open) => {
        if (await ruleWatch.hasChanged(open)) await lookEverywhere(open, signal);
        packs.check(packSha256);
        const hidden = await findHidden(ports, reader, open, shown, signal);
        if (hidden !== undefined) throw hiddenText(hidden);
      }),
    entries: (packSha256, after) => locked(() => packs.tail(packSha256, after)),
    unsaved: (packSha256, documents) => locked(async () => tellUnsaved(parts, await packs.need(packSha256), documents)),
  };
}
