/** Variables that a command does not inherit, as globs over upper-cased names. */
export const withheldVariables: readonly string[] = [
  // Ours, and whatever looks like a credential by its name.
  'DEEPSEEK_*',
  'BALEEN_*',
  '*_KEY',
  '*_KEY_ID',
  '*_TOKEN',
  '*_SECRET',
  '*_SECRET_*',
  '*PASSWORD*',
  '*PASSWD*',
  '*_CREDENTIALS',
  // The editor's own: with them a `code` or `node` started by the command would act as the extension host's child.
  'VSCODE_*',
  'ELECTRON_RUN_AS_NODE',
  'ELECTRON_NO_ATTACH_CONSOLE',
  // A shell would run or define what they say before the line, which would then mean something else than its text.
  'BASH_ENV',
  'ENV',
  'BASH_FUNC_*',
  'SHELLOPTS',
  'BASHOPTS',
  // With it `cd src` may lead elsewhere than into the folder of that name, which is the one that was judged.
  'CDPATH',
];

/** Nobody sits before this shell: pagers and prompts would only wait. */
const added: Readonly<Record<string, string>> = {
  TERM: 'dumb',
  PAGER: 'cat',
  GIT_PAGER: 'cat',
  GIT_TERMINAL_PROMPT: '0',
};

/** Every process of a command inherits this, so that one that has left the tree is found again: `PROGRAM.COMMAND`. */
export const markerVariable = 'BALEEN_COMMAND_MARK';

export function buildEnvironment(
  inherited: NodeJS.ProcessEnv,
  withheld: readonly string[],
  extra: Readonly<Record<string, string>>,
  marker: string,
): Record<string, string> {
  const patterns = withheld.map(toPattern);
  const environment: Record<string, string> = {};
  for (const [name, value] of Object.entries(inherited)) {
    if (value !== undefined && !patterns.some((pattern) => pattern.test(name))) environment[name] = value;
  }
  return { ...environment, ...added, ...extra, [markerVariable]: marker };
}

function toPattern(glob: string): RegExp {
  const body = glob
    .split('*')
    .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
    .join('.*');
  return new RegExp(`^${body}$`, 'i');
}
