/** An HTTP proxy that makes tunnels (CONNECT) and nothing else, and remembers where to. */

import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';

export interface ConnectProxy {
  readonly port: number;
  /** Requested authorities, in order. */
  readonly tunnels: readonly string[];
  readonly close: () => Promise<void>;
}

/** `authorization`: what it requires; `refuseWith`: a status for all requests. */
export async function startConnectProxy(
  options: { authorization?: string; refuseWith?: number } = {},
): Promise<ConnectProxy> {
  const tunnels: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((_request, response) => response.writeHead(405).end());
  server.on('connect', (request, client: Socket) => {
    const isKnown = request.headers['proxy-authorization'] === options.authorization;
    const refusal = options.refuseWith ?? (isKnown ? null : 407);
    tunnels.push(request.url ?? '');
    if (refusal !== null) {
      client.end(`HTTP/1.1 ${refusal} No\r\n\r\n`);
      return;
    }
    const { hostname, port } = new URL(`http://${request.url ?? ''}`);
    const upstream = connect(Number(port === '' ? 80 : port), hostname, () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      client.pipe(upstream).pipe(client);
    });
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket
        .on('error', () => undefined)
        .once('close', () => {
          sockets.delete(socket);
          client.destroy();
          upstream.destroy();
        });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    tunnels,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
