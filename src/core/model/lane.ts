import type { ThinkingLevel } from '../../protocol/events.js';
import type { CatalogueModel } from './models.js';

/** What of the thinking level is in the first tokens of the prompt, and so keeps caches apart. */
export function laneMarkOf(
  { effortInPrompt }: Pick<CatalogueModel, 'effortInPrompt'>,
  thinking: ThinkingLevel,
): string {
  if (effortInPrompt === 'every level') return thinking;
  return thinking === 'low' || thinking === 'high' ? 'on' : thinking;
}
