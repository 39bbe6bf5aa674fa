import { describe, expect, it } from 'vitest';
import { catalogueModels, findHost, findModel, retirementNotice } from '../../../src/core/model/catalogue.js';
import { costOf, isPeak, priceOfSend, ratesAt, type Payer } from '../../../src/core/model/prices.js';
import type { CatalogueModel } from '../../../src/core/model/catalogue.js';

function model(id: string): CatalogueModel {
  const found = findModel(id);
  if (found === undefined) throw new Error(`no model ${id}`);
  return found;
}

describe('findModel', () => {
  it.each([
    ['v4-pro', 'v4-pro'],
    ['deepseek-v4-pro', 'v4-pro'],
    ['v4-flash', 'v4-flash'],
    ['deepseek-flash', 'v4-flash'],
    ['DeepSeek-V4-Flash', 'v4-flash'],
    ['deepseek-v4-flash-vision-exp', 'v4-flash'],
    ['deepseek-chat', 'v4-flash'],
    ['deepseek-reasoner', 'v4-flash'],
  ])('%s is %s', (name, id) => {
    expect(model(name).id).toBe(id);
  });

  it('knows nothing by resemblance', () => {
    expect(findModel('deepseek-v4')).toBeUndefined();
    expect(findModel('gpt-5')).toBeUndefined();
  });

  it('gives every name to one model only', () => {
    const names = catalogueModels.flatMap(({ id, aliases }) => [id, ...aliases]);
    expect(new Set(names).size).toBe(names.length);
  });

  it('tells of retired ids, and only of those', () => {
    expect(retirementNotice('deepseek-chat')).toContain('v4-flash');
    expect(retirementNotice('deepseek-v4-flash')).toBeUndefined();
  });

  it('knows where DeepSeek is', () => {
    expect(findHost('deepseek')?.baseUrls).toEqual({
      openai: 'https://api.deepseek.com',
      anthropic: 'https://api.deepseek.com/anthropic',
    });
  });
});

const payer = (id: string): Payer => ({ model: model(id), currency: 'USD', rehearsal: false });

describe('prices', () => {
  // 2026-11-23 is a Monday.
  it.each([
    ['2026-11-23T00:59:59Z', false],
    ['2026-11-23T01:00:00Z', true],
    ['2026-11-23T03:59:59Z', true],
    ['2026-11-23T04:00:00Z', false],
    ['2026-11-23T06:00:00Z', true],
    ['2026-11-23T09:59:59Z', true],
    ['2026-11-23T10:00:00Z', false],
    ['2026-11-27T09:00:00Z', true],
    ['2026-11-28T09:00:00Z', false],
    ['2026-11-29T02:00:00Z', false],
  ])('%s is peak: %s', (at, expected) => {
    expect(isPeak(Date.parse(at))).toBe(expected);
  });

  it('double at peak, for every model', () => {
    for (const { prices } of catalogueModels)
      for (const { peak, offPeak } of prices)
        for (const currency of ['USD', 'CNY'] as const)
          for (const at of [0, 1, 2] as const) expect(peak[currency][at]).toBeCloseTo(2 * offPeak[currency][at], 9);
  });

  it('of a pack of 600K tokens on Flash, off-peak: 9 cents cold, 0.18 cents warm', () => {
    const rates = ratesAt(payer('v4-flash'), Date.parse('2026-11-22T12:00:00Z'));
    const { first, further } = priceOfSend(600_000, rates);
    expect(first?.amount).toBeCloseTo(0.09, 6);
    expect(further?.amount).toBeCloseTo(0.0018, 6);
  });

  it('of a usage on Pro at peak', () => {
    const rates = ratesAt(payer('v4-pro'), Date.parse('2026-11-23T02:00:00Z'));
    const usage = { cacheHitTokens: 1_000_000, cacheMissTokens: 500_000, outputTokens: 10_000, reasoningTokens: 9_000 };
    expect(costOf(usage, rates)?.amount).toBeCloseTo(0.044 + 0.66 + 0.0396, 9);
  });

  it('before the first known date are those of that date, and not known without any', () => {
    const flash = model('v4-flash');
    expect(ratesAt(payer('v4-flash'), 0)?.miss).toBe(flash.prices[0]?.offPeak.USD[1]);
    expect(ratesAt({ ...payer('v4-flash'), model: { ...flash, prices: [] } }, 0)).toBeNull();
  });
});
