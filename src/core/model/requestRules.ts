/** What is known to be refused before it is sent: a sentence now instead of a status later. */
import type { ThinkingLevel, WireName } from '../../protocol/events.js';
import { levelsOf, wiresOf, type ServedModel } from './catalogue.js';
import type { CatalogueHost } from './hosts.js';
import type { ModelRequest } from './types.js';

/** https://api-docs.deepseek.com/api/create-chat-completion */
const mostTools = 128;

export interface Choice {
  host: CatalogueHost;
  model: ServedModel;
  wire: WireName;
  thinking: ThinkingLevel;
}

/** Why this host cannot be asked like this, as a sentence; `undefined` where it can. */
export function refuseChoice({ host, model, wire, thinking }: Choice): string | undefined {
  const wires = wiresOf(host);
  if (!wires.includes(wire))
    return `${host.label} is not offered over the ${wire} wire, so nothing was sent. Choose ${wires.join(' or ')}.`;
  const levels = levelsOf(host, wire, model);
  if (levels.includes(thinking)) return undefined;
  return `How ${host.label} is asked for thinking ${thinking} is not known, so nothing was sent. Choose ${levels.join(' or ')}.`;
}

export function refuseRequest(request: ModelRequest): string | undefined {
  const count = request.tools.length;
  if (count > mostTools)
    return `The request has ${count} tools and at most ${mostTools} are taken, so nothing was sent. Leave some out.`;
  return refuseChoice(request);
}
