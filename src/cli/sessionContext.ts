/** What the commands work with that talk to the model, or take back what it did. */
import { BaleenError } from '../core/errors.js';
import type { ServedModel } from '../core/model/catalogue.js';
import type { CatalogueHost } from '../core/model/hosts.js';
import { adaptTo, readServedEntries } from '../core/model/servedLimits.js';
import { isPrimerOn } from '../core/usage/primer.js';
import type { Emit, Workflow } from '../protocol/events.js';
import type { SendConsent } from '../core/session/agreements.js';
import type { AllowedHosts } from '../core/session/destination.js';
import { resumeSession, startSession, type Session } from '../core/session/session.js';
import type { SessionSettings } from '../core/session/sessionParts.js';
import { findInterrupted } from '../core/session/store.js';
import { singleRoot } from '../core/repository/roots.js';
import { stateBaseFolder } from '../node/stateFolder.js';
import { openWorkspace, type Workspace } from '../node/workspace.js';
import { createRehearsalFetch } from '../rehearsal/rehearsalFetch.js';
import { rehearsalKey } from '../rehearsal/rehearsalKey.js';
import { answerOnTerminal } from './answerOnTerminal.js';
import { createTerminalApprover, createTerminalConsent, describeSend } from './askOnTerminal.js';
import { budgetOf, createLog, keyOf, selectionOf, type Context } from './context.js';
import { automaticOf, baseUrlOf, hostOf, modelOf } from './hosts.js';
import { tellUndecided } from './heldBack.js';
import { tellFinished, tellInterrupted } from './interrupted.js';
import { printJson, printText } from './printEvents.js';
import { tellEnded } from './tellEnded.js';

export function emitterOf(context: Context): Emit {
  return context.args.json ? printJson(context.output) : printText(context.output, context.args.quiet);
}

/** `folder` is as the user wrote it, relative to where the program was started. */
export async function openCliWorkspace(context: Context, folder: string): Promise<Workspace> {
  const { args, env, output } = context;
  const canAsk = context.stdin.isTTY && output.isTerminal && !args.json;
  const workspace = await openWorkspace({
    folders: singleRoot(folder),
    stateBase: stateBaseFolder(env, process.platform),
    programFolder: context.programFolder,
    send: args.rehearse ? createRehearsalFetch() : globalThis.fetch,
    log: createLog(output, args.quiet),
    isSandboxOn: () => args.sandbox,
    ...(canAsk
      ? {
          approver: createTerminalApprover(context.stdin, output),
          wrapCommands: (commands) => answerOnTerminal(commands, context.stdin, output),
        }
      : {}),
    consent: createConsent(args.agreeHosts, canAsk ? createTerminalConsent(context.stdin, output) : undefined),
  });
  return {
    ...workspace,
    async dispose() {
      await tellEnded(workspace.parts.host.commands, output);
      return workspace.dispose();
    },
  };
}

/** What an option agrees to is not asked for; without a terminal nothing else is agreed to. */
function createConsent(agreed: readonly string[], onTerminal: SendConsent | undefined): SendConsent {
  return {
    async ask(question, signal) {
      const { origin } = question;
      if (agreed.includes(origin)) return { agreed: true };
      if (onTerminal !== undefined) return onTerminal.ask(question, signal);
      const sentence = `${describeSend(question)} This was not agreed to yet, and without a terminal nobody can be asked, so nothing was sent. To agree, once for this workspace, add --agree-host ${origin}.`;
      return { agreed: false, sentence };
    },
  };
}

/** Those of the machine's environment: whoever looks after it sets it for everybody. */
function allowedHostsOf(env: Context['env']): AllowedHosts[] {
  const hosts = (env.BALEEN_ALLOWED_HOSTS ?? '').split(',').map((one) => one.trim());
  return [{ hosts: hosts.filter((one) => one !== ''), by: 'the environment variable BALEEN_ALLOWED_HOSTS' }];
}

/** Throws a sentence, outcome `api_refused`, when a key is needed, there is none, and no rehearsal was asked for. */
async function settingsOf(context: Context, workspace: Workspace): Promise<SessionSettings> {
  const { args, signal } = context;
  const host = hostOf(args);
  const chosen = automaticOf(args);
  const baseUrl = baseUrlOf(args);
  const key = keyOf(context);
  if (!args.rehearse && key === '' && host.needsKey) {
    throw new BaleenError(
      `There is no key, so nothing was sent. Set ${host.keyVariable}, or try --rehearse, which needs none.`,
      'api_refused',
    );
  }
  const model = args.rehearse ? modelOf(args) : await askForModel(host, modelOf(args), baseUrl, key, signal);
  return {
    model,
    host,
    wire: args.wire,
    baseUrl,
    apiKey: args.rehearse ? rehearsalKey : key,
    userId: workspace.userId,
    currency: args.currency,
    thinking: args.thinking,
    approve: args.command === 'ask' ? 'plan' : args.approve,
    allowedCommands: args.allow,
    deniedCommands: args.deny,
    limits: { maxSteps: args.maxSteps, ...args.caps },
    commandTimeoutMs: 600_000,
    budgetTokens: budgetOf(args, model),
    selection: selectionOf(args),
    primer: isPrimerOn(args.primer, host, baseUrl),
    rehearsal: args.rehearse,
    ...(chosen === undefined ? {} : { automatic: chosen }),
    allowedHosts: allowedHostsOf(context.env),
  };
}

/** An own server knows best what it serves; nothing of the workspace is in the question. */
async function askForModel(
  host: CatalogueHost,
  model: ServedModel,
  baseUrl: string,
  key: string,
  signal: AbortSignal,
): Promise<ServedModel> {
  if (host.operator !== 'own server') return model;
  const entries = await readServedEntries(baseUrl, key, globalThis.fetch, signal);
  return entries === undefined ? model : adaptTo(entries, model);
}

/** Commands that nobody is asked about run in a sandbox or not at all. */
async function requireSandbox(workspace: Workspace): Promise<void> {
  const status = await workspace.parts.host.sandbox.status();
  if (status.works) return;
  throw new BaleenError(
    `--approve auto needs a sandbox for commands, so nothing was sent. ${status.why} Or take --approve auto-edit, where commands ask.`,
    'bad_usage',
  );
}

/** A session over a pack that holds some text; throws a sentence where there is nothing to work on. */
export async function openPackedSession(
  context: Context,
  workspace: Workspace,
  workflow: Workflow,
  emit: Emit,
): Promise<Session> {
  const settings = await settingsOf(context, workspace);
  if (settings.approve === 'auto') await requireSandbox(workspace);
  const { finished, interrupted } = await workspace.parts.journal.recover();
  tellFinished(finished, context.output);
  tellInterrupted(interrupted, context.output);
  await tellUndecided(workspace.parts, context.output);
  const session = await startSession(workspace.parts, settings, workflow, emit, context.signal);
  const { full, outline } = session.pack.counts;
  if (full + outline > 0) return session;
  throw new BaleenError(
    `There is no text file to work on in ${workspace.parts.roots[0].folder}, so nothing was sent. Name another folder with --cwd.`,
    'bad_usage',
  );
}

/** The newest session, if its last turn was cut off; throws a sentence where there is none. */
export async function openInterruptedSession(context: Context, workspace: Workspace, emit: Emit): Promise<Session> {
  const { parts } = workspace;
  const id = await findInterrupted(parts.host.files, parts.stateFolder);
  if (id === undefined)
    throw new BaleenError(
      'No turn was interrupted here: the last one has ended, or had sent nothing yet. Say what to do: baleen run "…".',
      'bad_usage',
    );
  return resumeSession(parts, await settingsOf(context, workspace), id, emit, context.signal);
}
