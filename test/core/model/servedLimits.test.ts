import { describe, expect, it } from 'vitest';
import { findHost, serveModel } from '../../../src/core/model/catalogue.js';
import { adaptTo, readServedEntries } from '../../../src/core/model/servedLimits.js';

const model = serveModel(findHost('vllm')!, 'v4-flash')!;
const answering =
  (value: unknown): typeof fetch =>
  async () =>
    Response.json(value);
const read = (send: typeof fetch) => readServedEntries('http://127.0.0.1:8000/v1', '', send);

describe('api-9.1: what an own server says of itself', () => {
  it('is asked at its own address, without a key where there is none', async () => {
    const seen: unknown[] = [];
    const send: typeof fetch = async (input, init) => {
      seen.push(input instanceof URL ? input.href : input, new Headers(init?.headers).has('authorization'));
      return Response.json({ data: [{ id: 'flash', max_model_len: 131_072 }, { id: 'other' }, null, { id: 1 }] });
    };
    expect(await read(send)).toEqual([
      { id: 'flash', windowTokens: 131_072 },
      { id: 'other', windowTokens: undefined },
    ]);
    expect(seen).toEqual(['http://127.0.0.1:8000/v1/models', false]);
  });

  it.each([
    ['a page', async () => new Response('<html>', { headers: { 'content-type': 'text/html' } })],
    ['no such address', async () => new Response('{}', { status: 404 })],
    ['another form', answering({ models: [] })],
    ['no server', () => Promise.reject(new TypeError('fetch failed'))],
  ] as [string, typeof fetch][])('may be nothing: %s', async (_, send) => {
    expect(await read(send)).toBeUndefined();
  });

  it('one model is meant by whatever name it has; of several only the very name counts', () => {
    const entry = (id: string, windowTokens?: number) => ({ id, windowTokens });
    expect(adaptTo([entry('flash', 131_072)], model)).toEqual({ ...model, wireId: 'flash', windowTokens: 131_072 });
    expect(adaptTo([entry('flash'), entry('deepseek-flash')], model)).toBe(model);
    expect(adaptTo([entry('x'), entry(model.wireId, 200_000)], model)).toEqual({ ...model, windowTokens: 200_000 });
    expect(adaptTo([entry(model.wireId, 4_000_000)], model)).toEqual(model);
    expect(adaptTo([], model)).toBe(model);
  });
});
