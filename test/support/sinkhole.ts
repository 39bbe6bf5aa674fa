/** A loopback listener that nothing may reach: it counts whatever arrives. */
import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';

export interface Sinkhole {
  /** The same for TCP and UDP on 127.0.0.1. */
  port: number;
  url: string;
  /** Connections and datagrams so far. */
  hits(): number;
  close(): Promise<void>;
}

export async function openSinkhole(): Promise<Sinkhole> {
  let hits = 0;
  const tcp = createServer((socket) => {
    hits++;
    socket.on('error', () => undefined).destroy();
  });
  await new Promise<void>((resolve) => tcp.listen(0, '127.0.0.1', resolve));
  const address = tcp.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const udp = createSocket('udp4', () => void hits++);
  await new Promise<void>((resolve) => udp.bind(port, '127.0.0.1', resolve));
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    hits: () => hits,
    async close() {
      await new Promise((resolve) => tcp.close(resolve));
      await new Promise<void>((resolve) => udp.close(resolve));
    },
  };
}
