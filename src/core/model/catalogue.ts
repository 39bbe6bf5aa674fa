/** The models and hosts as data: ids, limits, prices with their dates. */

/** US dollars per million tokens. */
export interface Rates {
  hit: number;
  miss: number;
  output: number;
}

export interface PricePeriod {
  /** First moment at which these hold, ISO 8601 UTC. */
  from: string;
  offPeak: Rates;
  peak: Rates;
}

export interface CatalogueModel {
  /** Our name: `v4-pro`, `v4-flash`. */
  id: string;
  label: string;
  /** What the wire calls it at DeepSeek. */
  wireId: string;
  /** Other names under which users and settings know it. */
  aliases: readonly string[];
  /** Input and output together. */
  windowTokens: number;
  maxOutputTokens: number;
  /**
   * Which thinking levels change the first tokens of the rendered prompt, and so the cache lane. V4 puts a text before
   * the system text at `max`; V4.1, which serves `deepseek-flash`, names the effort there at every level
   * (encoding_dsv41.py, published with the weights).
   */
  effortInPrompt: 'max only' | 'every level';
  prices: readonly PricePeriod[];
}

export interface CatalogueHost {
  name: string;
  label: string;
  /** Base URL per wire, without a trailing slash. */
  baseUrls: { openai: string; anthropic: string };
}

const windowTokens = 1_048_576;
const maxOutputTokens = 393_216;

/**
 * Source: https://api-docs.deepseek.com/quick_start/pricing as read on 2026-11-22 (V4-Pro unchanged since
 * 2026-08-16, `deepseek-flash` since 2026-09-10). Older pages name other figures.
 */
export const catalogueModels: readonly CatalogueModel[] = [
  {
    id: 'v4-pro',
    label: 'DeepSeek V4-Pro',
    wireId: 'deepseek-v4-pro',
    aliases: ['deepseek-v4-pro', 'deepseek/deepseek-v4-pro', 'pro'],
    windowTokens,
    maxOutputTokens,
    effortInPrompt: 'max only',
    prices: [
      {
        from: '2026-08-16T16:00:00Z',
        offPeak: { hit: 0.022, miss: 0.66, output: 1.98 },
        peak: { hit: 0.044, miss: 1.32, output: 3.96 },
      },
    ],
  },
  {
    id: 'v4-flash',
    label: 'DeepSeek V4-Flash',
    wireId: 'deepseek-flash',
    aliases: [
      'deepseek-flash',
      'deepseek-v4-flash',
      'deepseek-v4-flash-vision-exp',
      'v4-flash-vision-exp',
      'deepseek-v4.1-flash',
      'v4.1-flash',
      'deepseek/deepseek-v4-flash',
      'flash',
    ],
    windowTokens,
    maxOutputTokens,
    effortInPrompt: 'every level',
    prices: [
      {
        from: '2026-09-10T04:00:00Z',
        offPeak: { hit: 0.003, miss: 0.15, output: 0.6 },
        peak: { hit: 0.006, miss: 0.3, output: 1.2 },
      },
    ],
  },
];

export const catalogueHosts: readonly CatalogueHost[] = [
  {
    name: 'deepseek',
    label: 'DeepSeek',
    baseUrls: { openai: 'https://api.deepseek.com', anthropic: 'https://api.deepseek.com/anthropic' },
  },
];

/** Ids that DeepSeek switched off on 2026-07-24; both had been V4-Flash since April. */
const retiredIds: ReadonlyMap<string, { id: string; advice: string }> = new Map([
  ['deepseek-chat', { id: 'v4-flash', advice: 'with thinking off it behaves as before' }],
  ['deepseek-reasoner', { id: 'v4-flash', advice: 'with thinking on it behaves as before' }],
]);

/** The model behind one of our ids, a wire id, an alias or a retired id, in any letter case. */
export function findModel(idOrAlias: string): CatalogueModel | undefined {
  const wanted = idOrAlias.trim().toLowerCase();
  const id = retiredIds.get(wanted)?.id ?? wanted;
  return catalogueModels.find((model) => model.id === id || model.aliases.includes(id));
}

/** What to tell the user whose setting still names a retired model; `undefined` for every other name. */
export function retirementNotice(idOrAlias: string): string | undefined {
  const wanted = idOrAlias.trim().toLowerCase();
  const retired = retiredIds.get(wanted);
  if (retired === undefined) return undefined;
  return `DeepSeek switched off "${wanted}" on 2026-07-24, so ${retired.id} is used instead; ${retired.advice}. Set the model to ${retired.id} to silence this.`;
}

export function findHost(name: string): CatalogueHost | undefined {
  return catalogueHosts.find((host) => host.name === name.trim().toLowerCase());
}

/**
 * Peak hours, Monday to Friday 01:00-04:00 and 06:00-10:00 UTC. DeepSeek exempts Chinese public holidays;
 * they are counted as peak here, so that a shown price is never too low.
 */
export function isPeak(epochMs: number): boolean {
  const at = new Date(epochMs);
  const day = at.getUTCDay();
  if (day === 0 || day === 6) return false;
  const hour = at.getUTCHours();
  return (hour >= 1 && hour < 4) || (hour >= 6 && hour < 10);
}

/** The rates that hold at a moment; before the first known period, that period's. Zeros for a model without prices. */
export function ratesAt(model: CatalogueModel, epochMs: number): Rates {
  let period = model.prices[0];
  for (const candidate of model.prices) if (Date.parse(candidate.from) <= epochMs) period = candidate;
  if (period === undefined) return { hit: 0, miss: 0, output: 0 };
  return isPeak(epochMs) ? period.peak : period.offPeak;
}
