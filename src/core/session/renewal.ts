/** What a session says of its snapshot: that a new one may be worth its price, or that there had to be one. */
import type { Emit, EventOf } from '../../protocol/events.js';
import { formatCost } from '../../protocol/money.js';
import { priceOfSend, ratesAt, type Payer } from '../model/prices.js';
import type { PackState } from '../pack/packer.js';

export interface Renewable {
  /** A new snapshot was proposed already: whoever wants to go on as before is not asked again. */
  hasProposed: boolean;
  readonly pack: PackState;
  readonly settings: Payer;
  readonly emit: Emit;
}

export function proposeSnapshot(session: Renewable, logTokens: number, now: number): void {
  if (session.hasProposed) return;
  session.hasProposed = true;
  const { settings, pack } = session;
  const rates = ratesAt(settings, now);
  // What a new pack will have is not known before it is made: about as much as this one.
  const packTokens = pack.report.tokens;
  const renewCost = priceOfSend(packTokens, rates).first;
  const carryCost = priceOfSend(logTokens, rates).further;
  session.emit({ type: 'resnapshot_proposed', logTokens, packTokens, renewCost, carryCost });
}

/** Numbers only: who shows it adds what there is to do. */
export function describeProposal(event: EventOf<'resnapshot_proposed'>): string {
  const { logTokens, packTokens, renewCost, carryCost } = event;
  const tokens = (count: number): string => count.toLocaleString('en-US');
  return `The change log has ${tokens(logTokens)} tokens beside a pack of ${tokens(packTokens)}, and each request carries it for ${formatCost(carryCost)}. A new snapshot would be read in full once, for about ${formatCost(renewCost)}; nothing is done unless you ask for it.`;
}

/** Says before the first request that its prefix is not in the cache, and which older sessions end here. */
export function tellBreak(pack: PackState, settings: Payer, now: number, emit: Emit): void {
  if (pack.cacheBreak !== undefined) {
    const tokens = pack.report.tokens + sumTokens(pack.entries);
    const price = priceOfSend(tokens, ratesAt(settings, now)).first;
    emit({ type: 'cache_break', reason: pack.cacheBreak, price });
  }
  const evicted = pack.evicted ?? [];
  if (evicted.length === 0) return;
  const text = `The snapshots of ${evicted.length === 1 ? 'an older session' : `${evicted.length} older sessions`} were removed for want of room, so that these can be read but not continued: ${evicted.join(', ')}.`;
  emit({ type: 'notice', level: 'info', text });
}

export function sumTokens(entries: readonly { tokens: number }[]): number {
  return entries.reduce((sum, entry) => sum + entry.tokens, 0);
}
