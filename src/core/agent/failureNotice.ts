/** A failed request as the user sees it: its sentence, and a button where one helps. */
import type { EventOf, NoticeAction, Outcome } from '../../protocol/events.js';
import type { CatalogueHost } from '../model/hosts.js';
import type { Failure, FailureKind } from '../model/types.js';

export const smallerPack: NoticeAction = {
  kind: 'open_settings',
  label: 'Smaller pack…',
  setting: 'baleen.packBudgetTokens',
};
export const goOn: NoticeAction = { kind: 'continue', label: 'Continue' };
export const compact: NoticeAction = { kind: 'compact', label: 'Compact conversation' };
export const moreSteps: NoticeAction = { kind: 'open_settings', label: 'More steps…', setting: 'baleen.maxSteps' };
const caps: NoticeAction = { kind: 'open_settings', label: 'Caps…', setting: 'baleen.caps' };
const retry: NoticeAction = { kind: 'retry', label: 'Retry' };
const newSession: NoticeAction = { kind: 'new_session', label: 'New session' };
const baseUrl: NoticeAction = { kind: 'open_settings', label: 'Base URL…', setting: 'baleen.baseUrl' };

/** Absent: nothing but the user's own words helps. */
const actions: Partial<Record<FailureKind, NoticeAction>> = {
  key: { kind: 'set_key', label: 'Change key…' },
  overflow: compact,
  cap: caps,
  reasoning_missing: newSession,
  moderation: newSession,
  not_the_api: baseUrl,
  // Never one that accepts the certificate.
  tls: retry,
  network: retry,
  rate_limit: retry,
  server: retry,
  stalled: retry,
  cut: retry,
  malformed: retry,
  empty: retry,
  looping: retry,
};

export function noticeOf(failure: Failure, host: Pick<CatalogueHost, 'topUpUrl'>): EventOf<'notice'> {
  const { topUpUrl } = host;
  const topUp: NoticeAction | undefined =
    topUpUrl === undefined ? undefined : { kind: 'open_url', label: 'Top up…', url: topUpUrl };
  const action = failure.kind === 'balance' ? topUp : actions[failure.kind];
  const level = failure.kind === 'cap' ? 'warning' : 'error';
  const notice = { type: 'notice', level, text: failure.message } as const;
  return action === undefined ? notice : { ...notice, action };
}

export function outcomeOf({ kind }: Failure): Outcome {
  if (kind === 'overflow') return 'overflow';
  if (kind === 'cap') return 'cap_reached';
  return kind === 'key' || kind === 'balance' || kind === 'moderation' ? 'api_refused' : 'failed';
}
