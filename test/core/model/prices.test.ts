import { describe, expect, it } from 'vitest';
import { findHost, modelsOf, serveModel } from '../../../src/core/model/catalogue.js';
import { holidaysKnownUntil } from '../../../src/core/model/holidays.js';
import { catalogueHosts } from '../../../src/core/model/hosts.js';
import { costOf, isPeak, priceOfSend, ratesAt, type Payer } from '../../../src/core/model/prices.js';
import type { Currency } from '../../../src/protocol/money.js';

const deepseek = findHost('deepseek')!;

function payer(id: string, currency: Currency = 'USD'): Payer {
  return { model: serveModel(deepseek, id)!, currency, rehearsal: false };
}

function ratesOf(id: string, at: string, currency: Currency = 'USD') {
  const rates = ratesAt(payer(id, currency), Date.parse(at));
  if (rates === null) throw new Error('no price');
  return [rates.hit, rates.miss, rates.output, rates.isPeak];
}

describe('api-9.19: peak hours', () => {
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
  ])('api-9.19: %s is peak: %s', (at, expected) => {
    expect(isPeak(Date.parse(at))).toBe(expected);
  });

  // The National Day holidays are Thursday to Wednesday; the Saturday after them is a working day in China.
  it.each([
    ['2026-09-30T02:00:00Z', true],
    ['2026-10-01T02:00:00Z', false],
    ['2026-10-07T09:00:00Z', false],
    ['2026-10-08T02:00:00Z', true],
    ['2026-10-10T02:00:00Z', false],
    ['2026-09-25T07:00:00Z', false],
    ['2026-02-23T07:00:00Z', false],
    ['2026-02-24T07:00:00Z', true],
  ])('api-9.19: with Chinese public holidays, %s is peak: %s', (at, expected) => {
    expect(isPeak(Date.parse(at))).toBe(expected);
  });

  it('api-9.19: beyond the known holidays a weekday is peak, so that no price is too low', () => {
    const newYear = Date.parse('2027-01-01T02:00:00Z');
    expect(holidaysKnownUntil < '2027-01-01').toBe(true);
    expect(isPeak(newYear)).toBe(true);
  });
});

describe('api-9.19: prices by date', () => {
  it.each([
    ['v4-flash', '2026-04-25T02:00:00Z', 'USD', [0.028, 0.14, 0.28, false]],
    ['v4-flash', '2026-04-26T12:14:59Z', 'USD', [0.028, 0.14, 0.28, false]],
    ['v4-flash', '2026-04-26T12:15:00Z', 'USD', [0.0028, 0.14, 0.28, false]],
    ['v4-flash', '2026-08-16T15:59:59Z', 'CNY', [0.02, 1, 2, false]],
    ['v4-flash', '2026-08-16T16:00:00Z', 'CNY', [0.05, 1.5, 4.5, false]],
    ['v4-flash', '2026-08-17T01:00:00Z', 'CNY', [0.1, 3, 9, true]],
    ['v4-flash', '2026-09-10T03:59:59Z', 'USD', [0.014, 0.44, 1.32, true]],
    ['v4-flash', '2026-09-10T04:00:00Z', 'USD', [0.003, 0.15, 0.6, false]],
    ['v4-flash', '2026-11-23T02:00:00Z', 'CNY', [0.04, 2, 8, true]],
    ['v4-pro', '2026-04-25T02:00:00Z', 'USD', [0.145, 1.74, 3.48, false]],
    ['v4-pro', '2026-08-16T15:59:59Z', 'USD', [0.003625, 0.435, 0.87, false]],
    ['v4-pro', '2026-08-16T16:00:00Z', 'USD', [0.022, 0.66, 1.98, false]],
    ['v4-pro', '2026-10-01T02:00:00Z', 'CNY', [0.15, 4.5, 13.5, false]],
    ['v4-pro', '2026-10-08T02:00:00Z', 'CNY', [0.3, 9, 27, true]],
  ] as const)('api-9.19: %s at %s in %s', (id, at, currency, expected) => {
    expect(ratesOf(id, at, currency)).toEqual(expected);
  });

  it('api-9.19: in its first week peak held at the weekend too', () => {
    expect(ratesOf('v4-pro', '2026-08-22T02:00:00Z')[3]).toBe(true);
    expect(ratesOf('v4-pro', '2026-08-23T02:00:00Z')[3]).toBe(false);
    expect(ratesOf('v4-pro', '2026-08-24T02:00:00Z')[3]).toBe(true);
  });

  it('periods follow each other, and peak is double, in every list that there is', () => {
    for (const { prices } of catalogueHosts.flatMap(modelsOf)) {
      const dates = prices.map(({ from }) => Date.parse(from));
      expect(dates).toEqual([...dates].sort((a, b) => a - b));
      for (const { peak, offPeak } of prices)
        for (const currency of ['USD', 'CNY'] as const)
          for (const at of peak === undefined ? [] : ([0, 1, 2] as const))
            expect(peak![currency]![at]).toBeCloseTo(2 * offPeak[currency]![at], 9);
    }
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

  it('before the first known date are those of that date', () => {
    expect(ratesOf('v4-flash', '1999-01-04T02:00:00Z')).toEqual([0.028, 0.14, 0.28, false]);
  });
});

describe('who is paid', () => {
  const now = Date.parse('2026-11-23T02:00:00Z');
  const ratesAtHost = (name: string, id: string, currency: Currency) =>
    ratesAt({ model: serveModel(findHost(name)!, id)!, currency, rehearsal: false }, now);

  it('an own server nobody, at any hour and in either currency', () => {
    for (const { name } of catalogueHosts.filter((host) => host.operator === 'own server'))
      for (const currency of ['USD', 'CNY'] as const)
        expect(ratesAtHost(name, 'v4-pro', currency)).toEqual({ currency, hit: 0, miss: 0, output: 0, isPeak: false });
  });

  it('another service by its own list, and where that is not known there is no sum at all', () => {
    expect(ratesAtHost('fireworks', 'v4-flash', 'USD')).toMatchObject({ hit: 0.007, miss: 0.22, output: 0.66 });
    expect(ratesAtHost('fireworks', 'v4-flash', 'CNY')).toBeNull();
    for (const name of ['openrouter', 'deepinfra', 'azure', 'ollama-cloud'])
      expect(ratesAtHost(name, 'v4-pro', 'USD')).toBeNull();
  });

  it('a rehearsal nobody', () => {
    expect(ratesAt({ ...payer('v4-pro'), rehearsal: true }, now)).toMatchObject({ miss: 0, isPeak: false });
  });
});
