/** A loopback server that nothing may reach. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Sinkhole {
  url: string;
  /** Requests so far. */
  hits(): number;
  close(): Promise<void>;
}

export async function openSinkhole(): Promise<Sinkhole> {
  let hits = 0;
  const server = createServer((_, response) => {
    hits++;
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    hits: () => hits,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
