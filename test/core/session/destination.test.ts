import { describe, expect, it, test } from 'vitest';
import { findHost } from '../../../src/core/model/catalogue.js';
import { originOf } from '../../../src/core/model/origin.js';
import { hostAt, leavesMachine, refuseHost } from '../../../src/core/session/destination.js';

const by = 'the setting baleen.allowedHosts';

describe('an organisation’s list of hosts', () => {
  it.each([
    ['https://llm.example', ['https://llm.example']],
    ['https://llm.example', ['https://LLM.example/v1/']],
    ['https://llm.example:8443', ['llm.example']],
    ['https://llm.example:8443', ['llm.example:8443']],
    ['https://eu.llm.example', ['*.llm.example']],
    ['https://b.example', ['a.example', ' b.example ']],
    ['https://any.example', []],
  ])('lets %s go by %j', (origin, hosts) => expect(refuseHost(origin, [{ hosts, by }])).toBeUndefined());

  it.each([
    ['https://llm.example.evil', ['llm.example']],
    ['https://evilllm.example', ['*.llm.example', 'llm.example']],
    ['https://llm.example', ['*.llm.example']],
    ['https://llm.example:8443', ['https://llm.example']],
    ['http://llm.example', ['https://llm.example']],
    ['https://llm.example', ['not an address at all://']],
    ['http://127.0.0.1:8000', ['api.deepseek.com']],
  ])('refuses %s by %j', (origin, hosts) => {
    const sentence = refuseHost(origin, [{ hosts, by }]);
    expect(sentence).toContain(origin);
    expect(sentence).toContain(by);
  });

  it('counts every list: the machine’s beside the setting', () => {
    const both = [
      { hosts: ['a.example', 'b.example'], by },
      { hosts: ['a.example'], by: 'the environment variable BALEEN_ALLOWED_HOSTS' },
    ];
    expect(refuseHost('https://a.example', both)).toBeUndefined();
    expect(refuseHost('https://b.example', both)).toContain('BALEEN_ALLOWED_HOSTS');
  });
});

test('a base URL elsewhere has not the chosen host’s name and law', () => {
  const deepseek = findHost('deepseek')!;
  expect(hostAt('https://api.deepseek.com', deepseek)).toBe(deepseek);
  expect(hostAt('https://proxy.example', deepseek)).toBeUndefined();
  const [vllm, azure] = [findHost('vllm')!, findHost('azure')!];
  expect(hostAt('https://gpu.example', vllm)).toBe(vllm);
  expect(hostAt('https://mine.example', azure)).toBe(azure);
  expect(hostAt('https://api.deepseek.com', vllm)).toBe(deepseek);
});

test('what is no address has no origin, and loopback does not leave the machine', () => {
  expect(['', 'x', 'file:///etc', 'data:a'].map(originOf)).toEqual([undefined, undefined, undefined, undefined]);
  expect(['http://localhost:1', 'http://[::1]:1', 'http://127.9.9.9'].some(leavesMachine)).toBe(false);
  expect(['https://localhost.evil', 'http://0x7f.1.example', 'http://10.0.0.1'].every(leavesMachine)).toBe(true);
});
