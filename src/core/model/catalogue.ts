/** Looks models and hosts up, always by whole names: a likeness of names says nothing about abilities. */
import type { ThinkingLevel, WireName } from '../../protocol/events.js';
import { catalogueHosts, type CatalogueHost, type HostedModel } from './hosts.js';
import { catalogueModels, retiredModelIds, type CatalogueModel, type Limits } from './models.js';
import type { PricePeriod } from './priceTables.js';

/** A model as one host serves it: what requests, budgets and prices go by. */
export interface ServedModel extends CatalogueModel, Limits {
  /** What this host's wire calls it. */
  wireId: string;
  prices: readonly PricePeriod[];
}

function normalize(name: string): string {
  return name.trim().toLowerCase();
}

/** The model behind one of our ids, a wire id of DeepSeek's, an alias or a retired id, in any letter case. */
export function findModel(idOrAlias: string): CatalogueModel | undefined {
  const wanted = normalize(idOrAlias);
  const id = retiredModelIds.get(wanted)?.id ?? wanted;
  return catalogueModels.find((model) => model.id === id || model.aliases.includes(id));
}

/** What to tell the user whose setting still names a retired model; `undefined` for every other name. */
export function retirementNotice(idOrAlias: string): string | undefined {
  const wanted = normalize(idOrAlias);
  const retired = retiredModelIds.get(wanted);
  if (retired === undefined) return undefined;
  return `DeepSeek switched off "${wanted}" on 2026-07-24, so ${retired.id} is used instead; ${retired.advice}. Set the model to ${retired.id} to silence this.`;
}

/** @param hosts the catalogue's and the user's own (`parseHosts`), which go first. */
export function findHost(name: string, hosts: readonly CatalogueHost[] = catalogueHosts): CatalogueHost | undefined {
  return hosts.find((host) => host.name === normalize(name));
}

/** A model by any name that we or this host have for it; `undefined` where the host does not serve it. */
export function serveModel(host: CatalogueHost, name: string): ServedModel | undefined {
  const wanted = normalize(name);
  const id = findModel(name)?.id;
  const own = host.models.find((model) => normalize(model.wireId) === wanted || normalize(model.id) === wanted);
  const hosted = own ?? host.models.find((model) => model.id === id);
  return hosted === undefined ? undefined : serve(host, hosted);
}

export function modelsOf(host: CatalogueHost): ServedModel[] {
  return host.models.flatMap((hosted) => serve(host, hosted) ?? []);
}

function serve(host: CatalogueHost, { id, wireId, limits, prices, own }: HostedModel): ServedModel | undefined {
  const model = own ?? findModel(id);
  if (model === undefined) return undefined;
  return { ...model, ...model.limits, ...limits, wireId, prices: prices ?? host.prices };
}

/** The levels that a host is known to offer. */
export function levelsOf(host: CatalogueHost, wire: WireName, { efforts }: CatalogueModel): ThinkingLevel[] {
  return efforts.filter((level) => wire === 'anthropic' || host.dialect.efforts[level] !== undefined);
}

export function wiresOf({ baseUrls }: CatalogueHost): WireName[] {
  return (['openai', 'anthropic'] as const).filter((wire) => baseUrls[wire] !== undefined);
}
