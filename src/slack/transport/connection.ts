/**
 * Incoming payloads, by Socket Mode or HTTP, to the listeners. Bolt has time limits for neither its start nor its stop;
 * both get them here.
 */

import { App, type CodedError, type Receiver, type ReceiverEvent } from '@slack/bolt';

import { createAgentFetch } from '../web-api/agent-fetch.ts';
import type { CallReporting } from '../web-api/call-report.ts';
import { createHttpTransport, type Mount } from './http.ts';
import { scrubSecrets } from '../../secrets.ts';
import { NO_PROXIES, type Proxies } from '../../proxy.ts';
import { describe } from '../web-api/receipt.ts';
import { withTrustedAddress } from './response-url.ts';
import { createSdkLogger, type SdkLog } from '../web-api/sdk-logger.ts';
import { createLogThrottle } from './log-throttle.ts';
import { createSocketTransport, SOCKET_TIMING, type SocketTiming } from './dual-socket.ts';
import { StartError, toStartError } from './start-error.ts';
import type { Transport } from './transport.ts';

export type ConnectionOptions = (
  | { readonly mode: 'socket'; readonly appToken: string }
  | { readonly mode: 'http'; readonly signingSecret: string; readonly mount: Mount }
) & {
  readonly botToken: string;
  /** With its path, as in `https://slack.com/api/`. */
  readonly apiUrl: string;
  readonly proxies?: Proxies;
  readonly onCall?: CallReporting['onCall'];
  readonly log: SdkLog;
  /** Adds the listeners; called once, before any payload. */
  readonly register: (app: App) => void;
  /** Handles payloads, and passes them to Bolt. */
  readonly take: (event: ReceiverEvent, process: (event: ReceiverEvent) => Promise<void>) => Promise<void>;
  /** Why no payloads arrive, and what to do; null while they do. */
  readonly onError: (reason: string | null) => void;
  readonly timing?: Partial<SocketTiming>;
  readonly startLimitMs?: number;
  readonly stopLimitMs?: number;
};

export interface Connection {
  /** Resolves once payloads arrive; rejects with a StartError. To be called once. */
  start(): Promise<void>;
  /** As if it had just arrived. */
  readonly process: (event: ReceiverEvent) => Promise<void>;
  /** Resolves within `stopLimitMs` and never rejects. A start in progress rejects. */
  stop(): Promise<void>;
  /** null in HTTP mode. */
  openSockets(): number | null;
}

export function createConnection(options: ConnectionOptions): Connection {
  // A stop of the SDK may wait forever for Slack's close frame; main allows ten seconds for all.
  const { log, startLimitMs = 30_000, stopLimitMs = 3_000 } = options;
  const app = createApp(options);
  options.register(app);
  const trust = { apiUrl: options.apiUrl, warn: createLogThrottle((line) => log.warn({}, line)) };
  const process = (event: ReceiverEvent) => app.processEvent(withTrustedAddress(event, trust));
  const transport = createTransport(options, (event) => options.take(event, process));

  const giveUp = createGiveUp();
  const close = () => closeWithin(stopLimitMs, transport, log);
  return {
    openSockets: () => transport.openSockets(),
    process,
    start: async () => {
      const timer = setTimeout(() => giveUp.because(timedOut(startLimitMs, transport)), startLimitMs);
      try {
        await Promise.race([giveUp.promise, open(app, transport, { apiUrl: options.apiUrl, giveUp })]);
        log.info({ mode: options.mode }, 'connected to Slack');
      } catch (error) {
        // A failed start leaves no socket behind: the next attempt makes a new connection.
        await close();
        throw error;
      } finally {
        clearTimeout(timer);
      }
    },
    stop: () => {
      giveUp.because(new StartError('stopped before the connection to Slack was there'));
      return close();
    },
  };
}

function createTransport(
  options: ConnectionOptions,
  take: (event: ReceiverEvent) => Promise<void>,
): Transport {
  const { log, onCall, proxies = NO_PROXIES } = options;
  const logger = createSdkLogger(log);
  switch (options.mode) {
    case 'socket': {
      const timing = { ...SOCKET_TIMING, ...options.timing };
      return createSocketTransport({ ...options, proxies, reporting: { onCall, log }, logger, take, timing });
    }
    case 'http':
      return createHttpTransport({ ...options, logger, take });
  }
}

/** Bolt requires one; payloads take another way, through the inbox. */
const NO_RECEIVER: Receiver = {
  init: () => undefined,
  start: () => Promise.resolve(),
  stop: () => Promise.resolve(),
};

function createApp({ botToken, apiUrl, log, onCall, proxies = NO_PROXIES }: ConnectionOptions): App {
  const app = new App({
    token: botToken,
    receiver: NO_RECEIVER,
    logger: createSdkLogger(log),
    // A new object, because the SDK writes into it. No retries: a repeated call may post twice.
    clientOptions: {
      slackApiUrl: apiUrl,
      // Also for replies to response_urls.
      fetch: createAgentFetch(proxies, { onCall, log }).fetch,
      timeout: 10_000,
      retryConfig: { retries: 0 },
      rejectRateLimitedCalls: true,
    },
    // Bolt would keep state per conversation in memory; `eventPayload` drops the bot's own events.
    convoStore: false,
    ignoreSelf: false,
    // A rejected token rejects `app.init()` in `open`, where it becomes a StartError.
    deferInitialization: true,
  });
  app.error((error) => {
    logListenerError(log, error);
    return Promise.resolve();
  });
  return app;
}

function logListenerError(log: SdkLog, error: CodedError): void {
  log.error(
    { code: error.code, error: scrubSecrets(error.message), stack: scrubSecrets(error.stack ?? '') },
    'a Slack listener failed',
  );
}

interface GiveUp {
  /** Rejects on giving up; never resolves. */
  readonly promise: Promise<never>;
  because(error: StartError): void;
  isOver(): boolean;
}

function createGiveUp(): GiveUp {
  const { promise, reject } = Promise.withResolvers<never>();
  let over = false;
  // After the start no caller waits for this rejection.
  promise.catch(() => undefined);
  return {
    promise,
    because: (error) => {
      over = true;
      reject(error);
    },
    isOver: () => over,
  };
}

async function open(
  app: App,
  transport: Transport,
  { apiUrl, giveUp }: { apiUrl: string; giveUp: GiveUp },
): Promise<void> {
  await app.init().catch((error: unknown) => {
    throw toStartError(error, { method: 'auth.test', token: 'SLACK_BOT_TOKEN', apiUrl });
  });
  // The response may come after a stop: then nothing must be opened.
  if (!giveUp.isOver()) await transport.open();
}

function timedOut(limitMs: number, transport: Transport): StartError {
  const why = transport.lastFailure() ?? 'Slack never said hello';
  return new StartError(`no connection to Slack within ${limitMs / 1000} s: ${why}`);
}

async function closeWithin(limitMs: number, transport: Transport, log: SdkLog): Promise<void> {
  const late = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => {
    transport.destroy();
    late.resolve(undefined);
  }, limitMs);
  try {
    await Promise.race([transport.close(), late.promise]);
  } catch (error) {
    log.warn({ error: describe(error) }, 'closing the connection to Slack failed');
  } finally {
    clearTimeout(timer);
  }
}
