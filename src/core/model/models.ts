/** The models as data: names and what they are able to do, wherever they run. */
import type { ThinkingLevel } from '../../protocol/events.js';

export interface CatalogueModel {
  /** Our name: `v4-pro`, `v4-flash`. */
  id: string;
  label: string;
  /** Other names under which users and settings know it. */
  aliases: readonly string[];
  /** The model's own; a host may offer less. */
  limits: Limits;
  /** Levels that differ in effect. */
  efforts: readonly ThinkingLevel[];
  /** What its input may be. Baleen sends text only. */
  modalities: readonly ('text' | 'image')[];
  /**
   * Which thinking levels change the first tokens of the rendered prompt, and so the cache lane. V4 puts a text before
   * the system text at `max`; V4.1, which serves `deepseek-flash`, names the effort there at every level
   * (encoding_dsv41.py, published with the weights).
   */
  effortInPrompt: 'max only' | 'every level';
}

export interface Limits {
  /** Input and output together. */
  windowTokens: number;
  maxOutputTokens: number;
}

const efforts = ['off', 'low', 'high', 'max'] as const;

/** Source: https://api-docs.deepseek.com/quick_start/pricing and guides/thinking_mode, as read on 2026-11-22. */
export const catalogueModels: readonly CatalogueModel[] = [
  {
    id: 'v4-pro',
    label: 'DeepSeek V4-Pro',
    aliases: ['deepseek-v4-pro', 'deepseek-v4-pro-0813', 'deepseek/deepseek-v4-pro', 'pro'],
    limits: { windowTokens: 1_048_576, maxOutputTokens: 393_216 },
    efforts,
    modalities: ['text'],
    effortInPrompt: 'max only',
  },
  {
    // Since 2026-09-10 it is V4.1-Flash that answers under all of these names.
    id: 'v4-flash',
    label: 'DeepSeek V4-Flash',
    aliases: [
      'deepseek-flash',
      'deepseek-v4-flash',
      'deepseek-v4-flash-0731',
      'deepseek-v4-flash-vision-exp',
      'v4-flash-vision-exp',
      'deepseek-v4.1-flash',
      'v4.1-flash',
      'deepseek/deepseek-v4-flash',
      'deepseek/deepseek-v4.1-flash',
      'flash',
    ],
    limits: { windowTokens: 1_048_576, maxOutputTokens: 393_216 },
    efforts,
    modalities: ['text', 'image'],
    effortInPrompt: 'every level',
  },
];

/** Ids that DeepSeek switched off on 2026-07-24; both had been V4-Flash since April. */
export const retiredModelIds: ReadonlyMap<string, { id: string; advice: string }> = new Map([
  ['deepseek-chat', { id: 'v4-flash', advice: 'with thinking off it behaves as before' }],
  ['deepseek-reasoner', { id: 'v4-flash', advice: 'with thinking on it behaves as before' }],
]);
