/** Which host and model the words of the command line mean. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { BaleenError, messageOf } from '../core/errors.js';
import { findHost, modelsOf, serveModel, type ServedModel } from '../core/model/catalogue.js';
import { parseHosts } from '../core/model/customHosts.js';
import type { CatalogueHost } from '../core/model/hosts.js';
import type { Payer } from '../core/model/prices.js';
import { refuseChoice } from '../core/model/requestRules.js';
import { automatic, offerAutomatic, type Automatic } from '../core/session/routing.js';
import type { Arguments } from './arguments.js';

function badUsage(sentence: string): BaleenError {
  return new BaleenError(sentence, 'bad_usage');
}

/** The catalogue's hosts and those of the file, in which nothing may be wrong. */
function readHosts(file: string | undefined): readonly CatalogueHost[] {
  if (file === undefined) return parseHosts(undefined).hosts;
  const { hosts, complaints } = parseHosts(readJson(file));
  if (complaints.length === 0) return hosts;
  throw badUsage(`${complaints.join(' ')} Mend ${file}.`);
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(resolve(file), 'utf8'));
  } catch (error) {
    throw badUsage(`The hosts in ${file} cannot be read: ${messageOf(error)}. Nothing was sent.`);
  }
}

/** A rehearsal speaks as DeepSeek does, whichever host is named. */
export function hostOf(args: Arguments): CatalogueHost {
  const hosts = readHosts(args.hostsFile);
  const host = args.rehearse ? findHost('deepseek') : findHost(args.host, hosts);
  if (host !== undefined) return host;
  const names = hosts.map(({ name }) => name).join(', ');
  throw badUsage(`There is no host ${JSON.stringify(args.host)}; the hosts are ${names}.`);
}

export function modelOf(args: Arguments): ServedModel {
  const host = hostOf(args);
  const model = serveModel(host, args.model === automatic ? 'v4-flash' : args.model);
  if (model !== undefined) return model;
  const names = modelsOf(host)
    .map(({ id }) => id)
    .join(' and ');
  throw badUsage(`${host.label} has no model ${JSON.stringify(args.model)}; its models are ${names}.`);
}

/** `undefined` where a model is named, or the host has not both. */
export function automaticOf(args: Arguments): Automatic | undefined {
  return args.model === automatic ? offerAutomatic(hostOf(args), args.thinking) : undefined;
}

export function payerOf(args: Arguments): Payer {
  return { model: modelOf(args), currency: args.currency, rehearsal: false };
}

/** Throws a sentence where the host is not asked over this wire, not at this level, or has no address. */
export function baseUrlOf(args: Arguments): string {
  const host = hostOf(args);
  const refusal = refuseChoice({ host, model: modelOf(args), wire: args.wire, thinking: args.thinking });
  if (refusal !== undefined) throw badUsage(refusal);
  const baseUrl = (args.rehearse ? undefined : args.baseUrl) ?? host.baseUrls[args.wire];
  if (typeof baseUrl === 'string') return baseUrl.replace(/\/+$/, '');
  throw badUsage(`The address of ${host.label} is your own, so nothing was sent. Give it with --base-url.`);
}
