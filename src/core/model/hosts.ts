/** The hosts as data: where they are, who runs them, what they call the models, and how they speak. */
import type { WireName } from '../../protocol/events.js';
import type { Dialect } from './dialects.js';
import type { CatalogueModel, Limits } from './models.js';
import {
  deepseekFlashPrices,
  deepseekProPrices,
  fireworksFlashPrices,
  freePrices,
  unknownPrices,
  type PricePeriod,
} from './priceTables.js';

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
  /** Without one nothing is sent. An own server usually wants none, and gets one where it is set. */
  needsKey: boolean;
  /** By wire, without a trailing slash; absent: not offered. `null`: the address is the user's own and has to be given. */
  baseUrls: Partial<Record<WireName, string | null>>;
  models: readonly HostedModel[];
  /** Of models that have no prices of their own. */
  prices: readonly PricePeriod[];
  /** Whether `usage` tells the tokens that came from the cache (`prompt_tokens_details.cached_tokens`). */
  cacheReport: 'always' | 'with a server flag' | 'never' | 'not known';
  /** A request that only stores the prefix may pay here. */
  primerMayPay: boolean;
  /** Of the `openai` wire. */
  dialect: Dialect;
}

/** A model of the catalogue as one host has it, or a model of its own. */
export interface HostedModel {
  /** Our id of it. */
  id: string;
  /** What the wire calls it. */
  wireId: string;
  /** Where it differs from the model's own. */
  limits?: Partial<Limits>;
  prices?: readonly PricePeriod[];
  /** Of a model that the catalogue does not have. */
  own?: CatalogueModel;
}

/** Source: https://api-docs.deepseek.com as read on 2026-11-22, guides/thinking_mode and the open-source harness. */
const deepseekDialect: Dialect = {
  reads: ['reasoning_content'],
  echoes: ['reasoning_content'],
  switch: 'thinking',
  thinkingByDefault: 'on',
  efforts: { off: null, low: 'low', high: 'high', max: 'max' },
  takesUserId: true,
  takesStreamOptions: true,
};

/** What most servers have in common beside the switch. */
const common = { takesUserId: false, takesStreamOptions: true } as const;

/** Under the V4 encoder, which vLLM, SGLang and TensorRT-LLM take over, these are the template's arguments. */
const templateSwitch = {
  switch: 'chat_template_kwargs',
  efforts: { off: null, low: 'low', high: 'high', max: 'max' },
  ...common,
} as const;

/** The names of the published weights, which are the default for the served name. */
const weights: readonly HostedModel[] = [
  { id: 'v4-pro', wireId: 'deepseek-ai/DeepSeek-V4-Pro' },
  { id: 'v4-flash', wireId: 'deepseek-ai/DeepSeek-V4-Flash' },
];

const ollamaDialect: Dialect = {
  // openai/openai.go: `reasoning` both ways, `none` switches off, capable models think unless told not to.
  reads: ['reasoning', 'reasoning_content'],
  echoes: ['reasoning'],
  switch: 'reasoning_effort',
  thinkingByDefault: 'on',
  efforts: { off: 'none', low: 'low', high: 'high', max: 'max' },
  ...common,
};

export const catalogueHosts: readonly CatalogueHost[] = [
  {
    name: 'deepseek',
    label: 'DeepSeek',
    operator: 'service',
    jurisdiction: 'China',
    keyVariable: 'DEEPSEEK_API_KEY',
    topUpUrl: 'https://platform.deepseek.com/top_up',
    needsKey: true,
    baseUrls: { openai: 'https://api.deepseek.com', anthropic: 'https://api.deepseek.com/anthropic' },
    models: [
      { id: 'v4-pro', wireId: 'deepseek-v4-pro', prices: deepseekProPrices },
      { id: 'v4-flash', wireId: 'deepseek-flash', prices: deepseekFlashPrices },
    ],
    prices: unknownPrices,
    cacheReport: 'always',
    primerMayPay: true,
    dialect: deepseekDialect,
  },
  {
    // https://openrouter.ai/docs/use-cases/reasoning-tokens; models.dev (2026-07-01) for the limits. It passes requests
    // on: window, output, price and cache are those of the provider that it chooses, so no price is shown.
    name: 'openrouter',
    label: 'OpenRouter',
    operator: 'service',
    jurisdiction: 'United States, and that of the provider to which it passes a request on',
    keyVariable: 'OPENROUTER_API_KEY',
    needsKey: true,
    baseUrls: { openai: 'https://openrouter.ai/api/v1' },
    models: [
      { id: 'v4-pro', wireId: 'deepseek/deepseek-v4-pro' },
      { id: 'v4-flash', wireId: 'deepseek/deepseek-v4.1-flash', limits: { windowTokens: 1_048_575 } },
    ],
    prices: unknownPrices,
    cacheReport: 'always',
    primerMayPay: false,
    dialect: {
      // Both names are wanted back (inspect_ai#4079, litellm#27439); its words for the levels end at xhigh.
      reads: ['reasoning', 'reasoning_content', 'reasoning_details'],
      echoes: ['reasoning_content', 'reasoning_details'],
      switch: 'reasoning',
      thinkingByDefault: 'not known',
      efforts: { off: null, low: 'low', high: 'high', max: 'xhigh' },
      ...common,
    },
  },
  {
    // vllm/tokenizers/deepseek_v4.py. The default for thinking was off and is on in newer versions; `reasoning` was
    // `reasoning_content` before. Fields that it does not know are ignored. Hits need --enable-prompt-tokens-details.
    name: 'vllm',
    label: 'vLLM',
    operator: 'own server',
    keyVariable: 'VLLM_API_KEY',
    needsKey: false,
    baseUrls: { openai: 'http://127.0.0.1:8000/v1' },
    models: weights,
    prices: freePrices,
    cacheReport: 'with a server flag',
    primerMayPay: false,
    dialect: {
      ...templateSwitch,
      reads: ['reasoning', 'reasoning_content'],
      echoes: ['reasoning'],
      thinkingByDefault: 'not known',
    },
  },
  {
    // https://docs.sglang.io/cookbook/autoregressive/DeepSeek/DeepSeek-V4 and srt/entrypoints/openai: off unless told
    // (or SGLANG_DEFAULT_THINKING=1), low is rendered like no effort. Hits need --enable-cache-report.
    name: 'sglang',
    label: 'SGLang',
    operator: 'own server',
    keyVariable: 'SGLANG_API_KEY',
    needsKey: false,
    baseUrls: { openai: 'http://127.0.0.1:30000/v1' },
    models: weights,
    prices: freePrices,
    cacheReport: 'with a server flag',
    primerMayPay: false,
    dialect: {
      ...templateSwitch,
      reads: ['reasoning_content'],
      echoes: ['reasoning_content'],
      thinkingByDefault: 'off',
    },
  },
  {
    // tensorrt_llm/serve/openai_protocol.py: a field that it does not know is refused; examples/models/core/deepseek_v4.
    name: 'tensorrt',
    label: 'TensorRT-LLM',
    operator: 'own server',
    keyVariable: 'TRTLLM_API_KEY',
    needsKey: false,
    baseUrls: { openai: 'http://127.0.0.1:8000/v1' },
    models: weights,
    prices: freePrices,
    cacheReport: 'always',
    primerMayPay: false,
    dialect: {
      ...templateSwitch,
      reads: ['reasoning_content', 'reasoning'],
      echoes: ['reasoning_content'],
      thinkingByDefault: 'off',
    },
  },
  {
    // https://docs.ollama.com/api/openai-compatibility. A model whose name ends in :cloud runs at Ollama, not here.
    name: 'ollama',
    label: 'Ollama',
    operator: 'own server',
    keyVariable: 'OLLAMA_API_KEY',
    needsKey: false,
    baseUrls: { openai: 'http://127.0.0.1:11434/v1' },
    models: [
      { id: 'v4-pro', wireId: 'deepseek-v4-pro' },
      { id: 'v4-flash', wireId: 'deepseek-v4-flash' },
    ],
    prices: freePrices,
    cacheReport: 'never',
    primerMayPay: false,
    dialect: ollamaDialect,
  },
  {
    // models.dev#6851, #3985. Billed by subscription, so that tokens have no price.
    name: 'ollama-cloud',
    label: 'Ollama Cloud',
    operator: 'service',
    jurisdiction: 'United States',
    keyVariable: 'OLLAMA_API_KEY',
    needsKey: true,
    baseUrls: { openai: 'https://ollama.com/v1' },
    models: [
      { id: 'v4-pro', wireId: 'deepseek-v4-pro' },
      { id: 'v4-flash', wireId: 'deepseek-v4.1-flash' },
    ],
    prices: unknownPrices,
    cacheReport: 'never',
    primerMayPay: false,
    dialect: ollamaDialect,
  },
  {
    // models.dev#6741, llmgateway#3350: reasoning_effort and `thinking` exclude each other, `minimal` is refused.
    name: 'fireworks',
    label: 'Fireworks',
    operator: 'service',
    jurisdiction: 'United States',
    keyVariable: 'FIREWORKS_API_KEY',
    needsKey: true,
    baseUrls: { openai: 'https://api.fireworks.ai/inference/v1' },
    models: [
      { id: 'v4-pro', wireId: 'accounts/fireworks/models/deepseek-v4-pro' },
      { id: 'v4-flash', wireId: 'accounts/fireworks/models/deepseek-v4p1-flash', prices: fireworksFlashPrices },
    ],
    prices: unknownPrices,
    cacheReport: 'not known',
    primerMayPay: false,
    dialect: {
      reads: ['reasoning_content'],
      echoes: ['reasoning_content'],
      switch: 'reasoning_effort',
      thinkingByDefault: 'not known',
      efforts: { off: 'none', low: 'low', high: 'high', max: 'max' },
      ...common,
    },
  },
  {
    // oh-my-pi#9522, models.dev (2026-07-01): without an effort it does not think; its highest is called xhigh.
    name: 'deepinfra',
    label: 'DeepInfra',
    operator: 'service',
    jurisdiction: 'United States',
    keyVariable: 'DEEPINFRA_API_KEY',
    needsKey: true,
    baseUrls: { openai: 'https://api.deepinfra.com/v1/openai' },
    models: [
      { id: 'v4-pro', wireId: 'deepseek-ai/DeepSeek-V4-Pro', limits: { maxOutputTokens: 16_384 } },
      { id: 'v4-flash', wireId: 'deepseek-ai/DeepSeek-V4-Flash', limits: { maxOutputTokens: 16_384 } },
    ],
    prices: unknownPrices,
    cacheReport: 'not known',
    primerMayPay: false,
    dialect: {
      reads: ['reasoning_content'],
      echoes: ['reasoning_content'],
      switch: 'reasoning_effort',
      thinkingByDefault: 'off',
      efforts: { off: 'none', low: 'low', high: 'high', max: 'xhigh' },
      ...common,
    },
  },
  {
    // pi#9645, Reasonix#1299: `thinking` and any field of DeepSeek's own is refused; effort is low, medium or high. How
    // to switch thinking off is not known, and the model's name is that of the user's deployment.
    name: 'azure',
    label: 'Azure',
    operator: 'service',
    jurisdiction: 'United States; the region is that of your resource',
    keyVariable: 'AZURE_API_KEY',
    needsKey: true,
    baseUrls: { openai: null },
    models: [
      { id: 'v4-pro', wireId: 'DeepSeek-V4-Pro' },
      { id: 'v4-flash', wireId: 'DeepSeek-V4-Flash' },
    ],
    prices: unknownPrices,
    cacheReport: 'never',
    primerMayPay: false,
    dialect: {
      reads: ['reasoning_content'],
      echoes: ['reasoning_content'],
      switch: 'reasoning_effort',
      thinkingByDefault: 'not known',
      efforts: { low: 'low', high: 'high' },
      ...common,
    },
  },
];
