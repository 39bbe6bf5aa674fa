/** A session's parts as the loop needs them. */
import { describeLanguageDrift } from '../agent/language.js';
import type { LoopParts } from '../agent/loop.js';
import type { Turn } from '../agent/turn.js';
import { createCommandGate } from '../commands/gate.js';
import { languageOf } from '../commands/language.js';
import type { ToolCall } from '../model/types.js';
import { asFolder } from '../repository/roots.js';
import { createPlanner } from './planner.js';
import { retryOf, type Session } from './session.js';
import { appendSteered, type TurnInput } from './turnText.js';

export interface LoopInput extends TurnInput {
  /** A sentence if this workflow does not execute the call. */
  refuse?: (call: ToolCall) => string | undefined;
  endsOnReport?: boolean;
  /** Takes what the user has said since for the running turn. */
  steer?: () => string[];
}

/** Once a session; only the user's own words tell his language. */
function noteLanguage(session: Session, request: string | undefined, answer: string): void {
  const text = request === undefined || session.toldLanguage ? undefined : describeLanguageDrift(request, answer);
  if (text === undefined) return;
  session.toldLanguage = true;
  session.emit({ type: 'notice', level: 'info', text });
}

/** What the loop borrows for one message of a turn. */
export function createLoopParts(
  session: Session,
  turn: Turn,
  input: Partial<LoopInput>,
  signal: AbortSignal,
): LoopParts {
  const { parts, settings } = session;
  const { host } = parts;
  const planner = createPlanner(session, signal);
  return {
    conversation: session.conversation,
    client: parts.client,
    retry: retryOf(parts, settings),
    ...planner,
    windowTokens: settings.model.windowTokens,
    toolCalls: {
      tools: parts.tools,
      context: {
        host,
        roots: parts.roots,
        turn,
        call: '',
        signal,
        output: () => undefined,
        inputWait: () => undefined,
      },
      policy: {
        mode: settings.approve,
        sandboxed: session.sandboxed,
        commands: createCommandGate({
          files: host.files,
          roots: parts.roots,
          isHidden: async (...paths) => (await parts.packer.findHidden(paths, signal)) !== undefined,
          holdsSecrets: (path) => parts.packer.holdsSecrets(path, signal),
          hiddenInGit: () => parts.packer.hiddenInGit(signal),
          parser: parts.shellParser,
          language: languageOf(host),
          allowed: settings.allowedCommands,
          denied: settings.deniedCommands,
          folder: asFolder(parts.roots[0]),
          kept: parts.allowedCommands,
          ofSession: session.allowedForSession,
        }),
      },
      approver: parts.approver,
      refuse: input.refuse ?? (() => undefined),
      noteStarted: (call) => session.log.append({ type: 'started', call: call.id }),
      emit: session.emit,
    },
    limits: settings.limits,
    endsOnReport: input.endsOnReport ?? false,
    steer: () => appendSteered(session, input.steer?.() ?? []),
    noteAnswer: (text) =>
      noteLanguage(session, input.kind === 'chat' || input.kind === 'run' ? input.request : undefined, text),
    emit: session.emit,
  };
}
