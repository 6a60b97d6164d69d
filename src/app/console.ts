/** The ways to the Console, put together: one rate limiter for all callers, and a user of its own for what only operators do. */

import { type Config, secretsOf } from '../config/config.ts';
import { messageOf } from '../errors.ts';
import type { Log } from '../log.ts';
import { type ConsoleClient, createConsoleClient } from '../prisma-cloud/client.ts';
import { withConsoleHealth } from '../prisma-cloud/health.ts';
import { type RateLimiter, createRateLimiter } from '../prisma-cloud/http/rate-limiter.ts';
import type { RequestMetrics } from '../prisma-cloud/http/request.ts';
import { createSharedRateLimiter, type SharedTimers } from '../prisma-cloud/http/shared-rate-limiter.ts';
import { COUNTS_MS, ON_ITS_WAY_MS } from '../prisma-cloud/http/slots.ts';
import type { Failure } from '../scan/snapshot.ts';
import type { Database } from '../store/database.ts';
import type { ConsoleHealth } from '../store/overview.ts';
import { savePause } from '../store/limits/rate-limits.ts';
import { prolongRequest, recentRequests, takeRequest } from '../store/requests.ts';
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
  /** Told whether the Console answered when it was asked how a scan does; null where it did. */
  readonly onAnswer: (failure: Failure | null) => void;
}

export async function openConsoles(config: Config, outside: Dependencies): Promise<Consoles> {
  const { database, log, onRequest, onAnswer } = outside;
  const rateLimiter = await createConsoleRateLimiter(database, {
    onError: (error) =>
      log.debug({ error: messageOf(error) }, 'request counts could not be shared through the database'),
  });
  const parts = { log, rateLimiter, onRequest };
  const client = withConsoleHealth(createClient(config, parts), onAnswer);
  const writer = createWriter(config, { ...parts, client });
  const close = () => Promise.all([client.close(), ...(writer === client ? [] : [writer.close()])]);
  return { client, writer, rateLimiter, close };
}

/** Starting and stopping scans takes a stronger role than watching them: it may have a Console user of its own. */
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
  /** The budget of this process alone; for tests. */
  readonly createOwn?: typeof createRateLimiter;
  /** Clocks of the shared one; for tests. */
  readonly timers?: SharedTimers;
}

/** What a process that was killed asked a moment ago counts for the Console, and what the other replicas ask. */
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
  /** Its last answer was none. */
  readonly isAway: () => boolean;
  /** The first check is over, whatever came of it. */
  readonly onChecked: () => void;
  readonly log: Log;
}

/**
 * Whether the Console answers, where nobody asks it anyway: at the start, and once a minute while its last answer was
 * none. A Console that is down or refuses is no reason to stop: commands say so, and watches recover by themselves.
 * Returns what ends it.
 */
export function startConsoleCheck({ client, isAway, onChecked, log }: ConsoleCheckOptions): () => void {
  void checkOnce(client, log).then(onChecked);
  const timer = setInterval(() => {
    if (isAway()) void client.check();
  }, AGAIN_MS).unref();
  return () => clearInterval(timer);
}

async function checkOnce(client: Pick<ConsoleClient, 'check'>, log: Log): Promise<void> {
  try {
    const answer = await client.check();
    if (answer.kind === 'answered') {
      log.info({ version: answer.value }, 'the Console answers');
      return;
    }
    const { cause, detail } = answer.failure;
    log.error({ cause, detail }, describeProblem(answer.failure));
  } catch (error) {
    log.error({ error: messageOf(error) }, 'Console check failed');
  }
}

/** What the Console answered last to this process, whatever it was asked: App Home tells it where nothing is followed. */
export interface OwnConsoleHealth {
  /** null where it answered. */
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
