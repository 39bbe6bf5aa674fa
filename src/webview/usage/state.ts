/** What the page knows from the extension. */
import type { UsageReport } from '../../protocol/usage.js';
import type { ToUsagePage, UsageAccount } from '../../protocol/usagePage.js';

export interface UsagePageState {
  /** Stays in sight while it is read again. */
  known: { report: UsageReport; account: UsageAccount } | undefined;
  trouble: { sentence: string; untrusted: boolean } | undefined;
}

export const initialUsageState: UsagePageState = { known: undefined, trouble: undefined };

export function reduceUsage(state: UsagePageState, message: ToUsagePage): UsagePageState {
  switch (message.type) {
    case 'blocked':
      return { known: undefined, trouble: { sentence: message.sentence, untrusted: message.untrusted } };
    case 'failed':
      return { ...state, trouble: { sentence: message.sentence, untrusted: false } };
    case 'usage':
      return { known: { report: message.report, account: message.account }, trouble: undefined };
  }
}
