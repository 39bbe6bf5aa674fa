/** Automatic: which model takes a turn. Rules as data, and what leaving a warm cache costs; nothing here asks anybody. */
import type { Outcome, ThinkingLevel, Workflow } from '../../protocol/events.js';
import { formatCost, type Cost } from '../../protocol/money.js';
import { stopAtRepeat } from '../agent/limits.js';
import { isEdit } from '../agent/toolCalls.js';
import { serveModel, type ServedModel } from '../model/catalogue.js';
import type { CatalogueHost } from '../model/hosts.js';
import { costOf, usageOf, type Rates } from '../model/prices.js';
import type { Message } from '../model/types.js';

export interface RouteFacts {
  workflow: Workflow;
  /** The user's own words. */
  message: string;
  /** Files that the change is known to touch: those of a refactoring's chosen sites. */
  files?: number;
  /** Turns of this session that failed since the last that did not. */
  failedTurns: number;
}

export interface Automatic {
  flash: ServedModel;
  pro: ServedModel;
  /** The user's, for whatever is not mechanical. */
  thinking: ThinkingLevel;
}

/** The name of the choice, in settings and options, where a model's could stand. */
export const automatic = 'automatic';

/** `undefined` where the host has not both models. */
export function offerAutomatic(host: CatalogueHost, thinking: ThinkingLevel): Automatic | undefined {
  const [flash, pro] = [serveModel(host, 'v4-flash'), serveModel(host, 'v4-pro')];
  return flash === undefined || pro === undefined ? undefined : { flash, pro, thinking };
}

export interface Route {
  model: ServedModel;
  thinking: ThinkingLevel;
  /** The rest of "since …". */
  reason: string;
  /** The first request reads the whole prompt at the full price. */
  isCold: boolean;
  /** Of reading the prompt once, at this model. */
  price: Cost;
}

/** From so many files on a change is not small. */
export const manyFiles = 5;
const failedOften = 2;

const question = /\?\s*$|^\s*(?:why|how|what|where|which|explain|describe|compare|is|are|does|do|can|should)\b/i;
const change =
  /\b(?:add|change|convert|correct|delete|drop|extract|fix|introduce|make|migrate|move|port|refactor|remove|replace|rewrite|set|split|switch|turn|update|upgrade|use|write)\b/i;
const rename = /^\s*(?:please\s+)?(?:refactor:\s*)?(?:please\s+)?rename\b/i;
const wording =
  /\b(?:re)?format(?:ting)?\b|\bsort(?:s|ed)?\s+(?:the\s+)?imports\b|\bindent(?:ation)?\b|\btypos?\b|\bspelling\b|\b(?:doc\s?strings?|comments?)\b/i;
const everywhere =
  /\beverywhere\b|\b(?:across|throughout)\b|\b(?:whole|entire)\s+(?:repo\w*|code\s?base|project)\b|\b(?:all|every|each)\s+(?:of\s+)?(?:the\s+|our\s+)?(?:files?|callers?|call\s+sites?|modules?|packages?|handlers?|tests?|usages?|uses|components?|endpoints?)\b/i;
const path = /(?:[\w.@-]+\/)+[\w.@-]+|\b[\w-]+\.[a-z][a-z0-9]{0,4}\b/gi;
const mostSmallCharacters = 200;

interface Rule {
  reason: string;
  fits: (facts: RouteFacts) => boolean;
  model: 'flash' | 'pro';
  thinks: boolean;
  /** Worth a cold cache: the answer's quality is at stake, and not only its price. */
  insists: boolean;
}

/** The first that fits decides. */
export const rules: readonly Rule[] = [
  {
    reason: 'the last two attempts failed',
    fits: ({ failedTurns }) => failedTurns >= failedOften,
    ...{ model: 'pro', thinks: true, insists: true },
  },
  {
    // In however many files: one short hunk in each.
    reason: 'this is a rename',
    fits: ({ message }) => rename.test(message),
    ...{ model: 'flash', thinks: false, insists: false },
  },
  {
    reason: 'this change spans many files',
    fits: ({ message, files = 0 }) =>
      files >= manyFiles || (isChange(message) && (everywhere.test(message) || countPaths(message) >= manyFiles)),
    ...{ model: 'pro', thinks: true, insists: true },
  },
  {
    reason: 'this is about wording or format',
    fits: ({ message }) => isSmall(message) && wording.test(message),
    ...{ model: 'flash', thinks: false, insists: false },
  },
  {
    reason: 'this is a small change of one file',
    fits: ({ message }) =>
      isSmall(message) && countPaths(message) === 1 && !/\b(?:bug|fix|crash|race|leak)/i.test(message),
    ...{ model: 'flash', thinks: false, insists: false },
  },
  {
    reason: 'nothing speaks for another one',
    fits: () => true,
    ...{ model: 'flash', thinks: true, insists: false },
  },
];

function isChange(message: string): boolean {
  return change.test(message) && !question.test(message);
}

function isSmall(message: string): boolean {
  return (
    message.length <= mostSmallCharacters && !question.test(message) && (change.test(message) || wording.test(message))
  );
}

function countPaths(message: string): number {
  return new Set(message.match(path) ?? []).size;
}

/** What is known of the caches and the prices when a turn begins. */
export interface RouteWorld {
  /** Of the prompt, as far as it is known before the turn. */
  tokens: number;
  /** What the last turn ran with, if its prefix is still in the cache. */
  warm: { model: ServedModel; thinking: ThinkingLevel } | undefined;
  /** A prefix belongs to both alike. */
  isSameLane: (
    a: { model: ServedModel; thinking: ThinkingLevel },
    b: { model: ServedModel; thinking: ThinkingLevel },
  ) => boolean;
  ratesOf: (model: ServedModel) => Rates | null;
}

/** What a usual turn takes: requests, and output tokens of each. */
const usualSteps = 4;
const usualOutput = { thinking: 1500, off: 500 };

/**
 * The rule's model, unless the cache of the last turn's is warm and going on there is cheaper: another model, and on
 * Flash another thinking level, has a cache of its own.
 */
export function chooseRoute(facts: RouteFacts, offer: Automatic, world: RouteWorld): Route {
  const rule = rules.find(({ fits }) => fits(facts))!;
  const wanted = { model: offer[rule.model], thinking: rule.thinks ? offer.thinking : 'off' } as const;
  const { warm } = world;
  const describe = (
    choice: { model: ServedModel; thinking: ThinkingLevel },
    reason: string,
    isCold: boolean,
  ): Route => {
    const price = costOf(usageOf(world.tokens, isCold ? 0 : world.tokens), world.ratesOf(choice.model));
    return { ...choice, reason, isCold, price };
  };
  if (warm === undefined) return describe(wanted, rule.reason, true);
  if (world.isSameLane(warm, wanted)) return describe(wanted, rule.reason, false);
  if (rule.insists) return describe(wanted, rule.reason, true);
  const [stay, go] = [estimateTurn(warm, world, false), estimateTurn(wanted, world, true)];
  if (stay !== null && go !== null && go.amount < stay.amount) return describe(wanted, rule.reason, true);
  const cold = describe(wanted, rule.reason, true);
  const reason = `its cache is warm: ${nameChoice(wanted)} would do (${rule.reason}), but would read the prompt anew for about ${formatCost(cold.price)}`;
  return describe(warm, reason, false);
}

function estimateTurn(
  { model, thinking }: { model: ServedModel; thinking: ThinkingLevel },
  { tokens, ratesOf }: RouteWorld,
  isCold: boolean,
): Cost {
  const first = usageOf(tokens, isCold ? 0 : tokens);
  const outputTokens = usualSteps * (thinking === 'off' ? usualOutput.off : usualOutput.thinking);
  const cacheHitTokens = first.cacheHitTokens + (usualSteps - 1) * tokens;
  return costOf({ ...first, cacheHitTokens, outputTokens }, ratesOf(model));
}

export function nameChoice({ model, thinking }: { model: ServedModel; thinking: ThinkingLevel }): string {
  return `${model.label} ${thinking === 'off' ? 'without thinking' : `thinking ${thinking}`}`;
}

/** Said before the request. */
export function describeRoute(route: Route): string {
  const cache = route.isCold ? 'in full, since its cache is cold' : 'from its cache';
  return `Automatic: ${nameChoice(route)}, since ${route.reason}. It reads the prompt ${cache}, for about ${formatCost(route.price)}.`;
}

/** Whether the model did not manage: red checks, a last edit that failed, or the same call over and over. */
export function hasFailed(outcome: Outcome, messages: readonly Message[]): boolean {
  if (outcome === 'verification_failed') return true;
  const lastEdit = messages.findLast((message) => message.role === 'tool' && isEdit(message));
  if (lastEdit?.role === 'tool' && lastEdit.failed) return true;
  if (outcome !== 'cap_reached') return false;
  const calls = messages.flatMap((message) => (message.role === 'assistant' ? message.calls : []));
  const counts = new Map<string, number>();
  for (const { name, arguments: given } of calls) {
    const key = `${name}\n${given}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return Math.max(0, ...counts.values()) >= stopAtRepeat;
}
