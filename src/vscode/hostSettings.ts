/** Which host the settings mean. A name that is not known never means another host: bytes would go where nobody wanted. */
import { findHost } from '../core/model/catalogue.js';
import { parseHosts } from '../core/model/customHosts.js';
import type { CatalogueHost } from '../core/model/hosts.js';
import type { WireName } from '../protocol/events.js';

export interface ChosenHost {
  host: CatalogueHost;
  /** Without a trailing slash; empty where there is none. */
  baseUrl: string;
  /** Why nothing can be sent, as a sentence. */
  trouble?: string;
}

export function chooseHost(given: { host: unknown; hosts: unknown; baseUrl: unknown; wire: WireName }): ChosenHost {
  const { hosts, complaints } = parseHosts(given.hosts);
  const name = textOf(given.host) || 'deepseek';
  const found = findHost(name, hosts);
  const host = found ?? findHost('deepseek')!;
  const baseUrl = (textOf(given.baseUrl) || (host.baseUrls[given.wire] ?? '')).replace(/\/+$/, '');
  const trouble = findTrouble();
  return { host, baseUrl, ...(trouble === undefined ? {} : { trouble }) };

  function findTrouble(): string | undefined {
    if (found === undefined) {
      const why = complaints.length === 0 ? '' : ` ${complaints.join(' ')}`;
      const names = hosts.map((one) => one.name).join(', ');
      return `The setting baleen.host names ${JSON.stringify(name)}, which is none of ${names}, so nothing was sent.${why}`;
    }
    if (baseUrl !== '') return undefined;
    return given.wire in host.baseUrls
      ? `The address of ${host.label} is your own, so nothing was sent. Give it in the setting baleen.baseUrl.`
      : `${host.label} is not offered over the ${given.wire} wire, so nothing was sent. Change the setting baleen.wire.`;
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value.trim() : '';
}
