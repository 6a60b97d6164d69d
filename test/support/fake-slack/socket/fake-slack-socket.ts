/** Socket Mode: tickets, hello, every envelope to one of the connections, acknowledgements. */

import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

import { isRecord } from '../fake-slack-arguments.ts';
import type { Ack, Envelope } from './fake-slack-envelopes.ts';
import { acceptWebSocket, type WebSocketPeer } from './fake-slack-websocket.ts';

export interface SocketServer {
  /** What later connections lack: the response to the upgrade, the hello, the pongs, the disconnect. */
  withheld: 'upgrade' | 'hello' | 'pong' | 'farewell' | null;
  connections(): number;
  /** `refresh_requested`, `warning` or `link_disabled`; to one connection, or to all of them. */
  disconnect(reason: string, index?: number): void;
  /** Every connection breaks without a farewell. */
  drop(): void;
  ping(): void;
}

export interface SocketDelivery extends SocketServer {
  createTicket(): string;
  upgrade(request: IncomingMessage, socket: Duplex): void;
  deliver(envelope: Envelope): Promise<Ack | null>;
}

interface Connection {
  readonly peer: WebSocketPeer;
  readonly waiting: Map<string, (ack: Ack | null) => void>;
}

export function createSocketServer(options: {
  readonly now: () => number;
  readonly appId: string;
}): SocketDelivery {
  const tickets = new Set<string>();
  const held = new Set<Duplex>();
  let connections: readonly Connection[] = [];
  let turn = 0;

  const accept = (request: IncomingMessage, socket: Duplex) => {
    const connection: Connection = {
      waiting: new Map(),
      peer: acceptWebSocket(request, socket, {
        text: (text) => acknowledge(connection, text, options.now()),
        closed: () => {
          connections = connections.filter((one) => one !== connection);
          for (const resolve of connection.waiting.values()) resolve(null);
        },
      }),
    };
    connections = [...connections, connection];
    connection.peer.answersPings = server.withheld !== 'pong';
    connection.peer.answersClose = server.withheld !== 'farewell';
    if (server.withheld !== 'hello') connection.peer.send(toHello(connections.length, options.appId));
  };

  const server: SocketDelivery = {
    withheld: null,
    connections: () => connections.length,
    createTicket: () => {
      const ticket = randomUUID();
      tickets.add(ticket);
      return ticket;
    },
    upgrade: (request, socket) => {
      const ticket = new URL(request.url ?? '', 'ws://fake').searchParams.get('ticket') ?? '';
      if (server.withheld === 'upgrade') return void held.add(socket);
      if (!tickets.delete(ticket)) return void socket.end('HTTP/1.1 401 Unauthorized\r\n\r\n');
      accept(request, socket);
    },
    deliver: (envelope) => {
      const connection = connections[turn++ % Math.max(connections.length, 1)];
      return connection === undefined ? Promise.resolve(null) : send(connection, envelope);
    },
    disconnect: (reason, index) => {
      const text = JSON.stringify({ type: 'disconnect', reason, debug_info: { host: 'fake' } });
      for (const one of connections.filter((_, at) => index === undefined || at === index))
        one.peer.send(text);
    },
    drop: () => {
      for (const one of connections) one.peer.destroy();
      for (const socket of held) socket.destroy();
    },
    ping: () => {
      for (const one of connections) one.peer.ping();
    },
  };
  return server;
}

function toHello(count: number, appId: string): string {
  return JSON.stringify({
    type: 'hello',
    num_connections: count,
    debug_info: { host: 'fake', build_number: 1, approximate_connection_time: 18_060 },
    connection_info: { app_id: appId },
  });
}

function send(connection: Connection, { id, type, payload, retry }: Envelope): Promise<Ack | null> {
  const attempt =
    type === 'events_api' ? { retry_attempt: retry, retry_reason: retry > 0 ? 'timeout' : '' } : {};
  const accepts_response_payload = type !== 'events_api';
  connection.peer.send(
    JSON.stringify({ envelope_id: id, type, payload, accepts_response_payload, ...attempt }),
  );
  return new Promise((resolve) => connection.waiting.set(id, resolve));
}

function acknowledge(connection: Connection, text: string, at: number): void {
  const message: unknown = JSON.parse(text);
  if (!isRecord(message) || typeof message['envelope_id'] !== 'string') return;
  const id = message['envelope_id'];
  connection.waiting.get(id)?.({ id, status: null, payload: message['payload'] ?? {}, at });
  connection.waiting.delete(id);
}
