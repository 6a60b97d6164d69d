/** Finds a free port of this machine. */

import { createServer } from 'node:net';

/** The first free port from `first` on; 0, which means any, if the next hundred are in use. */
export async function findFreePort(first: number): Promise<number> {
  for (let port = first; port < Math.min(first + 100, 65_536); port += 1) {
    if (await isFree(port)) return port;
  }
  return 0;
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    // On all interfaces, as local-slack will: a listener on any of them counts.
    probe.listen(port, () => probe.close(() => resolve(true)));
  });
}
