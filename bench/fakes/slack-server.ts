/** The part of Slack that the measured programs call, at little cost: it shares the machine with them. */

import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { listenUntilClosed } from '../../test/support/listen.ts';
import {
  acceptWebSocket,
  type WebSocketPeer,
} from '../../test/support/fake-slack/socket/fake-slack-websocket.ts';

interface SlackServerOptions {
  /** A call of the Web API; what comes back is merged into the response. */
  readonly onCall?: (method: string, body: string) => object | undefined;
  /** A reply at the response_url of this envelope. */
  readonly onRespond?: (envelope: string) => void;
  readonly onAck?: (envelope: string, payload: unknown) => void;
}

export interface SlackServer {
  readonly port: number;
  /** Those that are open, the oldest first. */
  readonly sockets: () => readonly WebSocketPeer[];
  /** `/scanprogress text` over that socket; returns the envelope's id. */
  readonly command: (socket: WebSocketPeer, text: string, channel?: string) => string;
  readonly close: () => Promise<void>;
}

export async function startSlackServer({
  onCall,
  onRespond,
  onAck,
}: SlackServerOptions): Promise<SlackServer> {
  const sockets = new Set<WebSocketPeer>();
  let count = 0;
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const [, area, name = ''] = (request.url ?? '').split(/[/?]/);
      const method = name;
      if (area === 'respond') onRespond?.(method);
      const answer =
        area === 'respond'
          ? 'ok'
          : JSON.stringify({ ...toAnswer(method), ...onCall?.(method, Buffer.concat(parts).toString()) });
      response.writeHead(200, {
        'content-type': area === 'respond' ? 'text/plain' : 'application/json; charset=utf-8',
        'content-length': Buffer.byteLength(answer),
      });
      response.end(answer);
    });
  });
  const toAnswer = (method: string): object => {
    count += 1;
    if (method === 'auth.test') return IDENTITY;
    if (method === 'apps.connections.open')
      return { ok: true, url: `ws://127.0.0.1:${port}/link/?ticket=${count}` };
    if (method === 'conversations.info') return { ok: true, channel: { id: 'C0001', is_member: true } };
    if (method.startsWith('conversations.')) return { ok: true, messages: [] };
    const ts = `${Math.floor(Date.now() / 1000)}.${String(count % 1_000_000).padStart(6, '0')}`;
    return { ok: true, ts, channel: 'C0001', message: {} };
  };
  server.on('upgrade', (request, socket) => {
    const peer = acceptWebSocket(request, socket, {
      text: (text) => {
        const { envelope_id, payload } = JSON.parse(text) as { envelope_id: string; payload: unknown };
        onAck?.(envelope_id, payload);
      },
      closed: () => sockets.delete(peer),
    });
    sockets.add(peer);
    peer.send(HELLO);
    const pings = setInterval(() => peer.ping(), 5_000).unref();
    socket.on('close', () => clearInterval(pings));
  });
  server.keepAliveTimeout = 120_000;
  const { port, close } = await listenUntilClosed(server);
  return {
    port,
    sockets: () => [...sockets],
    command: (socket, text, channel = 'C0001') => {
      const id = `e${(count += 1)}`;
      const payload = toCommand({ id, text, channel, port });
      const accepts_response_payload = true;
      socket.send(
        JSON.stringify({ type: 'slash_commands', envelope_id: id, payload, accepts_response_payload }),
      );
      return id;
    },
    close,
  };
}

const IDENTITY = {
  ok: true,
  url: 'https://t.slack.com/',
  team: 'T',
  user: 'bot',
  team_id: 'T0001',
  user_id: 'U0BOT',
  bot_id: 'B0BOT',
  is_enterprise_install: false,
};

const HELLO = JSON.stringify({
  type: 'hello',
  num_connections: 1,
  debug_info: { host: 'bench', build_number: 1, approximate_connection_time: 18_060 },
  connection_info: { app_id: 'A0001' },
});

/** The fields of a slash command, as over a socket and in a form. */
export function toCommand(given: { id: string; text: string; channel: string; port: number }) {
  return {
    token: 'x',
    team_id: 'T0001',
    team_domain: 'acme',
    channel_id: given.channel,
    channel_name: 'sec',
    user_id: 'U0001',
    user_name: 'alice',
    command: '/scanprogress',
    text: given.text,
    api_app_id: 'A0001',
    is_enterprise_install: 'false',
    response_url: `http://127.0.0.1:${given.port}/respond/${given.id}`,
    trigger_id: randomUUID(),
  };
}
