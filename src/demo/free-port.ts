/** Looks for a port of this machine that nobody listens on. */

import { createServer } from 'node:net';

/** The first free one from `first` on; 0, which means any, where none of the next hundred is. */
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
