/** Who answers: the service with the user's key, the rehearsal, or nobody yet. */
import * as vscode from 'vscode';
import { BaleenError } from '../core/errors.js';
import { isPrimerOn } from '../core/usage/primer.js';
import type { Log } from '../core/host.js';
import { checkKey, type KeyAnswer } from '../core/model/balance.js';
import { originOf } from '../core/model/origin.js';
import { refuseHost } from '../core/session/destination.js';
import type { SessionSettings } from '../core/session/sessionParts.js';
import type { KeyState } from '../protocol/sidebar.js';
import { rehearsalKey } from '../rehearsal/rehearsalKey.js';
import { findKeyTrouble, type Keys } from './keys.js';
import { withPick } from './modelChoices.js';
import type { ModelPick } from './modelPick.js';
import type { Settings } from './settings.js';

export interface Connection {
  keyState(): KeyState;
  keyDetail(): string | undefined;
  isRehearsal(): boolean;
  /** Chosen by the user, by a button, a command or `BALEEN_REHEARSAL=1`; kept for this folder until it is ended. */
  setRehearsal(on: boolean): Promise<void>;
  /** Asks for a key, checks it and keeps it. `false` if the user gave none. */
  enterKey(): Promise<boolean>;
  removeKey(): Promise<void>;
  /** Checks the stored key by asking for the balance. */
  check(): Promise<void>;
  /** Looks at the stored key anew, without any request. */
  refresh(): Promise<void>;
  /** What a turn needs to send; throws a sentence when nobody can answer. */
  sessionSettings(userId: string, pick?: ModelPick): Promise<SessionSettings>;
  /** The real `fetch`, or the stand-in model's. */
  readonly fetch: typeof fetch;
}

export interface ConnectionParts {
  keys: Keys;
  log: Log;
  memory: vscode.Memento;
  rehearsalFetch: typeof fetch;
  settings: () => Settings;
  onChange: () => void;
}

const rehearsalMemory = 'rehearsal';

export function createConnection(parts: ConnectionParts): Connection {
  const { keys, log, memory, settings, onChange } = parts;
  let keyState: KeyState = 'missing';
  let keyDetail: string | undefined;
  const isRehearsal = (): boolean => process.env['BALEEN_REHEARSAL'] === '1' || memory.get(rehearsalMemory) === true;
  const show = (state: KeyState, detail?: string): void => {
    keyState = state;
    keyDetail = detail;
    void vscode.commands.executeCommand('setContext', 'baleen.hasKey', state === 'accepted');
    void vscode.commands.executeCommand('setContext', 'baleen.rehearsal', isRehearsal());
    onChange();
  };
  const refresh = async (): Promise<void> => {
    const origin = originOf(settings().baseUrl);
    const key = origin === undefined ? undefined : await keys.read(origin);
    const { host } = settings();
    if (key === undefined && !host.needsKey) show('accepted', `${host.label} needs no key.`);
    else if (key === undefined) show('missing', `No key is stored for ${origin ?? settings().baseUrl}.`);
    else show('accepted', `A key for ${origin} is stored.`);
  };
  const verify = async (key: string): Promise<KeyAnswer> => {
    show('checking', 'Asking for the balance…');
    const answer = await checkKey(settings().baseUrl, key, (input, init) => fetch(input, init));
    show(answer.accepted ? 'accepted' : 'rejected', describeAnswer(answer));
    log.info(`The API key was ${answer.accepted ? 'accepted' : 'not accepted'}.`);
    return answer;
  };
  const setRehearsal = async (on: boolean): Promise<void> => {
    await memory.update(rehearsalMemory, on ? true : undefined);
    await refresh();
  };

  return {
    keyState: () => (isRehearsal() ? 'rehearsal' : keyState),
    keyDetail: () =>
      isRehearsal() ? 'A stand-in answers instead of the model; nothing leaves this machine.' : keyDetail,
    isRehearsal,
    setRehearsal,
    refresh,
    async enterKey() {
      const origin = requireOrigin(settings());
      const key = await askForKey(origin);
      if (key === undefined) return false;
      const answer = await verify(key);
      if (!answer.accepted && answer.failure.kind === 'key') {
        void vscode.window.showErrorMessage(`Baleen: ${describeAnswer(answer)} The key was not kept.`);
        return false;
      }
      await keys.store(origin, key);
      if (isRehearsal()) await setRehearsal(false);
      show(answer.accepted ? 'accepted' : 'rejected', describeAnswer(answer));
      void vscode.window.showInformationMessage(`Baleen: ${describeAnswer(answer)}`);
      return true;
    },
    async removeKey() {
      const { baseUrl } = settings();
      await keys.remove(originOf(baseUrl) ?? baseUrl);
      await refresh();
    },
    async check() {
      const key = await keys.read(requireOrigin(settings()));
      if (key === undefined) await refresh();
      else await verify(key);
    },
    async sessionSettings(userId, pick) {
      const chosen = pick === undefined ? settings() : withPick(settings(), pick);
      if (isRehearsal()) return toSessionSettings(chosen, userId, rehearsalKey, true);
      await readCertificatesAhead();
      const origin = requireOrigin(chosen);
      const key = await keys.read(origin);
      if (key === undefined && chosen.host.needsKey) {
        const text = `No API key is stored for ${origin}, so nothing was sent. Set a key, or try without one.`;
        throw new BaleenError(text, 'api_refused', { kind: 'set_key', label: 'Set API key…' });
      }
      return toSessionSettings(chosen, userId, key ?? '', false);
    },
    fetch: (input, init) => (isRehearsal() ? parts.rehearsalFetch(input, init) : fetch(input, init)),
  };
}

async function askForKey(origin: string): Promise<string | undefined> {
  const given = await vscode.window.showInputBox({
    title: 'Baleen: Set API Key',
    prompt: `The key for ${origin}. It is kept in VS Code’s secret storage and sent nowhere else.`,
    password: true,
    ignoreFocusOut: true,
    validateInput: (value) => (value === '' ? undefined : findKeyTrouble(value.trim())),
  });
  const key = given?.trim() ?? '';
  return findKeyTrouble(key) === undefined ? key : undefined;
}

let certificates: Promise<unknown> | undefined;

/**
 * With a window's first `fetch` VS Code reads the system's certificates, which blocks for some 40 ms; a large body behind it
 * passes 50, and so does a packing worker beside it. An address of no server does the same, and nothing leaves by it.
 */
function readCertificatesAhead(): Promise<unknown> {
  return (certificates ??= fetch('data:,').catch(() => undefined));
}

function toSessionSettings(from: Settings, userId: string, apiKey: string, rehearsal: boolean): SessionSettings {
  const {
    model,
    host,
    wire,
    thinking,
    approve,
    allowedCommands,
    deniedCommands,
    commandTimeoutMs,
    budgetTokens,
    selection,
    currency,
  } = from;
  const { network } = from;
  return {
    model,
    host,
    wire,
    baseUrl: (rehearsal ? host.baseUrls[wire] : undefined) ?? from.baseUrl,
    apiKey,
    userId,
    currency,
    thinking,
    approve,
    allowedCommands,
    deniedCommands,
    limits: { maxSteps: from.maxSteps, ...from.caps },
    commandTimeoutMs,
    budgetTokens,
    selection,
    network,
    primer: isPrimerOn(from.primer, host, from.baseUrl),
    rehearsal,
    ...(from.automatic === undefined || rehearsal ? {} : { automatic: from.automatic }),
    allowedHosts: from.allowedHosts,
  };
}

function describeAnswer(answer: KeyAnswer): string {
  if (!answer.accepted) return answer.failure.message;
  if (answer.balance === undefined) return 'The key was accepted.';
  const amounts = answer.balance.amounts.map(({ total, currency }) => `${total} ${currency}`).join(', ');
  if (!answer.balance.isAvailable) return `The key was accepted, but the balance (${amounts}) does not allow requests.`;
  return `The key was accepted. Balance: ${amounts}.`;
}

/** Where the key goes too: nothing is checked, asked or sent at a host that is not allowed. */
function requireOrigin({ baseUrl, allowedHosts, hostTrouble }: Settings): string {
  if (hostTrouble !== undefined) {
    const action = { kind: 'open_settings', label: 'Open setting', setting: 'baleen.host' } as const;
    throw new BaleenError(hostTrouble, 'bad_usage', action);
  }
  const origin = originOf(baseUrl);
  const refusal = origin === undefined ? undefined : refuseHost(origin, allowedHosts);
  if (refusal !== undefined) throw new BaleenError(refusal, 'refused');
  if (origin !== undefined) return origin;
  throw new BaleenError('The setting baleen.baseUrl is not an address, so nothing was sent.', 'bad_usage', {
    kind: 'open_settings',
    label: 'Open settings',
  });
}
