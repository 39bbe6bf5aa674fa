import { createRehearsal } from './rehearse.js';
import { createInProcessFetch } from './wire/inProcessFetch.js';

/** Characters a token, roughly, in code: good enough for the usage figures of a stand-in. */
const charactersPerToken = 3.6;

/** The rehearsal as the whole API, in process: no socket, no key. */
export function createRehearsalFetch(): typeof fetch {
  return createInProcessFetch(createRehearsal(), {
    tokenCount: (text) => Math.ceil(text.length / charactersPerToken),
  });
}
