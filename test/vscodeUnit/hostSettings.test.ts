import { describe, expect, it } from 'vitest';
import { chooseHost } from '../../src/vscode/hostSettings.js';

const none = { host: 'deepseek', hosts: [], baseUrl: '', wire: 'openai' } as const;

describe('the host of the settings', () => {
  it('is DeepSeek unless another one is named', () => {
    expect(chooseHost(none)).toMatchObject({ host: { name: 'deepseek' }, baseUrl: 'https://api.deepseek.com' });
    expect(chooseHost({ ...none, host: undefined, hosts: undefined }).trouble).toBeUndefined();
    expect(chooseHost({ ...none, host: 'vllm' })).toMatchObject({ baseUrl: 'http://127.0.0.1:8000/v1' });
    expect(chooseHost({ ...none, baseUrl: ' https://proxy.example/ ' }).baseUrl).toBe('https://proxy.example');
  });

  it('may be one of the user’s own', () => {
    const hosts = [{ name: 'gpu', like: 'vllm', baseUrls: { openai: 'https://gpu.example/v1' } }];
    expect(chooseHost({ ...none, host: 'gpu', hosts })).toMatchObject({
      host: { name: 'gpu', operator: 'own server' },
      baseUrl: 'https://gpu.example/v1',
    });
  });

  it.each([
    ['an unknown name', { host: 'nobody' }, /baleen\.host names "nobody"/],
    [
      'an entry that is wrong',
      { host: 'gpu', hosts: [{ name: 'gpu', baseUrls: { openai: 'http://gpu' } }] },
      /gpu.*left out/,
    ],
    ['no address', { host: 'azure' }, /address of Azure.* is your own/],
    ['a wire that it has not', { host: 'vllm', wire: 'anthropic' }, /not offered over the anthropic wire/],
  ] as const)('with %s is a sentence, and never another host', (_name, given, sentence) => {
    expect(chooseHost({ ...none, ...given }).trouble).toMatch(sentence);
  });
});
