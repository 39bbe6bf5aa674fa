import { grammarOf } from '../outline/grammars.js';
import { firstLinesOf } from '../outline/firstLines.js';
import type { Outliner } from '../outline/outliner.js';
import { hideOwnKeys } from '../view/ownKeys.js';
import type { BriefForm } from './frames.js';

/** What stands for a file that is not whole in the pack. */
export interface Brief {
  form: BriefForm;
  /** Ends with a line feed. Empty for a file that has nothing to show. */
  text: string;
}

/** Briefs by the content that they were made of. */
export interface Briefs {
  /** One that was made before. */
  known(file: BriefedFile): Brief | undefined;
  make(file: BriefedFile, view: string): Promise<Brief>;
}

export interface BriefedFile {
  path: string;
  /** Of the raw bytes: equal bytes have equal views. */
  sha256: string;
}

/** Where briefs are kept between two runs. */
export interface BriefStore {
  brief(key: string): Brief | undefined;
  addBrief(key: string, brief: Brief): void;
}

/** A brief that is nearly as long as its file is worth less than the file. */
const mostShare = 0.6;

export function createBriefs(outliner: Outliner, store: BriefStore, ownKeys: () => readonly string[]): Briefs {
  /** The same bytes can be read by two grammars, for instance as TypeScript and as TSX. */
  const keyOf = ({ path, sha256 }: BriefedFile): string => `${grammarOf(path) ?? ''}:${sha256}`;
  return {
    known(file) {
      const brief = store.brief(keyOf(file));
      // One that was made before a key was known may show it, and is made anew.
      return brief === undefined || hideOwnKeys(brief.text, ownKeys()) !== brief.text ? undefined : brief;
    },
    async make(file, view) {
      const brief = await makeBrief(outliner, file.path, view);
      store.addBrief(keyOf(file), brief);
      return brief;
    },
  };
}

async function makeBrief(outliner: Outliner, path: string, view: string): Promise<Brief> {
  const grammar = grammarOf(path);
  const outline = grammar === undefined ? undefined : await outliner.outline(grammar, view);
  if (outline !== undefined && outline.length <= view.length * mostShare) return { form: 'outline', text: outline };
  return { form: 'first-lines', text: firstLinesOf(view) };
}
