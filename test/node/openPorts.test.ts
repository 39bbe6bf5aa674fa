import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { findOpenPorts, parseListening } from '../../src/node/openPorts.js';

test('rows of listening sockets of /proc/net/tcp and tcp6', () => {
  const table = [
    '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode',
    '   0: 0100007F:0BB8 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1001 1 0',
    '   1: 0100007F:1F90 0100007F:D431 01 00000000:00000000 00:00000000 00000000     0        0 1002 1 0',
    '   2: 00000000000000000000000000000000:1F91 00000000000000000000000000000000:0000 0A 0:0 00:0 0 0 0 1003 1',
    '',
  ].join('\n');
  expect(parseListening(table)).toEqual([
    { port: 3000, inode: '1001' },
    { port: 8081, inode: '1003' },
  ]);
});

test('the ports of a process are its own, and gone when it has closed them', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  expect(await findOpenPorts([process.pid])).toContain(port);
  expect(await findOpenPorts([])).toEqual([]);
  expect(await findOpenPorts([process.ppid])).not.toContain(port);
  await new Promise((resolve) => server.close(resolve));
  expect(await findOpenPorts([process.pid])).not.toContain(port);
});
