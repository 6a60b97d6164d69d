/** An HTTP proxy that makes tunnels (CONNECT) and nothing else, and remembers where to. */

import { createServer } from 'node:http';
import { connect, type Socket } from 'node:net';
import { listenUntilClosed } from './listen.ts';

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
    upstream.on('error', () => undefined).once('close', () => client.destroy());
    client.once('close', () => upstream.destroy());
  });
  return { tunnels, ...(await listenUntilClosed(server)) };
}
