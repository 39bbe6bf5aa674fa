/** Runs commands inside the bounds of `sandboxBounds.ts`, where the sandbox has shown on this machine that it holds. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BaleenError } from '../core/errors.js';
import type { HeldBack, Sandbox, SandboxLevel, SandboxStatus } from '../core/host.js';
import { createHeldBackStore, heldBackFolder } from './heldBack.js';
import { createHeldPlaces } from './heldPlaces.js';
import { boundClosed, boundOpen, type BoundsParts } from './sandboxBounds.js';
import { probeRuntime } from './sandboxProbe.js';
import { findRuntime, type FoundRuntime, type Runtime } from './sandboxRuntime.js';
import { quoteWords } from './shellQuote.js';

/** A program that is about to be started. */
export interface Call {
  program: string;
  args: readonly string[];
  env: Record<string, string>;
}

export interface ConfinedCall extends Call {
  /** Where it runs: `none` is outside. */
  level: SandboxLevel;
  /** What has appeared of protected names so far, taken out of the workspace; not looked for at every call. */
  look: () => Promise<HeldBack | undefined>;
  /** Once, when the process has ended or could not be started: looks for the last time. */
  release: () => Promise<HeldBack | undefined>;
}

export interface CommandSandbox extends Sandbox {
  /**
   * The call as one that runs at this level. `open` falls back to `none` where no sandbox works, since somebody said yes;
   * `closed` never does: it throws a sentence. `command` is the line as the user knows it.
   */
  confine(call: Call, level: SandboxLevel, command: string): Promise<ConfinedCall>;
  /** A path that this program is about to make, with the user's yes where one is needed. */
  accept(path: string): void;
}

export interface ProbeParts extends Omit<BoundsParts, 'scratch' | 'roots'> {
  isOn: () => boolean;
}

export interface SandboxParts extends ProbeParts, Pick<BoundsParts, 'roots'> {
  /** Of this workspace. */
  stateFolder: string;
}

const switchedOff: SandboxStatus = { works: false, why: 'The sandbox for commands is switched off in the settings.' };

/** Whether there is a sandbox that works; asked before there is a workspace, too. */
export function createProbe(parts: ProbeParts): () => Promise<SandboxStatus & { runtime?: Runtime }> {
  let found: Promise<FoundRuntime> | undefined;
  // What is missing may be installed meanwhile.
  const find = async (): Promise<FoundRuntime> => {
    const now = await (found ??= findRuntime(parts.programFolder, parts.env));
    if ('missing' in now) found = undefined;
    return now;
  };
  return async () => {
    if (!parts.isOn()) return switchedOff;
    const one = await find();
    if ('missing' in one) return { works: false, why: one.missing };
    const status = await (probes.get(one.id) ?? startProbe(one, parts));
    return { ...status, runtime: one.runtime };
  };
}

export function createSandbox(parts: SandboxParts): CommandSandbox {
  // One for all workspaces: folders of theirs may be the same.
  const places = createHeldPlaces(join(parts.stateBase, 'held'));
  const cleared = places.clearLeft().catch(() => undefined);
  const heldBack = createHeldBackStore(parts.roots, heldBackFolder(parts.stateFolder));
  const look = createProbe(parts);
  return {
    async status() {
      const { runtime: _, ...status } = await look();
      await cleared;
      return status;
    },
    accept: (path) => heldBack.accept(path),
    async confine(call, level, command) {
      if (level === 'none') return runOutside(call);
      const state = await look();
      await cleared;
      if (!state.works && level === 'open') return runOutside(call);
      if (!state.works || state.runtime === undefined) throw new BaleenError(state.works ? '' : state.why);
      return wallIn(call, level, { runtime: state.runtime, command });
    },
  };

  async function wallIn(
    call: Call,
    level: SandboxLevel,
    { runtime, command }: { runtime: Runtime; command: string },
  ): Promise<ConfinedCall> {
    const scratch = makeScratch();
    const bounds = level === 'closed' ? await boundClosed({ ...parts, ...scratch }) : boundOpen(parts);
    const held = runtime.needsPlaces ? await places.hold(bounds.toHold) : [];
    const readOnly = [...bounds.readOnly, ...(runtime.needsPlaces ? held : bounds.toHold)];
    const line = await runtime.confine(lineOf(call), { ...bounds, readOnly }).catch(async (error: unknown) => {
      await places.release(held);
      throw error;
    });
    const watch = level === 'closed' ? heldBack.watch(bounds.known, command) : undefined;
    return {
      ...{ program: '/bin/sh', args: ['-c', `exec ${line} 2>&1`], env: { ...call.env, ...bounds.env }, level },
      // What goes wrong in passing goes wrong once more at the end, and is told then.
      look: async () => watch?.takeInPassing().catch(() => undefined),
      async release() {
        runtime.release();
        if (scratch.scratch !== undefined) rmSync(scratch.scratch, { recursive: true, force: true });
        try {
          await places.release(held);
          return await watch?.take();
        } finally {
          watch?.end();
        }
      },
    };
  }
}

/**
 * With the shell its sandbox ends, and with that whatever else is in it: nobody is to wonder where it went. Linux alone has
 * process numbers of its own in each sandbox.
 */
function lineOf({ program, args }: Call): string {
  const line = quoteWords([program, ...args]);
  if (process.platform !== 'linux') return `exec ${line}`;
  const look = 'set -- /proc/[0-9]*';
  const sentence =
    '[Ended with the shell, as everything in the sandbox does: $(($# - n)) left in the background. To keep one running, call it with background: true.]';
  return [
    ...[look, 'n=$#', line, 'code=$?', look],
    // One that ends by itself is given a moment.
    `[ $# -gt $n ] && sleep 0.1 && ${look}`,
    `[ $# -gt $n ] && echo "${sentence}"`,
    'exit $code',
  ].join('; ');
}

/** Where there is no sandbox at all only `closed` is refused. */
export async function confineCall(
  sandbox: CommandSandbox | undefined,
  call: Call,
  level: SandboxLevel,
  command: string,
): Promise<ConfinedCall> {
  if (sandbox !== undefined) return sandbox.confine(call, level, command);
  if (level === 'closed') throw new BaleenError('There is no sandbox for commands here.');
  return runOutside(call);
}

function runOutside(call: Call): ConfinedCall {
  return { ...call, level: 'none', look: async () => undefined, release: async () => undefined };
}

/** Whether a runtime holds is a property of the machine: asked once in a process. */
const probes = new Map<string, Promise<SandboxStatus>>();

function startProbe({ runtime, id }: { runtime: Runtime; id: string }, parts: ProbeParts): Promise<SandboxStatus> {
  const probe = probeRuntime(runtime, parts);
  probes.set(id, probe);
  return probe;
}

/** Linux gives each command a `/tmp` in memory. */
function makeScratch(): { scratch?: string } {
  return process.platform === 'linux' ? {} : { scratch: mkdtempSync(join(tmpdir(), 'baleen-')) };
}
