/**
 * Socket Mode. The SDK retries for ever and tells nobody why, and it opens a new socket after it was told to stop;
 * both are held at the one place that is ours, the `fetch` with which it asks for the socket's address.
 */

import { SocketModeReceiver, type Logger } from '@slack/bolt';
import type { FetchFunction } from '@slack/web-api';
import { z } from 'zod';

import { describe, toRefusal } from './receipt.ts';
import { refused, toStartError } from './start-error.ts';
import type { Transport } from './transport.ts';

const METHOD = 'apps.connections.open';

export interface SocketOptions {
  readonly appToken: string;
  readonly apiUrl: string;
  readonly logger: Logger;
}

export function createSocketTransport(options: SocketOptions): Transport {
  const gate = createGate();
  const receiver = createReceiver(options, gate.fetch);
  return {
    receiver,
    port: () => null,
    lastFailure: () => gate.lastFailure(),
    open: async () => {
      await Promise.race([receiver.start(), gate.refusal]).catch((error: unknown) => {
        throw toStartError(error, { method: METHOD, token: 'SLACK_APP_TOKEN', apiUrl: options.apiUrl });
      });
      gate.pass();
    },
    close: async () => {
      gate.shut();
      // The SDK fails a reconnect under way with a rejection that nobody can catch, which would end the process.
      receiver.client.removeAllListeners('disconnected');
      await receiver.client.disconnect();
    },
    // Asked a second time, the SDK stops waiting for Slack's farewell.
    destroy: () => void receiver.client.disconnect(),
  };
}

function createReceiver({ appToken, apiUrl, logger }: SocketOptions, fetch: FetchFunction) {
  return new SocketModeReceiver({
    appToken,
    logger,
    installerOptions: {
      // A fresh object, never kept: the SDK writes into it. Without the cap its pauses double without end: after an
      // outage of 2 hours it would come back 25 minutes late.
      clientOptions: {
        slackApiUrl: apiUrl,
        fetch,
        timeout: 10_000,
        retryConfig: { forever: true, factor: 1.3, maxTimeout: 30_000, randomize: true },
      },
    },
  });
}

interface Gate {
  readonly fetch: FetchFunction;
  /** Rejects with what Slack has against the token; never resolves. */
  readonly refusal: Promise<never>;
  lastFailure(): string | null;
  /** The start is over: answers go through as they are. */
  pass(): void;
  /** The end: nothing goes out and nothing comes back any more. */
  shut(): void;
}

function createGate(): Gate {
  let state: 'starting' | 'open' | 'shut' = 'starting';
  let lastFailure: string | null = null;
  const refusal = Promise.withResolvers<never>();
  refusal.promise.catch(() => undefined);

  const ask: FetchFunction = async (url, init) => {
    const answer = await fetch(url, init);
    const code = await errorCodeOf(answer.clone());
    lastFailure = code === null ? null : `${METHOD}: ${code}`;
    // The SDK takes most of these for passing and would ask again and again; a wrong token stays wrong.
    if (state !== 'starting' || code === null || toRefusal(code) !== 'unauthorized') return answer;
    refusal.reject(refused(code, { method: METHOD, token: 'SLACK_APP_TOKEN' }));
    return NEVER;
  };
  return {
    fetch: async (url, init) => {
      if (isShut()) return NEVER;
      const answer = await ask(url, init).catch((error: unknown) => {
        lastFailure = `${METHOD}: ${describe(error)}`;
        throw error;
      });
      return isShut() ? NEVER : answer;
    },
    refusal: refusal.promise,
    lastFailure: () => lastFailure,
    pass: () => void (state = 'open'),
    shut: () => void (state = 'shut'),
  };

  function isShut() {
    return state === 'shut';
  }
}

/** A request that is never answered leaves nothing behind for the SDK to go on with: no timer, no socket. */
const NEVER = new Promise<never>(() => undefined);

async function errorCodeOf(answer: Response): Promise<string | null> {
  const parsed = errorAnswer.safeParse(await answer.json().catch(() => null));
  return parsed.success ? parsed.data.error : null;
}

const errorAnswer = z.object({ ok: z.literal(false), error: z.string().regex(/^\w+$/) });
