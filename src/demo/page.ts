/**
 * Serves local-slack's page on loopback alone, and draws Slack's dates in it: the page shows `<!date^…>` as it is
 * written, where Slack's own clients show the time of day in the reader's time zone.
 */

import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';

export interface Page {
  readonly address: string;
  readonly close: () => Promise<void>;
}

interface PageOptions {
  /** local-slack's, such as `http://127.0.0.1:3000`. */
  readonly origin: string;
  /** 0 takes any free one. */
  readonly port: number;
  /** Called each time that somebody opens the page. */
  readonly onOpen?: () => void;
}

export async function servePage({ origin, port, onOpen = () => undefined }: PageOptions): Promise<Page> {
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
  return {
    address: `http://localhost:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
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
  const { method, url: path, headers } = incoming;
  // Compressed or not modified, there would be nothing to put the script into.
  const passed = { ...headers, 'accept-encoding': 'identity', 'cache-control': 'no-cache' };
  const fail = (): void => {
    if (outgoing.headersSent) outgoing.destroy();
    else outgoing.writeHead(502).end('the local Slack does not answer');
  };
  const asked = request({ ...upstream, method, path, headers: passed }, (answer) => {
    if (answer.headers['content-type']?.startsWith('text/html') === true) {
      sendWithScript(answer, outgoing).then(onOpen, fail);
    } else {
      answer.once('error', fail).pipe(outgoing.writeHead(answer.statusCode ?? 502, answer.headers));
    }
  });
  asked.on('error', fail);
  incoming.pipe(asked);
}

async function sendWithScript(answer: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk as Buffer);
  const html = Buffer.concat(chunks).toString('utf8');
  // A function, for the page's own code is full of `$&`.
  const page = Buffer.from(html.replace(/<head[^>]*>/, (head) => `${head}<script>${SCRIPT}</script>`));
  outgoing
    .writeHead(answer.statusCode ?? 502, { ...answer.headers, 'content-length': page.length })
    .end(page);
}

/** The page's WebSocket, byte for byte. */
function passThrough(upstream: Upstream, incoming: IncomingMessage, socket: Socket): void {
  const other = connect(upstream.port, upstream.host, () => {
    const lines = incoming.rawHeaders.flatMap((name, index, all) =>
      index % 2 === 0 ? [`${name}: ${all[index + 1] ?? ''}`] : [],
    );
    other.write(
      `${incoming.method ?? 'GET'} ${incoming.url ?? '/'} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`,
    );
    socket.pipe(other).pipe(socket);
  });
  other.on('error', () => socket.destroy());
  socket.on('error', () => other.destroy());
}

/** Runs in the page. Redrawing writes the text anew, so changes of text are watched, too. */
const SCRIPT = `
  const draw = (node) => {
    if (!node.data.includes('<!date^')) return;
    node.data = node.data.replace(/<!date\\^(\\d+)\\^([^|>]*)\\|[^>]*>/g, (token, seconds, format) => {
      const date = new Date(seconds * 1000);
      const day = date.toLocaleDateString([], { day: 'numeric', month: 'short' });
      const time = date.toLocaleTimeString([], { hour: 'numeric', minute: '2-digit' });
      return format
        .replace('{time_secs}', date.toLocaleTimeString())
        .replace('{time}', time)
        .replace('{date_short_pretty}', day);
    });
  };
  const drawAll = (root) => {
    if (root.nodeType === Node.TEXT_NODE) return draw(root);
    const texts = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    for (let node = texts.nextNode(); node; node = texts.nextNode()) draw(node);
  };
  new MutationObserver((changes) => {
    for (const { type, target, addedNodes } of changes) {
      if (type === 'characterData') draw(target);
      else addedNodes.forEach(drawAll);
    }
  }).observe(document, { childList: true, characterData: true, subtree: true });
`;
