/**
 * A proxy in front of local-slack on loopback, for its page and the bot, which corrects differences to Slack: what the
 * page shows, and the payloads of clicks on App Home.
 */

import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';

import { changeTexts, fixHomeClick } from './bot-socket.ts';
import { withDrawings } from './page-drawings.ts';

export interface SlackProxy {
  /** Of the page. */
  readonly address: string;
  /** The bot's SLACK_API_URL. */
  readonly apiUrl: string;
  readonly close: () => Promise<void>;
}

interface ProxyOptions {
  /** local-slack's, such as `http://127.0.0.1:3000`. */
  readonly origin: string;
  /** 0 for any free port. */
  readonly port: number;
  /** Called whenever the page is opened. */
  readonly onOpen?: () => void;
}

export async function serveSlack({
  origin,
  port,
  onOpen = () => undefined,
}: ProxyOptions): Promise<SlackProxy> {
  const { hostname, port: originPort } = new URL(origin);
  const upstream = { host: hostname, port: Number(originPort) };
  const sockets = new Set<Socket>();
  const server = createServer((incoming, outgoing) => forward({ ...upstream, onOpen }, incoming, outgoing));
  server.on('upgrade', (incoming, socket: Socket) => passThrough(upstream, incoming, socket));
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const { port: ownPort } = server.address() as AddressInfo;
  return {
    address: `http://localhost:${ownPort}`,
    apiUrl: `http://127.0.0.1:${ownPort}/api/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        // close() alone would wait for the WebSockets, which stay open.
        for (const socket of sockets) socket.destroy();
      }),
  };
}

interface Upstream {
  readonly host: string;
  readonly port: number;
}

function forward(
  { onOpen, ...upstream }: Upstream & { readonly onOpen: () => void },
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): void {
  const { method, url: path = '/', headers } = incoming;
  // A compressed or unmodified response has no page to insert the script into.
  const passed = { ...headers, 'accept-encoding': 'identity', 'cache-control': 'no-cache' };
  const fail = (): void => {
    if (outgoing.headersSent) outgoing.destroy();
    else outgoing.writeHead(502).end('the local Slack does not answer');
  };
  const forwarded = request({ ...upstream, method, path, headers: passed }, (response) => {
    const isPage = response.headers['content-type']?.startsWith('text/html') === true;
    if (isPage) {
      sendChanged({ response, outgoing }, withDrawings).then(onOpen, fail);
    } else if (path.startsWith('/api/apps.connections.open')) {
      sendChanged({ response, outgoing }, (body) => throughHere(body, upstream, incoming)).catch(fail);
    } else {
      response.once('error', fail).pipe(outgoing.writeHead(response.statusCode ?? 502, response.headers));
    }
  });
  forwarded.on('error', fail);
  incoming.pipe(forwarded);
}

interface Proxied {
  readonly response: IncomingMessage;
  readonly outgoing: ServerResponse;
}

async function sendChanged({ response, outgoing }: Proxied, change: (body: string) => string): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  const body = Buffer.from(change(Buffer.concat(chunks).toString('utf8')));
  outgoing
    .writeHead(response.statusCode ?? 502, { ...response.headers, 'content-length': body.length })
    .end(body);
}

/** URLs of sockets and replies: the bot sends only to the host of its API. */
function throughHere(text: string, { host, port }: Upstream, { headers }: IncomingMessage): string {
  return text.replaceAll(`//${host}:${port}`, `//${headers.host ?? ''}`);
}

/** WebSockets of the page and of the bot. */
function passThrough(upstream: Upstream, incoming: IncomingMessage, socket: Socket): void {
  const headers = { ...incoming.headers };
  // Compressed frames could not be parsed.
  delete headers['sec-websocket-extensions'];
  const forwarded = request({ ...upstream, path: incoming.url, headers });
  const isOfBot = incoming.url?.startsWith('/socket/') === true;
  forwarded.on('upgrade', (response, other, head) => {
    const lines = Object.entries(response.headers).map(([name, value]) => `${name}: ${String(value)}\r\n`);
    // Node has parsed this handshake, so it is written again.
    socket.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join('')}\r\n`);
    join(socket, other);
    socket.pipe(other);
    const change = (text: string): string => fixHomeClick(throughHere(text, upstream, incoming));
    const frames: Duplex = isOfBot ? other.pipe(changeTexts(change)) : other;
    // Frames that arrived together with the handshake.
    if (head.length > 0) other.unshift(head);
    frames.pipe(socket);
  });
  forwarded.on('response', () => socket.destroy());
  forwarded.on('error', () => socket.destroy());
  socket.on('error', () => forwarded.destroy());
  forwarded.end();
}

/** Closes both together. */
function join(socket: Duplex, other: Duplex): void {
  socket.on('close', () => other.destroy()).on('error', () => other.destroy());
  other.on('close', () => socket.destroy()).on('error', () => socket.destroy());
}
