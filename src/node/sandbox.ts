/** Runs commands inside the bounds of `sandboxBounds.ts`, where the sandbox has shown on this machine that it holds. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BaleenError } from '../core/errors.js';
import type { Sandbox, SandboxLevel, SandboxStatus } from '../core/host.js';
import { createHeldPlaces, removeLeftPlaces } from './heldPlaces.js';
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
  /** Once, when the process has ended or could not be started. */
  release: () => void;
}

export interface CommandSandbox extends Sandbox {
  /**
   * The call as one that runs at this level. `open` falls back to `none` where no sandbox works, since somebody said yes;
   * `closed` never does: it throws a sentence.
   */
  confine(call: Call, level: SandboxLevel): Promise<ConfinedCall>;
}

export interface SandboxParts extends Omit<BoundsParts, 'scratch'> {
  /** Of this workspace. */
  stateFolder: string;
  isOn: () => boolean;
}

const switchedOff: SandboxStatus = { works: false, why: 'The sandbox for commands is switched off in the settings.' };

export function createSandbox(parts: SandboxParts): CommandSandbox {
  const heldFolder = join(parts.stateFolder, 'held');
  removeLeftPlaces(heldFolder);
  const held = createHeldPlaces(heldFolder);
  let found: Promise<FoundRuntime> | undefined;
  // What is missing may be installed meanwhile.
  const find = async (): Promise<FoundRuntime> => {
    const now = await (found ??= findRuntime(parts.programFolder, parts.env));
    if ('missing' in now) found = undefined;
    return now;
  };
  const look = async (): Promise<SandboxStatus & { runtime?: Runtime }> => {
    if (!parts.isOn()) return switchedOff;
    const one = await find();
    if ('missing' in one) return { works: false, why: one.missing };
    const status = await (probes.get(one.id) ?? startProbe(one, parts));
    return { ...status, runtime: one.runtime };
  };
  return {
    async status() {
      const { runtime: _, ...status } = await look();
      return status;
    },
    async confine(call, level) {
      const outside: ConfinedCall = { ...call, level: 'none', release: () => undefined };
      if (level === 'none') return outside;
      const state = await look();
      if (!state.works && level === 'open') return outside;
      if (!state.works || state.runtime === undefined) throw new BaleenError(state.works ? '' : state.why);
      const scratch = makeScratch();
      const bounds = level === 'closed' ? await boundClosed({ ...parts, ...scratch }) : boundOpen(parts);
      held.note(bounds.held);
      const { runtime } = state;
      try {
        const line = await runtime.confine(`exec ${quoteWords([call.program, ...call.args])}`, bounds);
        const release = (): void => {
          runtime.release();
          held.release();
          if (scratch.scratch !== undefined) rmSync(scratch.scratch, { recursive: true, force: true });
        };
        const env = { ...call.env, ...bounds.env };
        return { program: '/bin/sh', args: ['-c', `exec ${line} 2>&1`], env, level, release };
      } catch (error) {
        held.release();
        throw error;
      }
    },
  };
}

/** Where there is no sandbox at all only `closed` is refused. */
export async function confineCall(
  sandbox: CommandSandbox | undefined,
  call: Call,
  level: SandboxLevel,
): Promise<ConfinedCall> {
  if (sandbox !== undefined) return sandbox.confine(call, level);
  if (level === 'closed') throw new BaleenError('There is no sandbox for commands here.');
  return { ...call, level: 'none', release: () => undefined };
}

/** Whether a runtime holds is a property of the machine: asked once in a process. */
const probes = new Map<string, Promise<SandboxStatus>>();

function startProbe({ runtime, id }: { runtime: Runtime; id: string }, parts: SandboxParts): Promise<SandboxStatus> {
  const probe = probeRuntime(runtime, parts);
  probes.set(id, probe);
  return probe;
}

/** Linux gives each command a `/tmp` in memory. */
function makeScratch(): { scratch?: string } {
  return process.platform === 'linux' ? {} : { scratch: mkdtempSync(join(tmpdir(), 'baleen-')) };
}
