/**
 * One socket, from its opening to its end, and never a second one: the SDK's own reconnecting waits for five seconds with
 * its ears shut, hangs for ever where no hello comes, and rejects where nobody can catch.
 */

import { type App, type Logger, type ReceiverEvent, SocketModeReceiver } from '@slack/bolt';
import type { FetchFunction } from '@slack/web-api';
import { z } from 'zod';
import type { Proxies } from '../../proxy.ts';
import type { CallReporting } from '../web-api/call-report.ts';
import { type AgentFetch, createAgentFetch } from '../web-api/agent-fetch.ts';

export interface SocketOptions {
  readonly appToken: string;
  readonly apiUrl: string;
  readonly proxies: Proxies;
  readonly logger: Logger;
  readonly reporting?: CallReporting;
  readonly take: (event: ReceiverEvent) => Promise<void>;
  /** For how long it stays open after Slack has said that it leaves: what was on its way then comes, too. */
  readonly lingerMs: number;
}

export interface OpenSocket {
  /** Resolves when Slack says that it will close it, or has, with its reason where it gave one. What comes is taken until then. */
  readonly leaving: Promise<string | null>;
  readonly ended: Promise<void>;
  /** Once its acknowledgements are out. Politely: asks Slack for its farewell, which may never come. */
  close(): void;
  /** At once. */
  destroy(): void;
}

/** Rejects where Slack refuses, is away, or closes before its hello; when the signal aborts, nothing is left behind. */
export async function openSocket(options: SocketOptions, signal: AbortSignal): Promise<OpenSocket> {
  const way = createAgentFetch(options.proxies, options.reporting);
  const acks = createAcks(options.take);
  const fetch = createGate(way.fetch, signal);
  const { client, start } = createReceiver({ ...options, take: (event) => acks.take(event) }, { ...way, fetch });
  const ended = new Promise<void>((resolve) => client.once('disconnected', () => resolve()));
  const farewell = holdFarewell(client);
  const destroy = (): void => {
    // Asked a second time, the SDK stops waiting for Slack's farewell.
    void client.disconnect();
    void client.disconnect();
    way.destroy();
  };
  try {
    await Promise.race([start(), aborted(signal)]);
  } catch (error) {
    destroy();
    // The SDK rejects with nothing where the socket closed in the middle.
    throw error instanceof Error ? error : new Error('the socket was closed before Slack said hello');
  }
  // The SDK destroys no connection but those that it has opened itself.
  void ended.then(way.destroy);
  const close = (): void => void acks.out().then(() => client.disconnect());
  void farewell.then(() => setTimeout(close, options.lingerMs).unref());
  return { leaving: Promise.race([farewell, ended.then(() => null)]), ended, close, destroy };
}

/** Slack drops a socket ten seconds after it has said so. */
const ACKS_MS = 10_000;

/** Knows which of what came by one socket is not acknowledged yet. */
function createAcks(take: SocketOptions['take']) {
  let waiting = 0;
  let onOut = (): void => undefined;
  const out = Promise.withResolvers<undefined>();
  return {
    take(event: ReceiverEvent): Promise<void> {
      let isWaiting = true;
      const leave = (): void => {
        if (isWaiting) waiting -= 1;
        isWaiting = false;
        if (waiting === 0) onOut();
      };
      waiting += 1;
      const ack: ReceiverEvent['ack'] = (response) => event.ack(response).finally(leave);
      return take({ ...event, ack }).finally(leave);
    },
    async out(): Promise<void> {
      onOut = () => out.resolve(undefined);
      if (waiting === 0) onOut();
      else setTimeout(onOut, ACKS_MS).unref();
      await out.promise;
    },
  };
}

function createReceiver({ appToken, apiUrl, logger, take }: SocketOptions, { fetch, agent }: AgentFetch) {
  const receiver = new SocketModeReceiver({
    appToken,
    logger,
    dispatcher: agent,
    autoReconnectEnabled: false,
    installerOptions: {
      // A fresh object, never kept: the SDK writes into it.
      clientOptions: {
        slackApiUrl: apiUrl,
        fetch,
        timeout: 10_000,
        retryConfig: { retries: 0 },
        rejectRateLimitedCalls: true,
      },
    },
  });
  // All that a receiver uses of an App.
  receiver.init({ processEvent: take } as unknown as App);
  return { client: receiver.client, start: () => receiver.start() };
}

/** The SDK goes on with an answer that comes after it was told to stop: then none comes any more. */
function createGate(fetch: FetchFunction, signal: AbortSignal): FetchFunction {
  return async (url, init) => {
    const answer = await fetch(url, init);
    return signal.aborted ? NEVER : answer;
  };
}

/** A request that is never answered leaves nothing behind for the SDK to go on with: no timer, no socket. */
const NEVER = new Promise<never>(() => undefined);

type Client = SocketModeReceiver['client'];

/**
 * The SDK closes a socket as soon as Slack says that it will, and loses acknowledgements that are not out yet. It is not
 * told; resolves with Slack's reason.
 */
function holdFarewell(client: Client): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  const listeners = client.listeners('ws_message');
  client.removeAllListeners('ws_message');
  client.on('ws_message', (...message: unknown[]) => {
    const reason = reasonOf(message[0]);
    if (reason !== null) resolve(reason);
    else for (const listener of listeners) listener.apply(client, message);
  });
  return promise;
}

const farewell = z.object({ type: z.literal('disconnect'), reason: z.string() });

function reasonOf(data: unknown): string | null {
  if (typeof data !== 'string' || !data.includes('"disconnect"')) return null;
  try {
    return farewell.safeParse(JSON.parse(data)).data?.reason ?? null;
  } catch {
    return null;
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const give = (): void => reject(new Error('Slack never said hello'));
    if (signal.aborted) give();
    signal.addEventListener('abort', give, { once: true });
  });
}
