import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createRehearsalFetch } from '../../src/rehearsal/rehearsalFetch.js';
import { createRehearsalThread, type RehearsalThread } from '../../src/vscode/rehearsalThread.js';
import { programFolder } from '../support/workspace.js';

const url = 'https://api.deepseek.com/chat/completions';
let thread: RehearsalThread;

beforeEach(() => {
  thread = createRehearsalThread(join(programFolder, 'rehearsal.cjs'));
});
afterEach(() => thread.dispose());

function request(signal?: AbortSignal): RequestInit {
  const body = JSON.stringify({
    model: 'deepseek-flash',
    stream: true,
    messages: [{ role: 'user', content: 'Hello' }],
  });
  const headers = { 'content-type': 'application/json', authorization: 'Bearer none' };
  return { method: 'POST', headers, body: new TextEncoder().encode(body), ...(signal === undefined ? {} : { signal }) };
}

/** Times and ids differ from answer to answer. */
function withoutIdentity(text: string): string {
  return text.replace(/"(id|created)":("[^"]*"|\d+)/g, '"$1":0');
}

it('answers what the rehearsal answers in process: status, headers and every event of the stream', async () => {
  const [here, there] = await Promise.all([createRehearsalFetch()(url, request()), thread.fetch(url, request())]);
  expect(there.status).toBe(here.status);
  expect(there.headers.get('content-type')).toBe(here.headers.get('content-type'));
  expect(withoutIdentity(await there.text())).toBe(withoutIdentity(await here.text()));
  const models = await thread.fetch('https://api.deepseek.com/models', { method: 'GET' });
  expect(await models.json()).toHaveProperty('data');
  expect((await thread.fetch('https://api.deepseek.com/elsewhere')).status).toBe(404);
});

it('is stopped by its signal, before and during the answer, and goes on with the next', async () => {
  await expect(thread.fetch(url, request(AbortSignal.abort()))).rejects.toMatchObject({ name: 'AbortError' });
  const abort = new AbortController();
  const stopped = thread.fetch(url, request(abort.signal));
  abort.abort();
  await expect(stopped.then((response) => response.text())).rejects.toMatchObject({ name: 'AbortError' });
  expect(await (await thread.fetch(url, request())).text()).toContain('[DONE]');
});

it('fails what is under way when the thread is gone, and starts another', async () => {
  const lost = createRehearsalThread(join(programFolder, 'no-such-file.cjs'));
  await expect(lost.fetch(url, request())).rejects.toThrow(/no-such-file/);
  const asked = thread.fetch(url, request());
  thread.dispose();
  await expect(asked.then((response) => response.text())).rejects.toMatchObject({ name: 'AbortError' });
  expect((await thread.fetch(url, request())).status).toBe(200);
  lost.dispose();
});
