/** Whether a command failed because of the sandbox, as far as its output tells. */
import type { CommandResult, HeldBack, SandboxLevel } from '../host.js';
import { joinOutput } from '../commandOutput.js';
import { encodePath } from '../view/codec.js';
import { nameSome } from '../wording.js';

/** What programs say where a sandbox stands in their way. The kernel answers them as it answers a mistake of their own. */
const openSigns: readonly RegExp[] = [
  /read-only file system|\bEROFS\b/i,
  /\(publickey|no such identity|unable to locate credentials|could not find default credentials|no secret key/i,
];
const closedSigns: readonly RegExp[] = [
  ...openSigns,
  /permission denied|operation not permitted|\bEACCES\b|\bEPERM\b/i,
  /could not resolve|couldn't resolve|name resolution|name or service not known|no address associated|no such host/i,
  /network is (?:unreachable|down)|nodename nor servname|unknown host|getaddrinfo|could not read Username/i,
  /\b(?:EAI_AGAIN|ENETUNREACH|ENETDOWN|ENOTFOUND|ECONNREFUSED)\b|connection refused/i,
];

const closedPlace =
  'there was no network, protected files and everything outside the workspace were read-only, and secrets were hidden';
const openPlace = 'what is outside the workspace was read-only, and the keys of the user were hidden';

/** `undefined` where it succeeded, ran outside, or nothing points at the sandbox. */
export function describeStop(result: CommandResult): string | undefined {
  const { exitCode, sandbox, cancelled, timedOut } = result;
  const output = joinOutput(result);
  if (exitCode === 0 || cancelled || timedOut || sandbox === undefined || sandbox === 'none') return undefined;
  const signs = sandbox === 'closed' ? closedSigns : openSigns;
  if (!signs.some((sign) => sign.test(output))) return undefined;
  return `The sandbox may be why it failed: ${sandbox === 'closed' ? closedPlace : openPlace}.`;
}

/** What can be done about it, behind `describeStop`. */
export function offerWider(stopped: SandboxLevel, canAsk: boolean): string {
  const wider = stopped === 'closed' ? 'with the network and the whole workspace' : 'outside the sandbox';
  if (!canAsk) return `Only the user can let it run ${wider}, and nobody can be asked here.`;
  return `If the command needs that, call it again exactly like this: the user is then asked to let it run ${wider}.`;
}

/** What was there is walled off, so that this was the user, or something outside. */
export function describeChanged(paths: readonly string[]): string {
  return `Protected files changed while it ran, by the user or another program: ${nameAll(paths)}. Tell the user so.`;
}

/** For whoever is not asked, or was asked and said no. The model has no use for the folder where it is kept. */
export function describeHeldBack({ names, folder }: HeldBack, reader: 'user' | 'model'): string {
  const kept = names.filter((one) => one.kept !== undefined).map(({ path }) => path);
  const stuck = names.filter((one) => one.kept === undefined);
  const sentences = [
    ...(kept.length === 0
      ? []
      : [
          `Held back, since protected files need the user's yes: ${nameAll(kept)} appeared while the command ran, and was moved ${reader === 'user' ? `to ${folder}` : 'out of the workspace'}.`,
        ]),
    ...stuck.map(({ path, trouble }) => `${encodePath(path)} appeared, too, and could not be moved (${trouble}).`),
  ];
  return sentences.join(' ');
}

const mostNamed = 20;

export function nameAll(paths: readonly string[]): string {
  return nameSome(paths.map(encodePath), mostNamed);
}
