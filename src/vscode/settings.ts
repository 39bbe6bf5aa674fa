/** The only reader of VS Code's settings: `baleen.*` to one typed object. */
import * as vscode from 'vscode';
import { findHost, modelsOf, retirementNotice, serveModel, type ServedModel } from '../core/model/catalogue.js';
import type { CatalogueHost } from '../core/model/hosts.js';
import type { NetworkLimits } from '../core/model/networkLimits.js';
import { packBudgetTokens } from '../core/prompt/budget.js';
import type { Caps } from '../core/usage/caps.js';
import type { PrimerMode } from '../core/usage/primer.js';
import { automatic, offerAutomatic, type Automatic } from '../core/session/routing.js';
import type { AllowedHosts } from '../core/session/destination.js';
import type { Currency } from '../protocol/money.js';
import type { PackSelection } from '../protocol/pack.js';
import type { ApprovalMode, Severity, ThinkingLevel, WireName } from '../protocol/events.js';
import { chooseHost } from './hostSettings.js';
import { sameAsChat, thinkingLevels, type ModelPick } from './modelPick.js';

export interface Settings {
  model: ServedModel;
  /** A sentence if the setting names a model that is gone or unknown. */
  modelNotice?: string;
  host: CatalogueHost;
  /** Why nothing can be sent to the host, as a sentence. */
  hostTrouble?: string;
  thinking: ThinkingLevel;
  /** The user's words for model and thinking. */
  pick: ModelPick;
  /** The model is chosen for each turn. */
  automatic?: Automatic;
  /** The words for the model of a workflow. */
  models: { refactor: string; review: string };
  wire: WireName;
  /** Without a trailing slash. */
  baseUrl: string;
  approve: ApprovalMode;
  allowedCommands: string[];
  deniedCommands: string[];
  sandbox: boolean;
  commandTimeoutMs: number;
  budgetTokens: number;
  selection: PackSelection;
  explorerTokens: boolean;
  maxSteps: number;
  network: NetworkLimits;
  /** In which prices are shown and caps are meant. */
  currency: Currency;
  caps: Caps;
  primer: PrimerMode;
  reviewOnSave: boolean;
  minimumSeverity: Severity;
  verifyCommands: string[];
  allowedHosts: AllowedHosts[];
}

const approvalModes: readonly ApprovalMode[] = ['plan', 'ask', 'auto-edit', 'auto'];
const wires: readonly WireName[] = ['openai', 'anthropic'];
const currencies: readonly Currency[] = ['USD', 'CNY'];
const primerModes: readonly PrimerMode[] = ['auto', 'on', 'off'];
const severities: readonly Severity[] = ['error', 'warning', 'info'];

/** Settings that the pickers of the sidebar change, always for the user and never for a folder. */
export type ChosenSetting = 'model' | 'thinking' | 'approve';

export function readSettings(): Settings {
  const config = vscode.workspace.getConfiguration('baleen');
  const wire = oneOf(wires, config.get('wire'), 'openai');
  // The variable is for tests and for one's own server; a folder can set neither it nor the settings.
  const given = { host: config.get('host'), hosts: config.get('hosts'), wire };
  const chosen = chooseHost({ ...given, baseUrl: process.env['BALEEN_BASE_URL'] || config.get('baseUrl') });
  const { host, baseUrl } = chosen;
  const name = config.get('model');
  const thinking = oneOf(thinkingLevels, config.get('thinking'), 'high');
  const offer = name === automatic ? offerAutomatic(host, thinking) : undefined;
  const { model, modelNotice } = readModel(host, offer === undefined ? name : offer.flash.id);
  const mostTokens = packBudgetTokens(model);
  return {
    model,
    ...(modelNotice === undefined ? {} : { modelNotice }),
    host,
    ...(chosen.trouble === undefined ? {} : { hostTrouble: chosen.trouble }),
    thinking,
    pick: { model: offer === undefined ? model.id : automatic, thinking },
    ...(offer === undefined ? {} : { automatic: offer }),
    models: readModels(config.get('models')),
    wire,
    baseUrl,
    approve: oneOf(approvalModes, config.get('approve'), 'ask'),
    allowedCommands: texts(config.get('allowedCommands')),
    deniedCommands: texts(config.get('deniedCommands')),
    sandbox: config.get('sandbox') !== false,
    commandTimeoutMs: (positive(config.get('commandTimeoutSeconds')) ?? 300) * 1000,
    budgetTokens: Math.min(positive(config.get('packBudgetTokens')) ?? mostTokens, mostTokens),
    selection: {
      exclude: texts(config.get('pack.exclude')),
      includeSecretFiles: texts(config.get('pack.includeSecretFiles')),
    },
    explorerTokens: config.get('explorerTokens') === true,
    maxSteps: positive(config.get('maxSteps')) ?? 50,
    network: readNetwork(config),
    currency: oneOf(currencies, config.get('currency'), 'USD'),
    caps: readCaps(config.get('caps')),
    primer: oneOf(primerModes, config.get('primer'), 'auto'),
    reviewOnSave: config.get('reviewOnSave.enabled') === true,
    minimumSeverity: oneOf(severities, config.get('reviewOnSave.minimumSeverity'), 'info'),
    verifyCommands: texts(config.get('refactor.verifyCommands')),
    allowedHosts: readAllowedHosts(config.get('allowedHosts')),
  };
}

export async function chooseSetting(name: ChosenSetting, value: string): Promise<void> {
  await vscode.workspace.getConfiguration('baleen').update(name, value, vscode.ConfigurationTarget.Global);
}

export async function chooseReviewModel(words: string): Promise<void> {
  const config = vscode.workspace.getConfiguration('baleen');
  const { refactor, review } = { ...readModels(config.get('models')), review: words };
  await config.update('models', { refactor, review }, vscode.ConfigurationTarget.Global);
}

export async function switchReviewOnSave(on: boolean): Promise<void> {
  const config = vscode.workspace.getConfiguration('baleen');
  await config.update('reviewOnSave.enabled', on, vscode.ConfigurationTarget.Global);
}

/** Always for the user and never for a folder. `null`: everything that fits. */
export async function choosePackBudget(tokens: number | null): Promise<void> {
  const config = vscode.workspace.getConfiguration('baleen');
  await config.update('packBudgetTokens', tokens ?? undefined, vscode.ConfigurationTarget.Global);
}

export async function choosePackExclude(patterns: readonly string[]): Promise<void> {
  const config = vscode.workspace.getConfiguration('baleen');
  const value = patterns.length === 0 ? undefined : patterns;
  await config.update('pack.exclude', value, vscode.ConfigurationTarget.Global);
}

function readNetwork(config: vscode.WorkspaceConfiguration): NetworkLimits {
  const network = config.get<Record<string, unknown>>('network');
  const ms = (name: string): number | undefined => {
    const seconds = positive(network?.[`${name}Seconds`]);
    return seconds === undefined ? undefined : seconds * 1000;
  };
  const retries = network?.['retries'];
  const clocks = {
    connectMs: ms('connect'),
    headersMs: ms('headers'),
    firstEventMs: ms('queue'),
    silentMs: ms('silence'),
    commentsOnlyMs: ms('signsOfLife'),
    totalMs: ms('total'),
  };
  return {
    clocks: Object.fromEntries(Object.entries(clocks).filter(([, value]) => value !== undefined)),
    retries: typeof retries === 'number' && retries >= 0 ? { maxRetries: Math.min(Math.floor(retries), 5) } : {},
  };
}

/** What is no number above nothing is no cap. */
function readCaps(value: unknown): Caps {
  const { request, turn, session, day } = (typeof value === 'object' && value !== null ? value : {}) as Record<
    string,
    unknown
  >;
  const wanted = { maxRequestCost: request, maxTurnCost: turn, maxSessionCost: session, maxDayCost: day };
  return Object.fromEntries(Object.entries(wanted).filter(([, amount]) => positive(amount) !== undefined));
}

function readModels(value: unknown): Settings['models'] {
  const { refactor, review } = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
  const words = (one: unknown): string => (typeof one === 'string' ? one : sameAsChat);
  return { refactor: words(refactor), review: words(review) };
}

function readModel(host: CatalogueHost, value: unknown): { model: ServedModel; modelNotice?: string } {
  const name = typeof value === 'string' && value.trim() !== '' ? value : 'v4-flash';
  const found = serveModel(host, name);
  const fallback = serveModel(host, 'v4-flash') ?? modelsOf(host)[0] ?? serveModel(findHost('deepseek')!, 'v4-flash')!;
  if (found === undefined) {
    const modelNotice = `The setting baleen.model names "${name}", which is not known; ${fallback.label} is used instead.`;
    return { model: fallback, modelNotice };
  }
  const notice = retirementNotice(name);
  return notice === undefined ? { model: found } : { model: found, modelNotice: notice };
}

/** The machine's environment counts beside the setting, so that one deployment serves the editor and the command line. */
function readAllowedHosts(value: unknown): AllowedHosts[] {
  const ofMachine = (process.env['BALEEN_ALLOWED_HOSTS'] ?? '').split(',');
  return [
    { hosts: texts(value), by: 'the setting baleen.allowedHosts' },
    { hosts: texts(ofMachine), by: 'the environment variable BALEEN_ALLOWED_HOSTS' },
  ];
}

function oneOf<T extends string>(known: readonly T[], value: unknown, fallback: T): T {
  return known.find((one) => one === value) ?? fallback;
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string' && one.trim() !== '') : [];
}

function positive(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : undefined;
}
