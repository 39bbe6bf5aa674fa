/** Where a session's requests go, what is known of it, and whether an organisation lets them. */
import { isLoopback } from '../model/boundary.js';
import { originOf } from '../model/origin.js';
import { catalogueHosts, type CatalogueHost } from '../model/hosts.js';

/** Set by an organisation, on the machine and never in a workspace. */
export interface AllowedHosts {
  /** Origins (`https://llm.example`), host names (`llm.example`), or `*.example` for every name below it. */
  hosts: readonly string[];
  /** Who says so, for a sentence: "the setting baleen.allowedHosts". */
  by: string;
}

/** On this machine nothing leaves it, as far as can be seen from here. */
export function leavesMachine(origin: string): boolean {
  return !isLoopback(new URL(origin).hostname);
}

/**
 * The host behind an origin: another base URL is another receiver, whatever host is set. Only of a host that has no
 * address of its own (a server of the user's, a deployment) an unknown origin is believed to be its.
 */
export function hostAt(origin: string, chosen: CatalogueHost): CatalogueHost | undefined {
  const addresses = ({ baseUrls }: CatalogueHost): (string | null)[] => Object.values(baseUrls);
  const known = [chosen, ...catalogueHosts].find((host) =>
    addresses(host).some((url) => url !== null && originOf(url) === origin),
  );
  const isAnywhere = chosen.operator === 'own server' || addresses(chosen).includes(null);
  return known ?? (isAnywhere ? chosen : undefined);
}

/** A sentence if one of the lists does not name the origin. Every list counts; an empty one restricts nothing. */
export function refuseHost(origin: string, lists: readonly AllowedHosts[]): string | undefined {
  const against = lists.find(({ hosts }) => hosts.length > 0 && !hosts.some((entry) => names(entry, origin)));
  if (against === undefined) return undefined;
  return `${origin} is not among the hosts that ${against.by} allows (${against.hosts.join(', ')}), so nothing was sent. Choose one of them, or ask whoever looks after this machine.`;
}

function names(entry: string, origin: string): boolean {
  const wanted = entry.trim().toLowerCase();
  if (wanted.includes('://')) return originOf(wanted) === origin;
  const { hostname, host } = new URL(origin);
  if (wanted.startsWith('*.')) return hostname.endsWith(wanted.slice(1));
  return wanted === hostname || wanted === host;
}
