/** A real workspace over the built worker, with the simulator in the model's place. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { noSelection } from '../../src/core/repository/selection.js';
import type { Approver } from '../../src/core/agent/approval.js';
import type { SendConsent } from '../../src/core/session/agreements.js';
import type { Clock, OpenDocuments } from '../../src/core/host.js';
import { findHost, serveModel } from '../../src/core/model/catalogue.js';
import { packBudgetTokens } from '../../src/core/prompt/budget.js';
import { singleRoot, type Roots } from '../../src/core/repository/roots.js';
import type { SessionSettings } from '../../src/core/session/sessionParts.js';
import { createTokenCounter } from '../../src/core/tokens/counter.js';
import { loadTokenTables } from '../../src/core/tokens/tables.js';
import { openWorkspace, type Workspace } from '../../src/node/workspace.js';
import { rerouteFetch } from './rerouteFetch.js';
import { startSimulator, type Simulator, type SimulatorOptions } from './simulator/simulator.js';

export const programFolder = join(import.meta.dirname, '..', '..', 'dist');

export interface SimulatedWorkspace extends Workspace {
  simulator: Simulator;
  settings: SessionSettings;
  /** Warnings and errors of the log. */
  complaints: string[];
  close(): Promise<void>;
}

/** DeepSeek's own count, for a simulator whose figures are to be believed. */
export function createExactCount(): (text: string) => number {
  const counter = createTokenCounter(loadTokenTables(readFileSync(join(programFolder, 'deepseek.bin'))));
  return (text) => counter.countText(text);
}

export async function openSimulatedWorkspace(
  folder: string | Roots,
  script: SimulatorOptions['script'],
  options: Partial<SessionSettings> &
    Pick<SimulatorOptions, 'tokenCount' | 'drift' | 'profile'> & {
      approver?: Approver;
      documents?: OpenDocuments;
      clock?: Clock;
      consent?: SendConsent;
      /** An address elsewhere that leads to the simulator, and is the base URL. */
      elsewhere?: string;
      /** The key that the service knows, and the program has. */
      key?: string;
    } = {},
): Promise<SimulatedWorkspace> {
  const { approver, documents, clock, consent, elsewhere, key, tokenCount, drift, profile, ...chosen } = options;
  const simulator = await startSimulator({
    script,
    ...(key === undefined ? {} : { key }),
    ...(tokenCount === undefined ? {} : { tokenCount }),
    ...(drift === undefined ? {} : { drift }),
    ...(profile === undefined ? {} : { profile }),
  });
  const stateBase = mkdtempSync(join(tmpdir(), 'baleen-state-'));
  const complaints: string[] = [];
  const say = (text: string): void => void complaints.push(text);
  const workspace = await openWorkspace({
    folders: typeof folder === 'string' ? singleRoot(folder) : folder,
    stateBase,
    programFolder,
    send: elsewhere === undefined ? globalThis.fetch : rerouteFetch(elsewhere, simulator.origin),
    log: { info: () => undefined, warn: say, error: say },
    ...(approver === undefined ? {} : { approver }),
    ...(documents === undefined ? {} : { documents }),
    ...(clock === undefined ? {} : { clock }),
    ...(consent === undefined ? {} : { consent }),
  });
  const host = chosen.host ?? findHost('deepseek')!;
  const model = chosen.model ?? serveModel(host, 'v4-flash')!;
  const wire = chosen.wire ?? 'openai';
  const settings: SessionSettings = {
    model,
    host,
    wire,
    baseUrl: elsewhere ?? simulator.baseUrls[wire],
    apiKey: simulator.key,
    userId: workspace.userId,
    currency: 'USD',
    thinking: 'high',
    approve: 'auto-edit',
    allowedCommands: [],
    deniedCommands: [],
    limits: { maxSteps: 50 },
    commandTimeoutMs: 60_000,
    budgetTokens: packBudgetTokens(model),
    selection: noSelection,
    primer: false,
    rehearsal: false,
    ...chosen,
  };
  const close = async (): Promise<void> => {
    await workspace.dispose();
    await simulator.close();
    rmSync(stateBase, { recursive: true, force: true });
  };
  return { ...workspace, simulator, settings, complaints, close };
}
