import type { Outcome } from '../protocol/events.js';

export function exitCodeOf(outcome: Outcome): number {
  switch (outcome) {
    case 'done':
      return 0;
    case 'failed':
      return 1;
    case 'bad_usage':
      return 2;
    case 'verification_failed':
      return 3;
    case 'cap_reached':
      return 4;
    case 'refused':
      return 5;
    case 'overflow':
      return 6;
    case 'api_refused':
      return 7;
    case 'findings':
      return 8;
    case 'cancelled':
      return 130;
  }
}
