/** Servers on loopback. */

import type { AddressInfo, Server } from 'node:net';
import type { Test } from './directory.ts';

/** The port at which the server listens until the test is over. */
export async function listenLocally(server: Server, { onTestFinished }: Test): Promise<number> {
  const port = await listen(server, 0);
  onTestFinished(() => {
    server.close();
    if ('closeAllConnections' in server) (server.closeAllConnections as () => void)();
  });
  return port;
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
