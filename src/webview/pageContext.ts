import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { ToHost } from '../protocol/sidebar.js';
import type { Action } from './state.js';

export interface PageHands {
  /** Says something to the extension. */
  post: (message: ToHost) => void;
  dispatch: (action: Action) => void;
  /** Sends a message of the user, if one may be sent now; says whether it was. */
  send: (text: string) => boolean;
  /** The same from the message box: while a turn runs, the message waits for its end. */
  sendOrQueue: (text: string) => boolean;
  /** Text for the message box, ready to be changed and sent. */
  prefill: (text: string) => void;
  /** The last message of the user: what "retry" sends again. */
  readLastMessage: () => string | undefined;
}

const idle: PageHands = {
  post: () => undefined,
  dispatch: () => undefined,
  send: () => false,
  sendOrQueue: () => false,
  prefill: () => undefined,
  readLastMessage: () => undefined,
};

export const PageContext = createContext<PageHands>(idle);

export function usePage(): PageHands {
  return useContext(PageContext);
}
