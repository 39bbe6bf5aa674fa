/** What the pack map's page and the extension say to each other. The page is not trusted: the door checks each message. */
import type { SendPrice } from './money.js';
import type { EventOf } from './events.js';
import type { StandsAs } from './pack.js';

/** How a file stands on the map. */
export type MapState = StandsAs | 'withheld';

/** On the wire a state is its index here. */
export const mapStates: readonly MapState[] = ['full', 'outline', 'listed', 'withheld'];

/** One row a file, by index: first the pack's files in the order of its report, then what is withheld. */
export interface PackMapFiles {
  paths: string[];
  /** Indexes into `mapStates`. */
  states: number[];
  /** Tokens in the pack as sent, frame included; with `frameTokens` they add up to the pack's. */
  tokens: number[];
  /** Tokens of the whole file in a pack: exact where it stands whole, else about right; 0 for what has no text. */
  whole: number[];
  /** Why it is withheld, as an index into `reasonNames`; -1 for the pack's own files. */
  reasons: number[];
  reasonNames: string[];
}

export interface PackMapPack {
  files: PackMapFiles;
  /** Of the whole pack message. */
  tokens: number;
  frameTokens: number;
  budget: number;
  /** The most that the model's window leaves for a pack. */
  mostTokens: number;
}

/** What may change while the pack stays as it is. */
export interface PackMapFacts {
  modelLabel: string;
  windowTokens: number;
  price: SendPrice;
  /** Entries of the change log since the snapshot, and their tokens. */
  changes: number;
  logTokens: number;
  rehearsal: boolean;
  /** Set when the settings ask for another pack than the one that is shown: a sentence. */
  stale?: string;
}

export type ToMapPage =
  /** Nothing may be read here; says why and what to do. */
  | { type: 'blocked'; sentence: string; untrusted: boolean }
  /** The tab is in the background, and nothing was read yet. */
  | { type: 'resting' }
  | { type: 'packing'; phase: EventOf<'progress'>['phase']; done: number; total: number }
  | { type: 'failed'; sentence: string }
  /** Once for each snapshot. */
  | { type: 'pack'; pack: PackMapPack; facts: PackMapFacts }
  | { type: 'facts'; facts: PackMapFacts }
  /** `states` and `tokens` by row of the pack's own files. */
  | {
      type: 'plan';
      request: number;
      budget: number;
      packTokens: number;
      states: number[];
      tokens: number[];
      price: SendPrice;
    }
  | { type: 'plan_failed'; request: number; sentence: string };

/** What an exclusion is about: one file, all of a folder, or all files whose name ends like this one's. */
export type ExcludeScope = 'file' | 'folder' | 'extension';

export type FromMapPage =
  | { type: 'ready' }
  /** Stops the packing that is under way. */
  | { type: 'cancel' }
  /** Packs with the settings of now. */
  | { type: 'pack' }
  /** Asks what another budget would hold; of several the newest is answered. */
  | { type: 'plan'; request: number; budget: number }
  /** `null`: everything that fits. */
  | { type: 'use_budget'; budget: number | null }
  | { type: 'exclude'; scope: ExcludeScope; path: string; back: boolean }
  | { type: 'open_file'; path: string }
  | { type: 'reveal_file'; path: string }
  | { type: 'copy_path'; path: string }
  | { type: 'manage_trust' };

/** With its dot, for instance ".ts"; empty where the name has none. */
export function extensionOf(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const dot = name.lastIndexOf('.');
  return dot > 0 ? name.slice(dot) : '';
}
