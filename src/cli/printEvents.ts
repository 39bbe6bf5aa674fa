/** Events on a terminal: the answer on stdout, everything about the work on stderr; or each event as a JSON line. */
import { formatCost } from '../protocol/money.js';
import { describeProposal } from '../core/session/renewal.js';
import type { AgentEvent, Emit } from '../protocol/events.js';
import type { PriceTag } from '../protocol/priceTag.js';
import { escapeOf } from '../core/view/escapes.js';
import { plural } from '../core/wording.js';

export interface Output {
  out: (text: string | Uint8Array) => void;
  err: (text: string) => void;
  /** stderr is a terminal, so that a progress line may be redrawn. */
  isTerminal: boolean;
  /** stdout is a terminal, where a whole pack would drown what is said about it. */
  resultIsShown: boolean;
}

export function printJson(output: Output): Emit {
  return (event) => output.out(`${JSON.stringify(event)}\n`);
}

export function printText(output: Output, quiet: boolean): Emit {
  const progress = createProgressLine(output, quiet);
  let midLine = false;
  const say = (text: string): void => {
    progress.clear();
    if (midLine) output.out('\n');
    midLine = false;
    output.err(`${showText(text)}\n`);
  };
  return (event) => {
    if (event.type === 'progress') return progress.show(event);
    if (event.type === 'text_delta') {
      progress.clear();
      output.out(showText(event.text));
      midLine = !event.text.endsWith('\n');
      return;
    }
    const line = describeEvent(event);
    const matters =
      event.type === 'notice' || event.type === 'turn_end' || event.type === 'findings' || event.type === 'sites';
    if (line !== undefined && (!quiet || matters)) say(line);
  };
}

const controls = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]|\r(?!\n)/g;

/**
 * Text of the model's or of a file's name as a terminal may get it: a control sequence in it could hide or redraw what
 * an approval shows.
 */
export function showText(text: string): string {
  return text.replace(controls, escapeOf);
}

/** One line for the events that a reader of a terminal wants to see; `undefined` for the others. */
export function describeEvent(event: AgentEvent): string | undefined {
  switch (event.type) {
    case 'start':
      return event.rehearsal ? 'Rehearsal: a small stand-in answers, nothing leaves this machine.' : undefined;
    case 'pack_ready': {
      const leftOut = event.withheld + event.listed;
      const others = leftOut === 0 ? '' : `, ${formatNumber(leftOut)} left out`;
      const outlined = event.outlined === 0 ? '' : ` and ${formatNumber(event.outlined)} outlines`;
      return `Pack: ${formatNumber(event.files)} files${outlined}, ${formatNumber(event.tokens)} tokens (${shareOf(event.tokens, event.windowTokens)} of the window)${others}${event.reused ? ', snapshot reused' : ''}`;
    }
    case 'step_retry':
      return `Step ${event.step} is tried again in ${(event.waitMs / 1000).toFixed(1)} s: ${event.reason}`;
    case 'primed':
      return `The pack was read into the prefix cache: ${formatNumber(event.usage.cacheMissTokens)} tokens, ${formatCost(event.cost)}`;
    case 'price_tag':
      return describeTag(event.tag);
    case 'waiting':
      if (event.reason === 'prefix') return 'The pack is read into the prefix cache first …';
      return event.reason === 'queued'
        ? `Queued by the server for ${event.seconds} s …`
        : `No answer for ${event.seconds} s …`;
    case 'tool_call_end': {
      const details = event.details;
      const hasCounts = details?.kind === 'edit' && details.movedFrom === undefined;
      const counts = hasCounts ? ` +${details.added} −${details.removed}` : '';
      return `${event.status === 'done' ? '✓' : event.status === 'refused' ? '⊘' : '✗'} ${event.summary}${counts}`;
    }
    case 'sites':
      return describeSites(event);
    case 'findings':
      return describeFindings(event);
    case 'verify_end':
      return `${event.exitCode === 0 ? '✓' : '✗'} ${event.command} (exit code ${event.exitCode ?? 'none'}, ${(event.durationMs / 1000).toFixed(1)} s, round ${event.round})`;
    case 'restored':
      return `Restored ${event.paths.length} files: ${event.reason}`;
    case 'cache_break':
      return `Cache break: ${event.reason}${event.price === undefined ? '' : `; the next request reads all of it for ${formatCost(event.price)}`}`;
    case 'resnapshot_proposed':
      return `· ${describeProposal(event)} To make one: baleen pack --renew.`;
    case 'compaction_start':
      return `The conversation is summed up${event.reason === 'full' ? ', because the next request would not fit' : ''}: ${formatCost(event.tag.low)} to ${formatCost(event.tag.high)}`;
    case 'compaction_end':
      return event.how === 'not_done'
        ? undefined
        : `Compacted: ${formatNumber(event.beforeTokens)} to ${formatNumber(event.afterTokens)} tokens, ${formatCost(event.cost)}`;
    case 'notice':
      return `${event.level === 'info' ? '·' : '!'} ${event.text}`;
    case 'turn_end':
      return describeEnd(event);
    case 'approval_end':
    case 'approval_request':
    // Asked about where there is a terminal to ask on.
    case 'input_wait':
    case 'progress':
    case 'reasoning_delta':
    case 'step_end':
    case 'step_start':
    case 'steered':
    case 'text_delta':
    case 'tool_call_output':
    case 'tool_call_start':
    case 'turn_start':
    case 'verify_start':
      return undefined;
  }
}

function describeTag({ tokens, expectedHitTokens, low, high, worst, primer }: PriceTag): string {
  const cached = expectedHitTokens === 0 ? 'nothing' : shareOf(expectedHitTokens, tokens);
  const ahead = primer === undefined ? '' : `, ${formatCost(primer)} of it for a primer`;
  return `Price: ${formatCost(low)} to ${formatCost(high)} for the first request${ahead} (${formatNumber(tokens)} tokens, ${cached} expected in the cache); at most ${formatCost(worst)}`;
}

/** Numbered as a later question about them counts: those on disk only. */
function describeSites(event: Extract<AgentEvent, { type: 'sites' }>): string {
  let number = 0;
  const lines = event.sites.map((site) => {
    const place = site.place === undefined ? site.path : `${site.path}:${site.place.startLine}`;
    const head = site.onDisk ? `${++number}.`.padStart(5) : '    ✗ not on disk:';
    return `${head} ${place}  ${firstLine(site.quote)}`;
  });
  return lines.length === 0 ? `No sites for: ${event.rule}` : [`Sites for: ${event.rule}`, ...lines].join('\n');
}

function describeFindings(event: Extract<AgentEvent, { type: 'findings' }>): string {
  if (event.state === 'no_result') return 'No result: the model gave no report.';
  const lines = event.findings.map((finding) => {
    const callers = finding.callers
      .map((caller) => `\n    breaks ${caller.path}:${caller.place.startLine} ${firstLine(caller.quote)}`)
      .join('');
    return `  ${finding.severity} ${finding.path}:${finding.place.startLine} ${finding.message}${callers}`;
  });
  const dropped = event.dropped > 0 ? `\n(${event.dropped} dropped: their quotes are not on disk.)` : '';
  return `${event.findings.length === 0 ? 'No findings.' : `${event.findings.length === 1 ? '1 finding' : `${event.findings.length} findings`}:\n${lines.join('\n')}`}${dropped}`;
}

function describeEnd(event: Extract<AgentEvent, { type: 'turn_end' }>): string {
  const { usage } = event;
  const input = usage.cacheHitTokens + usage.cacheMissTokens;
  const hit = input === 0 ? '' : `, ${Math.round((100 * usage.cacheHitTokens) / input)} % of input from the cache`;
  const changed =
    event.changed.length === 0
      ? 'nothing changed'
      : `${plural(event.changed.length, 'file')} changed (baleen undo brings ${event.changed.length === 1 ? 'it' : 'them'} back)`;
  const byCommands =
    event.changedByCommands.length === 0 ? '' : `; commands wrote ${event.changedByCommands.join(', ')}`;
  const drift = event.driftTokens === 0 ? '' : `, ${describeDrift(event.driftTokens)}`;
  const hint =
    event.outcome === 'refused' && input > 0
      ? '\nSomething needed a yes and nobody could be asked. On a terminal you are; else --approve auto-edit allows edits (protected files still ask) and --allow "CMD" exactly that command.'
      : '';
  return `${event.outcome.replaceAll('_', ' ')}: ${changed}${byCommands}; ${formatNumber(input)} tokens in, ${formatNumber(usage.outputTokens)} out${hit}${drift}, ${formatCost(event.cost)}, ${(event.durationMs / 1000).toFixed(1)} s${hint}`;
}

function describeDrift(tokens: number): string {
  return `the service counted ${formatNumber(Math.abs(tokens))} input tokens ${tokens < 0 ? 'less' : 'more'} than we did`;
}

export function createProgressLine(output: Output, quiet: boolean) {
  let shown = false;
  return {
    show(event: { phase: string; done: number; total: number }): void {
      if (quiet || !output.isTerminal) return;
      const share = event.total === 0 ? 0 : Math.min(1, event.done / event.total);
      const bar = '█'.repeat(Math.round(share * 24)).padEnd(24, '░');
      output.err(`\r\u001b[K${event.phase.padEnd(6)} ${bar} ${event.done}/${event.total}`);
      shown = true;
    },
    clear(): void {
      if (shown) output.err('\r\u001b[K');
      shown = false;
    },
  };
}

function firstLine(text: string): string {
  return text.trim().split('\n', 1)[0]!.slice(0, 120);
}

export function shareOf(part: number, whole: number): string {
  const percent = (100 * part) / whole;
  return percent > 0 && percent < 0.1 ? '<0.1 %' : `${percent.toFixed(1)} %`;
}

/** 1,234,567. The machine's own formats take as long to load as a small pack to make. */
export function formatNumber(value: number): string {
  return String(value).replace(/\B(?=(?:\d{3})+$)/g, ',');
}
