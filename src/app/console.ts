/** The ways to the Console, put together: one budget for whoever asks, and a user of its own for what only operators do. */

import { type Config, secretsOf } from '../config/config.ts';
import { createConsoleBudget } from './console-budget.ts';
import { messageOf } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Budget } from '../prisma-cloud/http/rate-limiter.ts';
import { type ConsoleClient, createConsoleClient } from '../prisma-cloud/client.ts';
import type { Exchange } from '../prisma-cloud/http/request.ts';
import { watchConsole } from '../prisma-cloud/health.ts';
import type { Failure } from '../scan/snapshot.ts';
import type { Database } from '../store/database.ts';

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
  const budget = await createConsoleBudget(database, {
    onError: (error) =>
      log.debug({ error: messageOf(error) }, 'the budget of the Console could not be shared'),
  });
  const parts = { log, budget, onExchange };
  const client = watchConsole(createClient(config, parts), onAnswer);
  const writer = createWriter(config, { ...parts, client });
  const close = () => Promise.all([client.close(), ...(writer === client ? [] : [writer.close()])]);
  return { client, writer, budget, close };
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
