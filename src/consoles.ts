/** The ways to the Console, put together: one budget for whoever asks, and a user of its own for what only operators do. */

import type { Config } from './config.ts';
import { messageOf } from './errors.ts';
import type { Log } from './log.ts';
import { type Budget, createBudget } from './prisma-cloud/budget.ts';
import { COUNTS_MS, ON_ITS_WAY_MS } from './prisma-cloud/slots.ts';
import { type ConsoleClient, createConsoleClient } from './prisma-cloud/client.ts';
import type { Exchange } from './prisma-cloud/send.ts';
import { createSharedBudget } from './prisma-cloud/shared-budget.ts';
import { watchConsole } from './prisma-cloud/watched.ts';
import type { Failure } from './scan/snapshot.ts';
import type { Database } from './store/database.ts';
import { savePause } from './store/limits.ts';
import { prolongRequest, recentRequests, takeRequest } from './store/requests.ts';

export interface Consoles {
  readonly client: ConsoleClient;
  /** Starts and stops scans. */
  readonly writer: ConsoleClient;
  readonly budget: Budget;
  readonly close: () => Promise<unknown>;
}

interface Outside {
  readonly database: Database;
  readonly log: Log;
  readonly onExchange: (exchange: Exchange) => void;
  /** Told whether the Console answered when it was asked how a scan does; null where it did. */
  readonly onAnswer: (failure: Failure | null) => void;
}

export async function openConsoles(config: Config, outside: Outside): Promise<Consoles> {
  const { database, log, onExchange, onAnswer } = outside;
  const budget = await createConsoleBudget(database, log);
  const parts = { log, budget, onExchange };
  const client = watchConsole(createClient(config, parts), onAnswer);
  const writer = createWriter(config, { ...parts, client });
  const close = () => Promise.all([client.close(), ...(writer === client ? [] : [writer.close()])]);
  return { client, writer, budget, close };
}

/** What a process that was killed asked a moment ago counts for the Console, and what the other replicas ask. */
async function createConsoleBudget(database: Database, log: Log): Promise<Budget> {
  const since = { since: Date.now() - COUNTS_MS, now: Date.now() };
  const own = createBudget({ earlier: await recentRequests(database, since) });
  const share = {
    take: (limit: number) => takeRequest(database, { now: Date.now(), limit, countsMs: COUNTS_MS }),
    prolong: (id: string) => prolongRequest(database, id, Date.now() - ON_ITS_WAY_MS),
    pause: (forMs: number) =>
      savePause(database, { method: 'console', now: Date.now(), until: Date.now() + forMs }),
  };
  const onError = (error: unknown) =>
    log.debug({ error: messageOf(error) }, 'the budget of the Console could not be shared');
  return createSharedBudget({ own, share, onError });
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
  readonly budget: Budget;
  readonly onExchange: (exchange: Exchange) => void;
}

function createClient({ prisma }: Config, { log, ...parts }: ClientParts): ConsoleClient {
  const { consoleUrl, apiVersion, project, auth, ca, isTlsInsecure } = prisma;
  if (isTlsInsecure) log.warn('PRISMA_TLS_INSECURE is true: the certificate of the Console is not checked');
  return createConsoleClient({
    consoleUrl,
    apiVersion,
    project,
    auth,
    ca,
    isTlsInsecure,
    ...prisma.user,
    ...parts,
    log,
  });
}
