/**
 * One socket, from opening to end, never a second one: the SDK's own reconnect waits five seconds without receiving,
 * hangs where no hello comes, and rejects where no caller can catch.
 */

import { type App, type Logger, type ReceiverEvent, SocketModeReceiver } from '@slack/bolt';
import type { FetchFunction } from '@slack/web-api';
import { z } from 'zod';
import { aborted } from '../../async.ts';
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
  /** Resolves at Slack's disconnect message, or when closed, with Slack's reason if any. Payloads are taken until closed. */
  readonly leaving: Promise<string | null>;
  readonly ended: Promise<void>;
  /** Gracefully: after its acknowledgements; waits for Slack's close frame, which may never come. */
  close(): void;
  /** Immediately. */
  destroy(): void;
}

/**
 * Rejects where Slack refuses, is unreachable, or closes before its hello; after the signal's abort nothing remains.
 */
export async function openSocket(options: SocketOptions, signal: AbortSignal): Promise<OpenSocket> {
  const way = createAgentFetch(options.proxies, options.reporting);
  const acks = createAcks(options.take);
  const fetch = createGate(way.fetch, signal);
  const { client, start } = createReceiver(
    { ...options, take: (event) => acks.take(event) },
    { ...way, fetch },
  );
  const ended = new Promise<void>((resolve) => client.once('disconnected', () => resolve()));
  const farewell = holdFarewell(client);
  const destroy = (): void => {
    // The second call makes the SDK stop waiting for Slack's disconnect.
    void client.disconnect();
    void client.disconnect();
    way.destroy();
  };
  try {
    await Promise.race([start(), failWhenAborted(signal)]);
  } catch (error) {
    destroy();
    // The SDK rejects with undefined where the socket closed while opening.
    throw error instanceof Error ? error : new Error('the socket was closed before Slack said hello');
  }
  // The SDK destroys only connections that it has opened itself.
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
      // A new object, because the SDK writes into it.
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

/** The SDK continues with a response that arrives after it was stopped: then none is passed on. */
function createGate(fetch: FetchFunction, signal: AbortSignal): FetchFunction {
  return async (url, init) => {
    const response = await fetch(url, init);
    return signal.aborted ? NEVER : response;
  };
}

/** A request without a response keeps no timer and no socket of the SDK. */
const NEVER = new Promise<never>(() => undefined);

type Client = SocketModeReceiver['client'];

/**
 * The SDK closes a socket as soon as Slack announces its end, and loses the acknowledgements that are still to be sent. So
 * the announcement is kept from the SDK. Resolves with Slack's reason.
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

async function failWhenAborted(signal: AbortSignal): Promise<never> {
  await aborted(signal);
  throw new Error('Slack never said hello');
}
