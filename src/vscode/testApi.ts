import type { ToHost } from '../protocol/sidebar.js';
import type { Approvals } from './approvals.js';
import type { Chat } from './chat.js';
import type { Connection } from './connection.js';
import type { Engine } from './engine.js';
import type { Keys } from './keys.js';
import type { Review } from './review.js';
import type { SitesTree } from './sitesTree.js';

/** What the integration suites reach into; given out only to an extension host that was started for tests. */
export interface TestApi {
  chat: Chat;
  connection: Connection;
  engine: Engine;
  keys: Keys;
  approvals: Approvals;
  tree: SitesTree;
  review: Review;
  /** As if the page had sent it. */
  receive: (message: ToHost) => Promise<void>;
}
