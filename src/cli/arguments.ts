/** The command line's words. Unknown options and wrong values are a sentence and exit code 2. */
import type { Currency } from '../protocol/money.js';
import { parseArgs } from 'node:util';
import type { ApprovalMode, Severity, ThinkingLevel, WireName } from '../protocol/events.js';
import { BaleenError } from '../core/errors.js';
import type { Caps } from '../core/usage/caps.js';
import type { PrimerMode } from '../core/usage/primer.js';
import { originOf } from '../core/model/origin.js';

export const commandNames = ['pack', 'ask', 'run', 'refactor', 'review', 'undo', 'usage', 'agreements'] as const;
export type CommandName = (typeof commandNames)[number];

export interface Arguments {
  command: CommandName;
  words: string[];
  cwd: string;
  model: string;
  thinking: ThinkingLevel;
  wire: WireName;
  host: string;
  /** A file with hosts of the user's own. */
  hostsFile?: string;
  baseUrl?: string;
  budget?: number;
  exclude: string[];
  includeSecretFiles: string[];
  approve: ApprovalMode;
  allow: string[];
  deny: string[];
  sandbox: boolean;
  maxSteps: number;
  currency: Currency;
  caps: Caps;
  primer: PrimerMode;
  json: boolean;
  quiet: boolean;
  rehearse: boolean;
  /** Origins to which this workspace may be sent. */
  agreeHosts: string[];
  forget: boolean;
  output?: string;
  asSent: boolean;
  explain?: string;
  renew: boolean;
  verify: string[];
  dryRun: boolean;
  continues: boolean;
  keepOnFail: boolean;
  base?: string;
  staged: boolean;
  failOn?: Severity;
  list: boolean;
  to?: string;
  redo: boolean;
  overwrite: boolean;
  takeOut: boolean;
  withCommands: boolean;
  finish: boolean;
  putBack: boolean;
  leave: boolean;
  days: number;
}

export const helpText = `Usage: baleen COMMAND [OPTIONS]

  baleen pack [DIR]         the repository part of the prompt and what it costs
      --output FILE         write it there (else to stdout, if no terminal)
      --explain FILE        why a file is whole, an outline, listed or withheld
      --as-sent             what the next request sends: snapshot and change log
      --renew               the same, after making a new snapshot
  baleen ask "QUESTION"     an answer about the repository; changes nothing
  baleen run "TASK"         agentic work in the workspace folder
      --continue            no task: go on with a turn that was cut off when
                            the program ended; no tool runs twice
  baleen refactor "RULE"    change every site of a rule
      --verify "CMD"        what must succeed afterwards (repeatable)
      --keep-on-fail        keep the changes if it does not
      --dry-run             only show the sites
  baleen review [FILE…]     findings for the changes since HEAD
      --base REF, --staged  since another commit; what is staged
      --fail-on SEVERITY    exit code 8 from error, warning or info on
  baleen undo [FILE…]       bring back what the last turn changed, or only
                            these files of it: all of them or none
      --list, --to ID       show the checkpoints; undo that one
      --redo                bring back what the last undo took
      --overwrite           also files that you changed since
      --take-out            of those only what the agent changed, where your
                            changes do not touch it
      --with-commands       also files that changed while a command ran
      --finish              finish what an interrupted turn had begun instead
      --put-back, --leave   instead: put back, or leave out, protected files
                            that were held back when Baleen ended
  baleen usage              what requests used and cost, by day and purpose
      --days N              today and the days before it (default 30)
  baleen agreements         where this workspace may be sent, and which commands
                            it was allowed for good
      --forget              take all of it back: both ask again

Common options
  --cwd DIR                 the workspace folder (default: the current one)
  --model NAME              v4-flash (default), v4-pro or automatic, which
                            tells its choice and price before each turn
  --thinking LEVEL          off, low, high (default) or max
  --wire NAME               openai (default) or anthropic
  --host NAME               deepseek (default), openrouter, fireworks,
                            deepinfra, azure, ollama-cloud; your own server:
                            vllm, sglang, tensorrt, ollama; or one of --hosts
  --hosts FILE              hosts, models and prices of your own (or
                            BALEEN_HOSTS), see docs/self-hosting.md
  --base-url URL            instead of the host's (or BALEEN_BASE_URL); the key
                            is sent to its origin only
  --agree-host ORIGIN       agree that this workspace is sent there; without a
                            terminal nothing is sent before (repeatable, kept)
  --budget N                tokens that the pack may have (default: what fits)
  --exclude PATTERN         keep files out, in .gitignore syntax; '!PATTERN'
                            brings in what a rule or .baleenignore withholds
                            (repeatable, the last that fits decides)
  --include-secret-file PATTERN
                            send such secret files all the same (repeatable)
  --approve MODE            plan, ask (default), auto-edit: commands ask unless
                            allowed; or auto: they run in a sandbox without
                            network, where there is one
  --no-sandbox              run commands outside the sandbox, each after a yes
  --allow "CMD"             run this command without asking, word by word, also
                            in a line of which all is allowed (repeatable)
  --deny "CMD"              never run what begins so; wins over --allow
  --max-steps N             model requests in one turn (default 50)
  --max-cost AMOUNT         most for the turn: stop before a request that could
                            pass it
  --max-request-cost, --max-day-cost AMOUNT
                            the same for each request, and for all of today's
                            (all folders and windows)
  --currency NAME           USD (default) or CNY: of prices and caps
  --primer, --no-primer     have a cold pack cached by a request of its own
                            first, so that every conversation over it finds it
                            there (default: at DeepSeek only)
  --json                    one JSON object (pack, usage) or one event a line
  --quiet                   no progress
  --rehearse                a small stand-in answers; no key, nothing is sent
  --help, --version

Key: DEEPSEEK_API_KEY, another host's in its own variable (OPENROUTER_API_KEY,
VLLM_API_KEY …). BALEEN_ALLOWED_HOSTS lists the only hosts to send to, separated
by commas. Exit codes: 0 done, 1 failed, 2 bad usage,
3 verification failed, 4 cap reached, 5 refused for want of approval, 6 context
would overflow, 7 the API refused, 8 findings, 130 interrupted.
`;

const options = {
  cwd: { type: 'string' },
  model: { type: 'string' },
  thinking: { type: 'string' },
  wire: { type: 'string' },
  host: { type: 'string' },
  hosts: { type: 'string' },
  'base-url': { type: 'string' },
  budget: { type: 'string' },
  exclude: { type: 'string', multiple: true },
  'include-secret-file': { type: 'string', multiple: true },
  approve: { type: 'string' },
  allow: { type: 'string', multiple: true },
  deny: { type: 'string', multiple: true },
  'no-sandbox': { type: 'boolean' },
  'max-steps': { type: 'string' },
  currency: { type: 'string' },
  'max-cost': { type: 'string' },
  'max-request-cost': { type: 'string' },
  'max-day-cost': { type: 'string' },
  primer: { type: 'boolean' },
  'no-primer': { type: 'boolean' },
  json: { type: 'boolean' },
  quiet: { type: 'boolean' },
  rehearse: { type: 'boolean' },
  'agree-host': { type: 'string', multiple: true },
  forget: { type: 'boolean' },
  output: { type: 'string' },
  'as-sent': { type: 'boolean' },
  explain: { type: 'string' },
  renew: { type: 'boolean' },
  verify: { type: 'string', multiple: true },
  'dry-run': { type: 'boolean' },
  continue: { type: 'boolean' },
  'keep-on-fail': { type: 'boolean' },
  base: { type: 'string' },
  staged: { type: 'boolean' },
  'fail-on': { type: 'string' },
  list: { type: 'boolean' },
  to: { type: 'string' },
  redo: { type: 'boolean' },
  overwrite: { type: 'boolean' },
  'take-out': { type: 'boolean' },
  'with-commands': { type: 'boolean' },
  finish: { type: 'boolean' },
  'put-back': { type: 'boolean' },
  leave: { type: 'boolean' },
  days: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
} as const;

export type Invocation = { kind: 'help' } | { kind: 'version' } | { kind: 'command'; arguments: Arguments };

/** Throws a `BaleenError` with outcome `bad_usage`. */
export function parseCommandLine(argv: readonly string[], env: Record<string, string | undefined>): Invocation {
  const { values, positionals } = parseWords(argv);
  if (values.help === true || argv.length === 0) return { kind: 'help' };
  if (values.version === true) return { kind: 'version' };
  const [command, ...words] = positionals;
  if (!isOneOf(command, commandNames)) {
    throw badUsage(
      `There is no command ${JSON.stringify(command ?? '')}; the commands are ${commandNames.join(', ')}.`,
    );
  }
  const baseUrl = values['base-url'] ?? env.BALEEN_BASE_URL;
  const hostsFile = values.hosts ?? env.BALEEN_HOSTS;
  return {
    kind: 'command',
    arguments: {
      command,
      words,
      cwd: values.cwd ?? '.',
      model: values.model ?? 'v4-flash',
      thinking: oneOf('thinking', values.thinking ?? 'high', ['off', 'low', 'high', 'max']),
      wire: oneOf('wire', values.wire ?? 'openai', ['openai', 'anthropic']),
      host: values.host ?? 'deepseek',
      ...(hostsFile === undefined || hostsFile === '' ? {} : { hostsFile }),
      ...(baseUrl === undefined || baseUrl === '' ? {} : { baseUrl }),
      ...optionalNumber('budget', values.budget, 1000),
      exclude: values.exclude ?? [],
      includeSecretFiles: values['include-secret-file'] ?? [],
      approve: oneOf('approve', values.approve ?? 'ask', ['plan', 'ask', 'auto-edit', 'auto']),
      allow: values.allow ?? [],
      deny: values.deny ?? [],
      sandbox: values['no-sandbox'] !== true,
      maxSteps: numberOf('max-steps', values['max-steps'] ?? '50', 1),
      currency: oneOf('currency', values.currency ?? 'USD', ['USD', 'CNY']),
      caps: {
        ...cap('maxTurnCost', 'max-cost', values['max-cost']),
        ...cap('maxRequestCost', 'max-request-cost', values['max-request-cost']),
        ...cap('maxDayCost', 'max-day-cost', values['max-day-cost']),
      },
      primer: values['no-primer'] === true ? 'off' : values.primer === true ? 'on' : 'auto',
      json: values.json ?? false,
      quiet: values.quiet ?? false,
      rehearse: values.rehearse ?? false,
      agreeHosts: (values['agree-host'] ?? []).map(originNamed),
      forget: values.forget ?? false,
      ...(values.output === undefined ? {} : { output: values.output }),
      asSent: values['as-sent'] ?? false,
      ...(values.explain === undefined ? {} : { explain: values.explain }),
      renew: values.renew ?? false,
      verify: values.verify ?? [],
      dryRun: values['dry-run'] ?? false,
      continues: values.continue ?? false,
      keepOnFail: values['keep-on-fail'] ?? false,
      ...(values.base === undefined ? {} : { base: values.base }),
      staged: values.staged ?? false,
      ...(values['fail-on'] === undefined
        ? {}
        : { failOn: oneOf('fail-on', values['fail-on'], ['error', 'warning', 'info']) }),
      list: values.list ?? false,
      ...(values.to === undefined ? {} : { to: values.to }),
      redo: values.redo ?? false,
      overwrite: values.overwrite ?? false,
      takeOut: values['take-out'] ?? false,
      withCommands: values['with-commands'] ?? false,
      finish: values.finish ?? false,
      putBack: values['put-back'] ?? false,
      leave: values.leave ?? false,
      days: Math.floor(numberOf('days', values.days ?? '30', 1)),
    },
  };
}

function parseWords(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options, allowPositionals: true, strict: true });
  } catch (error) {
    throw badUsage(
      error instanceof Error ? `${error.message.split(/\.\s|\n/)[0]!.replace(/\.$/, '')}.` : String(error),
    );
  }
}

function badUsage(sentence: string): BaleenError {
  return new BaleenError(`${sentence} See baleen --help.`, 'bad_usage');
}

function isOneOf<T extends string>(value: string | undefined, allowed: readonly T[]): value is T {
  return (allowed as readonly (string | undefined)[]).includes(value);
}

function oneOf<T extends string>(name: string, value: string, allowed: readonly T[]): T {
  if (isOneOf(value, allowed)) return value;
  throw badUsage(`--${name} takes one of ${allowed.join(', ')}, not ${JSON.stringify(value)}.`);
}

/** A host's name alone means its `https:` address. */
function originNamed(text: string): string {
  const origin = originOf(text.includes('://') ? text : `https://${text}`);
  if (origin !== undefined) return origin;
  throw badUsage(`--agree-host takes an address like https://api.deepseek.com, not ${JSON.stringify(text)}.`);
}

function numberOf(name: string, text: string, least: number): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value) && value >= least) return value;
  throw badUsage(`--${name} takes a number of at least ${least}, not ${JSON.stringify(text)}.`);
}

function optionalNumber(name: 'budget', text: string | undefined, least: number): { budget?: number } {
  return text === undefined ? {} : { budget: Math.floor(numberOf(name, text, least)) };
}

function cap(name: keyof Caps, option: string, text: string | undefined): Caps {
  return text === undefined ? {} : { [name]: numberOf(option, text, 0) };
}
