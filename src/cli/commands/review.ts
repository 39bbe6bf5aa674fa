/** `baleen review`: findings for a change, over the whole repository. */
import { relative, resolve } from 'node:path';
import { BaleenError } from '../../core/errors.js';
import { collectChanges, type ReviewSource } from '../../core/review/collectChanges.js';
import { reviewChanges } from '../../core/review/review.js';
import type { Outcome } from '../../protocol/events.js';
import { selectionOf, type Context } from '../context.js';
import { emitterOf, openCliWorkspace, openPackedSession } from '../sessionContext.js';

export async function runReview(context: Context): Promise<Outcome> {
  const { args, signal } = context;
  const workspace = await openCliWorkspace(context, args.cwd);
  try {
    const { host, roots } = workspace.parts;
    const source = sourceOf(context, roots[0].folder);
    const { changes, skipped } = await collectChanges(host, { roots, selection: selectionOf(args) }, source, signal);
    const emit = emitterOf(context);
    const session = await openPackedSession(context, workspace, 'review', emit);
    for (const { path, why } of skipped) {
      session.emit({ type: 'notice', level: 'info', text: `Not reviewed: ${path} (${why}).` });
    }
    const title = `Review ${describeSource(source)}`;
    const { failOn } = args;
    const request = { session, changes, title, ...(failOn === undefined ? {} : { failOn }) };
    return (await reviewChanges(request, signal)).outcome;
  } finally {
    await workspace.dispose();
  }
}

function sourceOf({ args }: Context, root: string): ReviewSource {
  const { base, staged, words } = args;
  if ([base !== undefined, staged, words.length > 0].filter(Boolean).length > 1) {
    throw new BaleenError('--base, --staged and files exclude each other. See baleen --help.', 'bad_usage');
  }
  if (base !== undefined) return { kind: 'base', ref: base };
  if (staged) return { kind: 'staged' };
  if (words.length === 0) return { kind: 'head' };
  return { kind: 'files', paths: words.map((word) => relative(root, resolve(root, word)).replaceAll('\\', '/')) };
}

function describeSource(source: ReviewSource): string {
  switch (source.kind) {
    case 'head':
      return 'the changes since HEAD';
    case 'base':
      return `the changes since ${source.ref}`;
    case 'staged':
      return 'what is staged';
    case 'files':
      return source.paths.join(', ');
  }
}
