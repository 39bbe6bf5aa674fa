import type { Alignment } from './align.js';

/** One change to a file, in view space: line feeds only, secrets as placeholders. */
export interface Hunk {
  old_text: string;
  new_text: string;
  /** Every place, not only one. */
  replace_all?: boolean | undefined;
  /** Only where `old_text` is not a part of a longer word. */
  whole_word?: boolean | undefined;
  /** 1-based; picks the place that covers this line. */
  line?: number | undefined;
}

export interface Region {
  start: number;
  end: number;
  replacement: string;
}

export type Match =
  | { ok: true; regions: Region[]; how: 'exact' | Alignment['how']; undone: readonly string[] }
  /** One or more sentences for the model; the nearest text with line numbers may follow on lines of its own. */
  | { ok: false; problem: string };
