/** What a session says of its snapshot: that a new one may be worth its price, or that there had to be one. */
import type { Emit, EventOf } from '../../protocol/events.js';
import { ratesAt, type CatalogueModel } from '../model/catalogue.js';
import { priceOfSend } from '../model/cost.js';
import type { PackState } from '../pack/packer.js';

/** Who pays, and by which prices. */
export interface Payer {
  model: CatalogueModel;
  rehearsal: boolean;
}

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
  const rates = ratesAt(settings.model, now);
  // What a new pack will have is not known before it is made: about as much as this one.
  const packTokens = pack.report.tokens;
  const renewUsd = settings.rehearsal ? 0 : priceOfSend(packTokens, rates).allMissUsd;
  const carryUsd = settings.rehearsal ? 0 : priceOfSend(logTokens, rates).allHitUsd;
  session.emit({ type: 'resnapshot_proposed', logTokens, packTokens, renewUsd, carryUsd });
}

/** Numbers only: who shows it adds what there is to do. */
export function describeProposal(event: EventOf<'resnapshot_proposed'>): string {
  const { logTokens, packTokens, renewUsd, carryUsd } = event;
  const tokens = (count: number): string => count.toLocaleString('en-US');
  return `The change log has ${tokens(logTokens)} tokens beside a pack of ${tokens(packTokens)}, and each request carries it for $${carryUsd.toFixed(4)}. A new snapshot would be read in full once, for about $${renewUsd.toFixed(4)}; nothing is done unless you ask for it.`;
}

/** Says before the first request that its prefix is not in the cache, and which older sessions end here. */
export function tellBreak(pack: PackState, settings: Payer, now: number, emit: Emit): void {
  if (pack.cacheBreak !== undefined) {
    const tokens = pack.report.tokens + sumTokens(pack.entries);
    const priceUsd = settings.rehearsal ? 0 : priceOfSend(tokens, ratesAt(settings.model, now)).allMissUsd;
    emit({ type: 'cache_break', reason: pack.cacheBreak, priceUsd });
  }
  const evicted = pack.evicted ?? [];
  if (evicted.length === 0) return;
  const text = `The snapshots of ${evicted.length === 1 ? 'an older session' : `${evicted.length} older sessions`} were removed for want of room, so that these can be read but not continued: ${evicted.join(', ')}.`;
  emit({ type: 'notice', level: 'info', text });
}

export function sumTokens(entries: readonly { tokens: number }[]): number {
  return entries.reduce((sum, entry) => sum + entry.tokens, 0);
}
