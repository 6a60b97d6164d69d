/** Clients of the Console: one rate limiter for all callers, and a separate user to start and stop scans. */

import { type Config, secretsOf } from '../config/config.ts';
import { messageOf } from '../errors.ts';
import type { Log } from '../log.ts';
import { type Loop, startLoop } from '../loop.ts';
import { type ConsoleClient, createConsoleClient } from '../prisma-cloud/client.ts';
import { withConsoleHealth } from '../prisma-cloud/health.ts';
import { COUNTS_MS, ON_ITS_WAY_MS } from '../prisma-cloud/http/permits.ts';
import {
  createRateLimiter,
  type LimiterTimers,
  type RateLimiter,
  type RequestCounter,
} from '../prisma-cloud/http/rate-limiter.ts';
import type { RequestMetrics } from '../prisma-cloud/http/request.ts';
import type { ConsoleHealth, Failure } from '../scan/snapshot.ts';
import type { Database } from '../store/database.ts';
import { savePause } from '../store/limits/rate-limits.ts';
import { recountRequests, releaseRequest, takeRequests } from '../store/limits/requests.ts';
import { failureSentences } from '../views/parts/failure.ts';

export interface Consoles {
  readonly client: ConsoleClient;
  /** Starts and stops scans. */
  readonly writer: ConsoleClient;
  readonly rateLimiter: RateLimiter;
  readonly close: () => Promise<unknown>;
}

interface ConsoleDependencies {
  readonly database: Database;
  readonly log: Log;
  readonly onRequest: (metrics: RequestMetrics) => void;
  /** Called after every poll and check: null where the Console responded. */
  readonly onResponse: (failure: Failure | null) => void;
}

/** Sends nothing to the Console yet. Rejects where the database cannot count requests. */
export async function openConsoles(config: Config, outside: ConsoleDependencies): Promise<Consoles> {
  const { database, log, onRequest, onResponse } = outside;
  const rateLimiter = await createConsoleRateLimiter(database, {
    onError: (error) =>
      log.debug({ error: messageOf(error) }, 'request counts could not be shared through the database'),
  });
  const parts = { log, rateLimiter, onRequest };
  const client = withConsoleHealth(createClient(config, parts), onResponse);
  const writer = createWriter(config, { ...parts, client });
  const close = () => Promise.all([client.close(), ...(writer === client ? [] : [writer.close()])]);
  return { client, writer, rateLimiter, close };
}

/** Starting and stopping scans needs a stronger role than watching: it may have a Console user of its own. */
function createWriter(
  config: Config,
  { client, ...parts }: ClientParts & { client: ConsoleClient },
): ConsoleClient {
  const { operator } = config.prisma;
  if (operator === null) return client;
  return createClient({ ...config, prisma: { ...config.prisma, user: operator } }, parts);
}

interface ClientParts {
  readonly log: Log;
  readonly rateLimiter: RateLimiter;
  readonly onRequest: (metrics: RequestMetrics) => void;
}

function createClient(config: Config, { log, ...parts }: ClientParts): ConsoleClient {
  const { prisma, proxies } = config;
  const { consoleUrl, apiVersion, project, auth, ca, isTlsInsecure } = prisma;
  if (isTlsInsecure) log.warn('PRISMA_TLS_INSECURE is true: the certificate of the Console is not checked');
  return createConsoleClient({
    consoleUrl,
    apiVersion,
    project,
    auth,
    ca,
    isTlsInsecure,
    proxies,
    ...prisma.user,
    secrets: secretsOf(config),
    ...parts,
    log,
  });
}

export interface ConsoleRateLimiterOptions extends LimiterTimers {
  readonly onError: (error: unknown) => void;
  /** Epoch ms. */
  readonly now?: () => number;
}

/** NTP moves the clock by less than this between two requests. */
const CLOCK_STEP_MS = 1_000;

/** Includes requests of a process that crashed a moment ago. Rejects where the database cannot count. */
export async function createConsoleRateLimiter(
  database: Database,
  options: ConsoleRateLimiterOptions,
): Promise<RateLimiter> {
  const now = (options.now ?? Date.now)();
  // Written before the clock moved back.
  await recountRequests(database, { now, after: now + COUNTS_MS, until: Number.MAX_SAFE_INTEGER });
  return createRateLimiter({ ...options, counter: createRequestCounter(database, options) });
}

/** Counts in the database, for all replicas; a clock that was set is noticed at the next request. */
export function createRequestCounter(
  database: Database,
  { now = Date.now, monotonicNow = () => performance.now() }: Omit<ConsoleRateLimiterOptions, 'onError'>,
): RequestCounter {
  let clockOffset = now() - monotonicNow();

  /** By a clock that was set, a request of a second ago would be an hour old, or not yet made. */
  async function followClock(at: number): Promise<void> {
    const stepMs = Math.round(at - monotonicNow() - clockOffset);
    if (Math.abs(stepMs) <= CLOCK_STEP_MS) return;
    const before = at - stepMs;
    await recountRequests(database, { now: at, after: before - COUNTS_MS, until: before + COUNTS_MS });
    clockOffset += stepMs;
  }

  return {
    async take(wanted) {
      const at = now();
      await followClock(at);
      const times = { now: at, lateAt: at - ON_ITS_WAY_MS, countsMs: COUNTS_MS };
      return takeRequests(database, { ...wanted, ...times });
    },
    release: (id) => releaseRequest(database, id),
    pause: (forMs) => savePause(database, { method: 'console', now: now(), until: now() + forMs }),
  };
}

const AGAIN_MS = 60_000;

export interface ConsoleCheckOptions {
  readonly client: Pick<ConsoleClient, 'check'>;
  /** The last request failed. */
  readonly isUnreachable: () => boolean;
  /** Called after the first check, whatever its outcome. */
  readonly onChecked: () => void;
  readonly log: Log;
}

/**
 * Checks the Console where nothing else polls it: at startup, and once a minute while its last request failed. An
 * unreachable Console does not stop the program: commands say so, and watches recover.
 */
export function startConsoleCheck({ client, isUnreachable, onChecked, log }: ConsoleCheckOptions): Loop {
  let check = (): Promise<unknown> => {
    // The first run always checks; later ones only while the last request failed.
    check = async () => isUnreachable() && (await client.check());
    return checkOnce(client, log).then(onChecked);
  };
  return startLoop({ name: 'console', run: () => check(), minIntervalMs: AGAIN_MS, log });
}

async function checkOnce(client: Pick<ConsoleClient, 'check'>, log: Log): Promise<void> {
  try {
    const response = await client.check();
    if (response.kind === 'answered') {
      log.info({ version: response.value }, 'the Console responds');
      return;
    }
    const { cause, detail } = response.failure;
    log.error({ cause, detail }, failureSentences(response.failure));
  } catch (error) {
    log.error({ error: messageOf(error) }, 'Console check failed');
  }
}

/** The Console's last response to this process, for App Home where nothing is watched. */
export interface OwnConsoleHealth {
  /** null where it responded. */
  readonly record: (failure: Failure | null) => void;
  readonly last: () => ConsoleHealth;
}

/** `answeredAt` stays through failures: people see since when the Console is away. */
export function createConsoleHealth(now: () => number): OwnConsoleHealth {
  let last: ConsoleHealth = { isReachable: null, answeredAt: null, failure: null };
  return {
    record(failure) {
      const answeredAt = failure === null ? now() : last.answeredAt;
      last = { isReachable: failure === null, answeredAt, failure };
    },
    last: () => last,
  };
}
