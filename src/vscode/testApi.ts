import type { Parts } from './parts.js';

/** What the integration suites reach into; given out only to an extension host that was started for tests. */
export type TestApi = Pick<
  Parts,
  | 'chat'
  | 'connection'
  | 'engine'
  | 'keys'
  | 'approvals'
  | 'commands'
  | 'questions'
  | 'tree'
  | 'review'
  | 'receive'
  | 'packMap'
  | 'usage'
  | 'watch'
>;
