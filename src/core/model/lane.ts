import type { ModelRequest } from './types.js';

/** What a prefix in the cache belongs to, beside its own bytes and the account. */
export type Lane = Pick<ModelRequest, 'host' | 'baseUrl' | 'wire' | 'thinking'> & {
  model: Pick<ModelRequest['model'], 'id' | 'effortInPrompt'>;
};

/** Equal for requests whose prefixes one cache serves; and as it is told when a session leaves it. */
export function describeLane({ host, baseUrl, wire, model, thinking }: Lane): string {
  return [host.name, baseUrl, wire, model.id, `thinking ${markOf(model.effortInPrompt, thinking)}`].join(' · ');
}

/** What of the thinking level is in the first tokens of the prompt, and so keeps caches apart. */
function markOf(effortInPrompt: Lane['model']['effortInPrompt'], thinking: Lane['thinking']): string {
  if (effortInPrompt === 'every level') return thinking;
  return thinking === 'low' || thinking === 'high' ? 'on' : thinking;
}
