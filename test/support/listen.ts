/** Servers on loopback. */

import type { AddressInfo, Server, Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import type { Test } from './directory.ts';

/** The port at which the server listens until the test is over; a concurrent test says which. */
export async function listenLocally(server: Server, test: Test = { onTestFinished }): Promise<number> {
  const { port, close } = await listenUntilClosed(server);
  test.onTestFinished(close);
  return port;
}

/** `close` cuts the connections, too. */
export async function listenUntilClosed(server: Server, wanted = 0) {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    // Tests break connections on purpose.
    socket.on('error', () => undefined);
  });
  const port = await listen(server, wanted);
  const close = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  };
  return { port, close };
}

export function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}
