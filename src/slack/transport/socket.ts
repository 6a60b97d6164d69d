/**
 * One socket, from opening to end, never a second one: the SDK's own reconnect waits five seconds without receiving,
 * hangs where no hello comes, and rejects where no caller can catch.
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
}

export interface OpenSocket {
  /** Resolves when closed, with Slack's reason if any. */
  readonly ended: Promise<string | null>;
  /** Gracefully: waits for Slack's disconnect, which may never come. */
  close(): void;
  /** Immediately. */
  destroy(): void;
}

/**
 * Rejects where Slack refuses, is unreachable, or closes before its hello; after the signal's abort nothing remains.
 */
export async function openSocket(options: SocketOptions, signal: AbortSignal): Promise<OpenSocket> {
  const way = createAgentFetch(options.proxies, options.reporting);
  const receiver = createReceiver(options, { ...way, fetch: createGate(way.fetch, signal) });
  const { client } = receiver;
  const ended = whenEnded(client);
  const destroy = (): void => {
    // The second call makes the SDK stop waiting for Slack's disconnect.
    void client.disconnect();
    void client.disconnect();
    way.destroy();
  };
  try {
    await Promise.race([receiver.start(), aborted(signal)]);
  } catch (error) {
    destroy();
    // The SDK rejects with undefined where the socket closed while opening.
    throw error instanceof Error ? error : new Error('the socket was closed before Slack said hello');
  }
  // The SDK destroys only connections that it has opened itself.
  void ended.then(way.destroy);
  return { ended, close: () => void client.disconnect(), destroy };
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
  return receiver;
}

/** The SDK continues with a response that arrives after it was stopped: then none is passed on. */
function createGate(fetch: FetchFunction, signal: AbortSignal): FetchFunction {
  return async (url, init) => {
    const answer = await fetch(url, init);
    return signal.aborted ? NEVER : answer;
  };
}

/** A request without a response keeps no timer and no socket of the SDK. */
const NEVER = new Promise<never>(() => undefined);

type Client = SocketModeReceiver['client'];

function whenEnded(client: Client): Promise<string | null> {
  let reason: string | null = null;
  client.on('ws_message', (data: unknown) => {
    reason = reasonOf(data) ?? reason;
  });
  return new Promise((resolve) => {
    client.once('disconnected', () => resolve(reason));
  });
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
