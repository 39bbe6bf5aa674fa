/** Price tags for the tests of the chat's page, as the extension sends them. */
import type { Money } from '../../src/protocol/money.js';
import type { PriceTag } from '../../src/protocol/priceTag.js';

const usd = (amount: number): Money => ({ amount, currency: 'USD' });

/** Of a message over a warm pack. */
export const warmTag: PriceTag = {
  tokens: 612_345,
  expectedHitTokens: 598_016,
  input: usd(0.0019),
  low: usd(0.0028),
  expected: usd(0.0031),
  high: usd(0.0042),
  worst: usd(0.19),
  primer: undefined,
};
