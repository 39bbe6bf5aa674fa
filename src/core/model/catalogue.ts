/** The models and hosts as data: ids, limits, prices with their dates. */

import type { PricePeriod } from './prices.js';

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
  /** Who runs it: a company, or the user. */
  operator: 'service' | 'own server';
  /** Under whose law the operator stands, as far as known; absent for an own server. */
  jurisdiction?: string;
  /** The command line's environment variable for its key. */
  keyVariable: string;
  /** Where its users pay in, for the button beside "the balance is empty". */
  topUpUrl?: string;
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
        offPeak: { USD: [0.022, 0.66, 1.98], CNY: [0.15, 4.5, 13.5] },
        peak: { USD: [0.044, 1.32, 3.96], CNY: [0.3, 9, 27] },
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
        offPeak: { USD: [0.003, 0.15, 0.6], CNY: [0.02, 1, 4] },
        peak: { USD: [0.006, 0.3, 1.2], CNY: [0.04, 2, 8] },
      },
    ],
  },
];

export const catalogueHosts: readonly CatalogueHost[] = [
  {
    name: 'deepseek',
    label: 'DeepSeek',
    operator: 'service',
    jurisdiction: 'China',
    keyVariable: 'DEEPSEEK_API_KEY',
    topUpUrl: 'https://platform.deepseek.com/top_up',
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
