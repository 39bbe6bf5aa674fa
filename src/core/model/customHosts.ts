/** Hosts, models and prices of the user's own, as settings and the command line's file give them. */
import * as z from 'zod';
import { isLoopback } from './boundary.js';
import { findHost, findModel } from './catalogue.js';
import { catalogueHosts, type CatalogueHost, type HostedModel } from './hosts.js';
import { freePrices, unknownPrices, type PricePeriod } from './priceTables.js';

export interface ParsedHosts {
  /** The user's, then those of the catalogue that none of them replaces by its name. */
  hosts: readonly CatalogueHost[];
  /** A sentence for each entry that was left out. */
  complaints: string[];
}

const price = z.number().min(0).max(10_000);
/** Hit, miss and output, per million tokens. */
const triple = z.tuple([price, price, price]);
const prices = z.strictObject({ USD: triple.optional(), CNY: triple.optional() });
const text = z.string().trim().min(1).max(200);
const address = z.string().refine(isAddress, { error: 'is no https address (plain http only on this machine)' });
const fields = z.array(z.enum(['reasoning_content', 'reasoning', 'reasoning_details'])).min(1);
const word = z.string().min(1).max(40).nullable();

const modelEntry = z.strictObject({
  id: text,
  wireId: text.optional(),
  label: text.optional(),
  windowTokens: z.int().min(16_384).optional(),
  maxOutputTokens: z.int().min(1024).optional(),
  prices: prices.optional(),
});

const hostEntry = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/, { error: 'may only have a-z, 0-9 and hyphens' }),
  /** The host of the catalogue whose dialect and models it has; the one of the same name where it is absent. */
  like: text.optional(),
  label: text.optional(),
  baseUrls: z.strictObject({ openai: address.optional(), anthropic: address.optional() }).optional(),
  operator: z.enum(['service', 'own server']).optional(),
  jurisdiction: text.optional(),
  keyVariable: z
    .string()
    .regex(/^[A-Z][A-Z0-9_]{0,79}$/, { error: 'is no name of a variable' })
    .optional(),
  needsKey: z.boolean().optional(),
  models: z.array(modelEntry).optional(),
  prices: prices.optional(),
  reads: fields.optional(),
  echoes: fields.optional(),
  switch: z.enum(['thinking', 'thinking boolean', 'chat_template_kwargs', 'reasoning', 'reasoning_effort']).optional(),
  efforts: z.strictObject({ off: word, low: word, high: word, max: word }).partial().optional(),
});

type HostEntry = z.infer<typeof hostEntry>;
type ModelEntry = z.infer<typeof modelEntry>;

/** Why an entry is left out; said in a complaint. */
class Refusal extends Error {}

/** @param value what stands in the setting or in the file: a list of hosts, or nothing. */
export function parseHosts(value: unknown): ParsedHosts {
  if (value === undefined || value === null) return { hosts: catalogueHosts, complaints: [] };
  if (!Array.isArray(value)) return { hosts: catalogueHosts, complaints: ['The hosts are no list; none is used.'] };
  const own: CatalogueHost[] = [];
  const complaints: string[] = [];
  value.forEach((entry: unknown, index) => {
    try {
      const host = readHost(entry);
      if (findHost(host.name, own) !== undefined) throw new Refusal('another one has the same name');
      own.push(host);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      complaints.push(`Host ${nameOf(entry, index)} is left out: ${error.message}.`);
    }
  });
  const others = catalogueHosts.filter((host) => findHost(host.name, own) === undefined);
  return { hosts: [...own, ...others], complaints };
}

function nameOf(entry: unknown, index: number): string {
  const name = typeof entry === 'object' && entry !== null && 'name' in entry ? entry.name : undefined;
  return typeof name === 'string' ? JSON.stringify(name) : `number ${index + 1}`;
}

function readHost(value: unknown): CatalogueHost {
  const parsed = hostEntry.safeParse(value);
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0]!;
    throw new Refusal(path.length === 0 ? message : `${path.map(String).join('.')}: ${message}`);
  }
  const entry = parsed.data;
  const base = findHost(entry.like ?? entry.name);
  if (base !== undefined) return makeHost(entry, base);
  const names = catalogueHosts.map((host) => host.name).join(', ');
  throw new Refusal(`its "like" must name the host that it speaks like, one of ${names}`);
}

function makeHost(entry: HostEntry, base: CatalogueHost): CatalogueHost {
  // Elsewhere neither the base's prices nor its law need hold.
  const moved = entry.baseUrls !== undefined || entry.name !== base.name;
  const operator = entry.operator ?? base.operator;
  const jurisdiction = entry.jurisdiction ?? (moved ? undefined : base.jurisdiction);
  const elsewhere = operator === 'own server' ? freePrices : unknownPrices;
  const keepsPrices = !moved && entry.prices === undefined;
  return {
    name: entry.name,
    label: entry.label ?? (moved ? entry.name : base.label),
    operator,
    ...(jurisdiction === undefined ? {} : { jurisdiction }),
    keyVariable: entry.keyVariable ?? base.keyVariable,
    needsKey: entry.needsKey ?? base.needsKey,
    baseUrls: moved ? addressesOf(entry, base) : base.baseUrls,
    models: mergeModels(keepsPrices ? base.models : base.models.map(withoutPrices), entry.models ?? []),
    prices: entry.prices === undefined ? (moved ? elsewhere : base.prices) : periodsOf(entry.prices),
    cacheReport: base.cacheReport,
    primerMayPay: base.primerMayPay && !moved,
    dialect: {
      ...base.dialect,
      reads: entry.reads ?? base.dialect.reads,
      echoes: entry.echoes ?? base.dialect.echoes,
      switch: entry.switch ?? base.dialect.switch,
      efforts: entry.efforts === undefined ? base.dialect.efforts : withoutAbsent(entry.efforts),
    },
  };
}

function addressesOf({ baseUrls = {} }: HostEntry, base: CatalogueHost): CatalogueHost['baseUrls'] {
  const { openai, anthropic } = baseUrls;
  if (openai === undefined && anthropic === undefined) return base.baseUrls;
  return withoutAbsent({ openai: openai?.replace(/\/+$/, ''), anthropic: anthropic?.replace(/\/+$/, '') });
}

function mergeModels(known: readonly HostedModel[], entries: readonly ModelEntry[]): HostedModel[] {
  const models = new Map(known.map((model) => [model.id, model]));
  for (const entry of entries) {
    const id = findModel(entry.id)?.id ?? entry.id.toLowerCase();
    models.set(id, makeModel(id, entry, models.get(id)));
  }
  return [...models.values()];
}

function makeModel(id: string, entry: ModelEntry, known: HostedModel | undefined): HostedModel {
  const { windowTokens, maxOutputTokens } = entry;
  const limits = { ...known?.limits, ...withoutAbsent({ windowTokens, maxOutputTokens }) };
  const wireId = entry.wireId ?? known?.wireId ?? entry.id;
  const listed = entry.prices === undefined ? known?.prices : periodsOf(entry.prices);
  const model = { id, wireId, limits, ...(listed === undefined ? {} : { prices: listed }) };
  if (findModel(id) !== undefined) return model;
  if (windowTokens === undefined || maxOutputTokens === undefined)
    throw new Refusal(
      `its model ${JSON.stringify(entry.id)} is not known, so windowTokens and maxOutputTokens must be given`,
    );
  return {
    ...model,
    own: {
      id,
      label: entry.label ?? entry.id,
      aliases: [],
      limits: { windowTokens, maxOutputTokens },
      efforts: ['off', 'low', 'high', 'max'],
      modalities: ['text'],
      effortInPrompt: 'every level',
    },
  };
}

function withoutPrices({ prices: _, ...model }: HostedModel): HostedModel {
  return model;
}

function periodsOf(list: z.infer<typeof prices>): PricePeriod[] {
  return [{ from: '1970-01-01T00:00:00Z', offPeak: withoutAbsent(list) }];
}

/** zod leaves a member that is absent as one that is undefined. */
function withoutAbsent<T extends object>(value: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const present = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(present) as { [K in keyof T]?: Exclude<T[K], undefined> };
}

function isAddress(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const { protocol, hostname, username, password, search, hash } = new URL(value);
  if (username !== '' || password !== '' || search !== '' || hash !== '') return false;
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname));
}
