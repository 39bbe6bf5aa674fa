/** What the extension host and the thread of the rehearsal say to each other. */

export type ToRehearsal =
  | { type: 'request'; id: number; url: string; method: string; headers: [string, string][]; body?: Uint8Array }
  | { type: 'abort'; id: number };

export type FromRehearsal =
  | { type: 'head'; id: number; status: number; headers: [string, string][] }
  | { type: 'chunk'; id: number; bytes: Uint8Array }
  | { type: 'end'; id: number }
  | { type: 'error'; id: number; message: string };
