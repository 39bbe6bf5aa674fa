/** Listens where a command may want to go, and notes what arrives. */
import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';

export interface Sinkhole {
  /** The same for TCP and UDP on 127.0.0.1. */
  port: number;
  /** What arrived: connections and datagrams. */
  arrived(): number;
  close(): Promise<void>;
}

export async function openSinkhole(): Promise<Sinkhole> {
  let arrived = 0;
  const tcp = createServer((socket) => {
    arrived++;
    socket.on('error', () => undefined).destroy();
  });
  await new Promise<void>((resolve) => tcp.listen(0, '127.0.0.1', resolve));
  const address = tcp.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const udp = createSocket('udp4', () => void arrived++);
  await new Promise<void>((resolve) => udp.bind(port, '127.0.0.1', resolve));
  return {
    port,
    arrived: () => arrived,
    async close() {
      await new Promise((resolve) => tcp.close(resolve));
      await new Promise<void>((resolve) => udp.close(resolve));
    },
  };
}
