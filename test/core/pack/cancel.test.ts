/** A pack that is stopped, in whatever phase, ends at once, leaves nothing half done, and the next one is whole. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { EventOf } from '../../../src/protocol/events.js';
import { createWorkspace, noProgress, noSignal, type Workspace } from './workspace.js';

let workspace: Workspace;

beforeEach(() => {
  workspace = createWorkspace();
  workspace.git('init', '-q');
  for (let n = 0; n < 60; n++) workspace.write(`f${n}.txt`, `words of file ${n}\n`.repeat(20));
});
afterEach(() => workspace.dispose());

const phases: EventOf<'progress'>['phase'][] = ['list', 'read', 'count', 'render', 'save'];

it.each(phases)('stops in the phase %s', async (phase) => {
  const packer = await workspace.engine();
  const seen: string[] = [];
  const abort = new AbortController();
  const stopped = packer.open(
    workspace.options(),
    (event) => {
      seen.push(event.phase);
      if (event.phase === phase) abort.abort();
    },
    abort.signal,
  );
  await expect(stopped).rejects.toMatchObject({ name: 'AbortError' });
  // Nothing of a later phase was begun.
  expect(phases.indexOf(seen.at(-1) as (typeof phases)[number])).toBe(phases.indexOf(phase));
  const snapshots = join(workspace.stateFolder, 'snapshots');
  expect(existsSync(snapshots) ? readdirSync(snapshots) : []).toEqual([]);
  expect(readdirSync(workspace.stateFolder)).not.toContain('pack.lock');

  const state = await packer.open(workspace.options(), noProgress, noSignal);
  expect(state).toMatchObject({ reused: false, counts: { full: 60 } });
  expect(state).not.toHaveProperty('cacheBreak');
  const next = await (await workspace.engine()).open(workspace.options(), noProgress, noSignal);
  expect(next).toMatchObject({ reused: true, report: { sha256: state.report.sha256 } });
});

it('does not begin when it was stopped while another process packed', async () => {
  const [first, second] = [await workspace.engine(), await workspace.engine()];
  const abort = new AbortController();
  let waiting: Promise<unknown> | undefined;
  const onProgress = ({ phase }: EventOf<'progress'>): void => {
    waiting ??= second.open(workspace.options(), noProgress, abort.signal).catch((error: unknown) => error);
    if (phase === 'save') abort.abort();
  };
  await first.open(workspace.options(), onProgress, noSignal);
  expect(await waiting).toMatchObject({ name: 'AbortError' });
  expect((await second.open(workspace.options(), noProgress, noSignal)).reused).toBe(true);
});

it('stops a look that waits for another process, which appends nothing then', async () => {
  const [first, second] = [await workspace.engine(), await workspace.engine()];
  const opened = await first.open(workspace.options(), noProgress, noSignal);
  workspace.write('f0.txt', 'other words\n');
  const abort = new AbortController();
  let looks: Promise<unknown>[] = [];
  const onProgress = ({ phase }: EventOf<'progress'>): void => {
    if (phase !== 'save' || looks.length > 0) return;
    // The other one has the lock.
    looks = [
      first.sync(undefined, undefined, abort.signal),
      first.beforeSend(opened.report.sha256, ['f0.txt'], abort.signal),
    ].map((look) => look.catch((error: unknown) => error));
    abort.abort();
  };
  await second.open({ ...workspace.options(), renew: true }, onProgress, noSignal);
  for (const look of looks) expect(await look).toMatchObject({ name: 'AbortError' });
  expect(await first.entries(opened.report.sha256, opened.end)).toMatchObject({ entries: [] });
  expect(await first.sync()).toMatchObject([{ path: 'f0.txt' }]);
});

it('stops what walks the folder', async () => {
  const packer = await workspace.engine();
  await packer.open(workspace.options(), noProgress, noSignal);
  const walks = [
    (signal: AbortSignal) => packer.list({}, signal),
    (signal: AbortSignal) => packer.scan(signal),
    (signal: AbortSignal) => packer.findHidden(['f0.txt'], signal),
  ];
  for (const walk of walks) {
    const abort = new AbortController();
    const walking = walk(abort.signal).catch((error: unknown) => error);
    abort.abort();
    expect(await walking).toMatchObject({ name: 'AbortError' });
  }
});
