/** The two sides of a waiting edit, from the file as it is now and the diff that its question shows. */
import { applyPatch } from 'diff';
import { toLineFeeds } from '../core/edits/lines.js';
import type { TextFile } from '../core/edits/textFile.js';
import { messageOf } from '../core/errors.js';
import { decodeView } from '../core/view/codec.js';

export type Proposed = { ok: true; present: string; proposed: string } | { ok: false; why: string };

/** `diff` compares views with line feeds, as `describeChange` makes it; so are the answers, secrets put back. */
export function makeProposedText({ view, secrets }: TextFile, diff: string): Proposed {
  // The lines before the first hunk only name the file, which may hold characters that a reader of patches minds.
  const hunks = /^@@ [^]*/m.exec(diff)?.[0] ?? '';
  try {
    const before = toLineFeeds(view);
    const after = applyPatch(before, hunks, { autoConvertLineEndings: false });
    if (after === false) return { ok: false, why: 'the file is not as it was when the edit was asked for' };
    return { ok: true, present: decodeView(before, secrets), proposed: decodeView(after, secrets) };
  } catch (error) {
    return { ok: false, why: messageOf(error) };
  }
}
