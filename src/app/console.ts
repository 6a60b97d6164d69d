/** Clients of the Console: one rate limiter for all callers, and a separate user to start and stop scans. */

import { type Config, secretsOf } from '../config/config.ts';
import { messageOf } from '../errors.ts';
import type { Log } from '../log.ts';
import { type Loop, startLoop } from '../loop.ts';
import { type ConsoleClient, createConsoleClient } from '../prisma-cloud/client.ts';
import { withConsoleHealth } from '../prisma-cloud/health.ts';
import { type RateLimiter, createRateLimiter } from '../prisma-cloud/http/rate-limiter.ts';
import type { RequestMetrics } from '../prisma-cloud/http/request.ts';
import { createSharedRateLimiter, type SharedTimers } from '../prisma-cloud/http/shared-rate-limiter.ts';
import { COUNTS_MS, ON_ITS_WAY_MS } from '../prisma-cloud/http/slots.ts';
import type { ConsoleHealth, Failure } from '../scan/snapshot.ts';
import type { Database } from '../store/database.ts';
import { savePause } from '../store/limits/rate-limits.ts';
import { prolongRequest, recentRequests, takeRequest } from '../store/limits/requests.ts';
import { describeProblem } from '../views/parts/failure.ts';

export interface Consoles {
  readonly client: ConsoleClient;
  /** Starts and stops scans. */
  readonly writer: ConsoleClient;
  readonly rateLimiter: RateLimiter;
  readonly close: () => Promise<unknown>;
}

interface Dependencies {
  readonly database: Database;
  readonly log: Log;
  readonly onRequest: (exchange: RequestMetrics) => void;
  /** Called after every poll and check: null where the Console responded. */
  readonly onResponse: (failure: Failure | null) => void;
}

export async function openConsoles(config: Config, outside: Dependencies): Promise<Consoles> {
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
  readonly onRequest: (exchange: RequestMetrics) => void;
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

export interface ConsoleRateLimiterOptions {
  readonly onError: (error: unknown) => void;
  /** Epoch ms. */
  readonly now?: () => number;
  /** Rate limiter of this process only; for tests. */
  readonly createOwn?: typeof createRateLimiter;
  /** Timers of the shared one; for tests. */
  readonly timers?: SharedTimers;
}

/** The Console also counts requests of other replicas, and those of a process that crashed a moment ago. */
export async function createConsoleRateLimiter(
  database: Database,
  { onError, now = Date.now, createOwn = createRateLimiter, timers = {} }: ConsoleRateLimiterOptions,
): Promise<RateLimiter> {
  const at = now();
  const own = createOwn({ earlier: await recentRequests(database, { since: at - COUNTS_MS, now: at }) });
  const share = {
    take: (limit: number) => takeRequest(database, { now: now(), limit, countsMs: COUNTS_MS }),
    prolong: (id: string) => prolongRequest(database, id, now() - ON_ITS_WAY_MS),
    pause: (forMs: number) => savePause(database, { method: 'console', now: now(), until: now() + forMs }),
  };
  return createSharedRateLimiter({ own, share, onError, ...timers });
}

const AGAIN_MS = 60_000;

export interface ConsoleCheckOptions {
  readonly client: Pick<ConsoleClient, 'check'>;
  /** The last request failed. */
  readonly isAway: () => boolean;
  /** Called after the first check, whatever its outcome. */
  readonly onChecked: () => void;
  readonly log: Log;
}

/**
 * Checks the Console where nothing else polls it: at startup, and once a minute while its last request failed. An
 * unreachable Console does not stop the program: commands say so, and watches recover.
 */
export function startConsoleCheck({ client, isAway, onChecked, log }: ConsoleCheckOptions): Loop {
  let check = (): Promise<unknown> => {
    check = async () => isAway() && (await client.check());
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
    log.error({ cause, detail }, describeProblem(response.failure));
  } catch (error) {
    log.error({ error: messageOf(error) }, 'Console check failed');
  }
}

/** The Console's last response to this process, for App Home where nothing is watched. */
export interface OwnConsoleHealth {
  /** null where it responded. */
  readonly note: (failure: Failure | null) => void;
  readonly last: () => ConsoleHealth;
}

export function createConsoleHealth(now: () => number): OwnConsoleHealth {
  let last: ConsoleHealth = { isReachable: null, answeredAt: null, failure: null };
  return {
    note(failure) {
      const answeredAt = failure === null ? now() : last.answeredAt;
      last = { isReachable: failure === null, answeredAt, failure };
    },
    last: () => last,
  };
}
