/** API-27: the built program against TLS servers whose certificates are wrong in every way; nothing lets them pass. */
import { createServer as createPlain, type AddressInfo } from 'node:net';
import { createServer } from 'node:https';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generate } from 'selfsigned';
import { afterEach, beforeAll, expect, it } from 'vitest';
import { failureOfEvents, ask, clientOf, requestOf } from './support.js';
import { makeStateHome, runCli } from '../../cli/cli.js';
import { makeSmallRepository } from '../../support/smallRepository.js';

const dayMs = 86_400_000;
const ended: (() => void)[] = [];
let authority: Awaited<ReturnType<typeof generate>>;
let folder: string;
let authorityFile: string;

beforeAll(async () => {
  authority = await generate([{ name: 'commonName', value: 'Authority of the test' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [{ name: 'basicConstraints', cA: true, critical: true }],
  });
  folder = await makeSmallRepository();
  authorityFile = join(mkdtempSync(join(tmpdir(), 'baleen-ca-')), 'ca.pem');
  writeFileSync(authorityFile, authority.cert);
  return () => rmSync(folder, { recursive: true, force: true });
});

afterEach(() => {
  for (const end of ended.splice(0)) end();
});

interface Wanted {
  host?: string;
  isExpired?: boolean;
  isOwn?: boolean;
}

async function startTls({ host = 'localhost', isExpired = false, isOwn = false }: Wanted) {
  const made = await generate([{ name: 'commonName', value: host }], {
    keyType: 'ec',
    algorithm: 'sha256',
    notBeforeDate: new Date(Date.now() - 20 * dayMs),
    notAfterDate: new Date(Date.now() + (isExpired ? -dayMs : dayMs)),
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: host }] }],
    ...(isOwn ? {} : { ca: { key: authority.private, cert: authority.cert } }),
  });
  let received = 0;
  const server = createServer({ key: made.private, cert: made.cert }, (_, response) => {
    received++;
    response.writeHead(503, { 'content-type': 'application/json' }).end('{"error":{"message":"busy"}}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ended.push(() => void server.close().closeAllConnections());
  return { baseUrl: `https://localhost:${(server.address() as AddressInfo).port}`, received: () => received };
}

it.each([
  ['expired', { isExpired: true }, 'CERT_HAS_EXPIRED'],
  ['for another host', { host: 'other.example' }, 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ['self-signed', { isOwn: true }, 'DEPTH_ZERO_SELF_SIGNED_CERT'],
] as const)(
  'API-27: a certificate that is %s is named, sends nothing and is not tried again',
  async (_, wanted, code) => {
    const server = await startTls(wanted);
    const run = await runCli(['ask', 'Hello?', '--json', '--base-url', server.baseUrl], {
      cwd: folder,
      stateHome: makeStateHome(),
      env: { DEEPSEEK_API_KEY: 'sk-of-the-test-0123456789', NODE_EXTRA_CA_CERTS: authorityFile },
    });
    const [notice] = run.ofType('notice');
    expect(notice?.text).toContain(code);
    expect(notice?.text).toContain('nothing was sent');
    expect(run.ofType('step_retry')).toEqual([]);
    expect(run.ofType('turn_end')[0]?.outcome).toBe('failed');
    expect(server.received()).toBe(0);
  },
);

it('API-27: a connection that is cut in the handshake is tried again', async () => {
  const server = createPlain((socket) => socket.once('data', () => socket.destroy()));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ended.push(() => void server.close());
  const baseUrl = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  expect(failureOfEvents(await ask(clientOf(), requestOf({ baseUrl })))).toMatchObject({
    kind: 'network',
    retryable: true,
  });
});
