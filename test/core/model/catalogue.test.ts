import { describe, expect, it } from 'vitest';
import { parseHosts } from '../../../src/core/model/customHosts.js';
import {
  findHost,
  findModel,
  levelsOf,
  modelsOf,
  retirementNotice,
  serveModel,
  wiresOf,
} from '../../../src/core/model/catalogue.js';
import { catalogueHosts } from '../../../src/core/model/hosts.js';
import { catalogueModels } from '../../../src/core/model/models.js';

const deepseek = findHost('deepseek')!;

describe('api-9.1: ids', () => {
  it.each([
    ['v4-pro', 'v4-pro'],
    ['deepseek-v4-pro', 'v4-pro'],
    ['v4-flash', 'v4-flash'],
    ['deepseek-flash', 'v4-flash'],
    ['DeepSeek-V4-Flash', 'v4-flash'],
    ['deepseek-v4-flash-vision-exp', 'v4-flash'],
    ['deepseek-v4.1-flash', 'v4-flash'],
    ['deepseek-chat', 'v4-flash'],
    ['deepseek-reasoner', 'v4-flash'],
  ])('api-9.1: %s is %s', (name, id) => {
    expect(findModel(name)?.id).toBe(id);
  });

  it('api-9.1: nothing is known by resemblance', () => {
    for (const name of ['deepseek-v4', 'deepseek-v4-pro-max', 'v4', 'my-deepseek-flash', 'gpt-5', ''])
      for (const host of catalogueHosts) expect(serveModel(host, name), `${host.name} ${name}`).toBeUndefined();
  });

  it('gives every name to one model only', () => {
    const names = catalogueModels.flatMap(({ id, aliases }) => [id, ...aliases]);
    expect(new Set(names).size).toBe(names.length);
  });

  it('api-9.1: tells of retired ids, and only of those', () => {
    expect(retirementNotice('deepseek-chat')).toMatch(/2026-07-24.*v4-flash.*thinking off/);
    expect(retirementNotice('deepseek-reasoner')).toMatch(/thinking on/);
    for (const { id, aliases } of catalogueModels)
      for (const name of [id, ...aliases]) expect(retirementNotice(name)).toBeUndefined();
  });
});

describe('hosts', () => {
  it('knows where DeepSeek is, over both wires', () => {
    expect(deepseek.baseUrls).toEqual({
      openai: 'https://api.deepseek.com',
      anthropic: 'https://api.deepseek.com/anthropic',
    });
    expect(wiresOf(deepseek)).toEqual(['openai', 'anthropic']);
    expect(levelsOf(deepseek, 'openai', findModel('v4-pro')!)).toEqual(['off', 'low', 'high', 'max']);
  });

  it.each(catalogueHosts.map((host) => [host.name, host] as const))('%s is whole', (name, host) => {
    expect(findHost(name.toUpperCase())).toBe(host);
    expect(host.keyVariable).toMatch(/^[A-Z_]+_API_KEY$/);
    expect(host.jurisdiction === undefined).toBe(host.operator === 'own server');
    expect(host.needsKey).toBe(host.operator === 'service');
    for (const url of Object.values(host.baseUrls)) {
      if (url === null) continue;
      expect(url).toMatch(host.operator === 'service' ? /^https:\/\/.*[^/]$/ : /^http:\/\/127\.0\.0\.1:\d+\/v1$/);
    }
    expect(modelsOf(host).map(({ id }) => id)).toEqual(['v4-pro', 'v4-flash']);
    for (const model of modelsOf(host)) {
      expect(serveModel(host, model.wireId)).toEqual(model);
      expect(serveModel(host, model.id)).toEqual(model);
      expect(model.maxOutputTokens).toBeLessThan(model.windowTokens);
    }
    expect(host.dialect.reads.length * host.dialect.echoes.length).toBeGreaterThan(0);
  });

  it('gives a model the name that it has there', () => {
    const wireIds = ['deepseek', 'openrouter', 'vllm', 'fireworks'].map(
      (name) => serveModel(findHost(name)!, 'deepseek-flash')!.wireId,
    );
    expect(wireIds).toEqual([
      'deepseek-flash',
      'deepseek/deepseek-v4.1-flash',
      'deepseek-ai/DeepSeek-V4-Flash',
      'accounts/fireworks/models/deepseek-v4p1-flash',
    ]);
  });
});

describe('hosts of the user', () => {
  const only = (entry: unknown) => parseHosts([entry]);

  it('leaves the catalogue as it is where there are none', () => {
    expect(parseHosts(undefined)).toEqual({ hosts: catalogueHosts, complaints: [] });
    expect(parseHosts([])).toEqual({ hosts: catalogueHosts, complaints: [] });
  });

  it('takes a server of one’s own, with its own window, names and nothing to pay', () => {
    const { hosts, complaints } = only({
      name: 'cluster',
      label: 'Our cluster',
      like: 'vllm',
      baseUrls: { openai: 'https://llm.example.com/v1/' },
      jurisdiction: 'Germany',
      models: [{ id: 'v4-flash', wireId: 'flash', windowTokens: 393_216, maxOutputTokens: 65_536 }],
    });
    expect(complaints).toEqual([]);
    const host = findHost('cluster', hosts)!;
    expect(host).toMatchObject({
      label: 'Our cluster',
      operator: 'own server',
      jurisdiction: 'Germany',
      baseUrls: { openai: 'https://llm.example.com/v1' },
      dialect: findHost('vllm')!.dialect,
      needsKey: false,
      primerMayPay: false,
    });
    const served = serveModel(host, 'deepseek-v4-flash')!;
    expect(served).toMatchObject({ wireId: 'flash', windowTokens: 393_216, maxOutputTokens: 65_536, id: 'v4-flash' });
    expect(served.prices.at(-1)!.offPeak.USD).toEqual([0, 0, 0]);
    expect(hosts).toHaveLength(catalogueHosts.length + 1);
  });

  it('puts prices of the user in the place of the catalogue’s, and no others', () => {
    const { hosts } = only({ name: 'deepseek', models: [{ id: 'v4-pro', prices: { USD: [1, 2, 3] } }] });
    const host = findHost('deepseek', hosts)!;
    expect(hosts).toHaveLength(catalogueHosts.length);
    expect(serveModel(host, 'v4-pro')!.prices).toMatchObject([{ offPeak: { USD: [1, 2, 3] } }]);
    expect(serveModel(host, 'v4-flash')!.prices).toBe(serveModel(deepseek, 'v4-flash')!.prices);
    expect(host).toMatchObject({ baseUrls: deepseek.baseUrls, jurisdiction: 'China', primerMayPay: true });
  });

  it('says nothing of prices and law where a known host is only spoken like', () => {
    const { hosts } = only({ name: 'gateway', like: 'deepseek', baseUrls: { openai: 'https://gateway.example.com' } });
    const host = findHost('gateway', hosts)!;
    expect(host.jurisdiction).toBeUndefined();
    expect(modelsOf(host).map(({ prices }) => prices)).toEqual([[], []]);
    expect(wiresOf(host)).toEqual(['openai']);
  });

  it('takes a model that the catalogue does not have', () => {
    const entry = { id: 'v5', label: 'V5', windowTokens: 2_000_000, maxOutputTokens: 100_000 };
    const { hosts, complaints } = only({ name: 'lab', like: 'sglang', models: [entry] });
    expect(complaints).toEqual([]);
    expect(serveModel(findHost('lab', hosts)!, 'V5')).toMatchObject({ ...entry, wireId: 'v5' });
    expect(findModel('v5')).toBeUndefined();
  });

  it('takes a dialect of its own', () => {
    const dialect = {
      reads: ['reasoning'],
      echoes: ['reasoning'],
      switch: 'thinking boolean',
      efforts: { off: null, high: 'high' },
    };
    const { hosts } = only({ name: 'odd', like: 'vllm', ...dialect });
    const host = findHost('odd', hosts)!;
    expect(host.dialect).toMatchObject(dialect);
    expect(levelsOf(host, 'openai', findModel('v4-pro')!)).toEqual(['off', 'high']);
  });

  it.each([
    [{ name: 'x y' }, /"x y" is left out: name: may only have a-z/],
    [{ name: 'a', like: 'nobody' }, /"a" is left out: its "like" must name .* deepseek, openrouter/],
    [{ like: 'vllm' }, /number 1 is left out: name: /],
    [{ name: 'a', like: 'vllm', baseUrls: { openai: 'http://llm.example.com' } }, /baseUrls\.openai: is no https/],
    [{ name: 'a', like: 'vllm', baseUrls: { openai: 'https://u:p@llm.example.com' } }, /is no https address/],
    [{ name: 'a', like: 'vllm', prices: { USD: [1, 2] } }, /prices\.USD/],
    [{ name: 'a', like: 'vllm', prices: { USD: [1, -2, 3] } }, /prices\.USD\.1/],
    [{ name: 'a', like: 'vllm', models: [{ id: 'v9' }] }, /its model "v9" is not known, so windowTokens/],
    [{ name: 'a', like: 'vllm', apiKey: 'sk-1' }, /apiKey/],
    [{ name: 'a', like: 'vllm', keyVariable: 'a b' }, /keyVariable: is no name of a variable/],
    ['vllm', /number 1 is left out/],
  ])('leaves out %j with a sentence', (entry, complaint) => {
    const { hosts, complaints } = only(entry);
    expect(hosts).toEqual(catalogueHosts);
    expect(complaints).toHaveLength(1);
    expect(complaints[0]).toMatch(complaint);
    expect(complaints[0]).toMatch(/^Host .*\.$/);
  });

  it('keeps the others when one is wrong, and the first of two with one name', () => {
    const entries = [{ name: 'a', like: 'vllm', label: 'first' }, { name: 'A' }, { name: 'a', like: 'sglang' }];
    const { hosts, complaints } = parseHosts(entries);
    expect(findHost('a', hosts)?.label).toBe('first');
    expect(complaints).toHaveLength(2);
    expect(parseHosts('nonsense')).toEqual({ hosts: catalogueHosts, complaints: [expect.stringMatching(/no list/)] });
  });
});
