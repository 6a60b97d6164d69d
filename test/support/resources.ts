/** What a test takes from the machine, and gives back when it is over. */

import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The context of a test, or of its `beforeEach`; `{ onTestFinished: afterAll }` for all tests of a file. */
export interface Test {
  readonly onTestFinished: (giveBack: () => void | Promise<void>) => void;
}

/** Path of an empty directory. */
export function useDirectory({ onTestFinished }: Test): string {
  const directory = mkdtempSync(join(tmpdir(), 'scanprogress-test-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** The port on loopback at which the server listens from now on. */
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
