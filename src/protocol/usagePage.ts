/** What the usage page and the extension say to each other. The page is not trusted: the door checks each message. */
import type { UsageReport } from './usage.js';

/** Local days that the page can show at most; it cuts shorter ranges itself. */
export const mostUsageDays = 90;

export type ToUsagePage =
  /** Nothing may be read here; says why and what to do. */
  | { type: 'blocked'; sentence: string; untrusted: boolean }
  | { type: 'failed'; sentence: string }
  | { type: 'usage'; report: UsageReport; account: UsageAccount };

/** Who answers, and what is known of the account. */
export interface UsageAccount {
  /** A sentence about the key: the balance, or what went wrong. */
  keyDetail: string | undefined;
  /** A key is stored, so that the balance can be asked for. */
  canAsk: boolean;
}

export type FromUsagePage =
  | { type: 'ready' }
  /** Reads the ledger again. */
  | { type: 'refresh' }
  /** Asks the host for the balance. */
  | { type: 'check_key' }
  /** A table as CSV, for the clipboard. */
  | { type: 'copy'; text: string }
  | { type: 'manage_trust' };
