/** What a session is made of, and the settings that it runs with. */
import type { Currency } from '../../protocol/money.js';
import type { ThinkingLevel, ApprovalMode, WireName } from '../../protocol/events.js';
import type { PackSelection } from '../../protocol/pack.js';
import type { Approver } from '../agent/approval.js';
import type { AllowedCommands } from '../commands/allowedCommands.js';
import type { ShellParser } from '../commands/shellParser.js';
import type { Limits } from '../agent/limits.js';
import type { Journal } from '../edits/checkpoint.js';
import type { Host } from '../host.js';
import type { ServedModel } from '../model/catalogue.js';
import type { CatalogueHost } from '../model/hosts.js';
import type { Breaker } from '../model/breaker.js';
import type { NetworkLimits } from '../model/networkLimits.js';
import type { ModelClient } from '../model/types.js';
import type { Packer } from '../pack/packer.js';
import type { Roots } from '../repository/roots.js';
import type { Tool } from '../tools/tool.js';
import type { Ledger } from '../usage/ledger.js';
import type { Agreements, SendConsent } from './agreements.js';
import type { AllowedHosts } from './destination.js';
import type { Automatic } from './routing.js';

/** What sessions of one workspace share; made once, by hand, where the program starts. */
export interface SessionParts {
  host: Host;
  packer: Packer;
  journal: Journal;
  /** Meters and caps what it sends: see `core/usage`. */
  client: ModelClient;
  /** Absent where nothing else asks the same server. */
  breaker?: Breaker;
  ledger: Ledger;
  tools: readonly Tool[];
  /** Absent where nobody can be asked. */
  approver?: Approver;
  /** Absent where nobody can be asked. */
  consent?: SendConsent;
  agreements: Agreements;
  shellParser: ShellParser;
  /** What the user has allowed in this workspace for good. */
  allowedCommands: AllowedCommands;
  roots: Roots;
  stateFolder: string;
  /** Uniform in [0, 1), for the waits between retries. */
  random: () => number;
}

export interface SessionSettings {
  model: ServedModel;
  host: CatalogueHost;
  wire: WireName;
  baseUrl: string;
  apiKey: string;
  userId: string;
  /** In which costs are told and caps are meant. */
  currency: Currency;
  thinking: ThinkingLevel;
  approve: ApprovalMode;
  /** Lines that run without asking, and single commands that do so inside others. */
  allowedCommands: readonly string[];
  /** Commands that never run, by their first words. */
  deniedCommands: readonly string[];
  limits: Limits;
  /** What the user set of clocks and retries; absent: the defaults. */
  network?: NetworkLimits;
  commandTimeoutMs: number;
  budgetTokens: number;
  selection: PackSelection;
  /** A cold pack is made a unit of the prefix cache before the first request over it. */
  primer: boolean;
  rehearsal: boolean;
  /** The model of each turn is chosen by its rules; absent where the user has chosen one. */
  automatic?: Automatic;
  /** Absent: every host is allowed. */
  allowedHosts?: readonly AllowedHosts[];
}
