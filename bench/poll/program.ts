/** One poll of all targets by the program's own client, observer, poller and store; what the Console grants is everything. */

import { createConsoleClient } from '../../src/prisma-cloud/client.ts';
import { createRateLimiter, type RequestCounter } from '../../src/prisma-cloud/http/rate-limiter.ts';
import { createObserver } from '../../src/jobs/observe.ts';
import { poll } from '../../src/jobs/poll.ts';
import { createLog } from '../../src/log.ts';
import { createReadiness } from '../../src/readiness.ts';
import type { Database } from '../../src/store/database.ts';
import { migrate, readMigrations } from '../../src/store/drivers/migrate.ts';
import { openSqlite } from '../../src/store/drivers/sqlite.ts';
import { withHealthReporting } from '../../src/store/maintenance/health.ts';
import { takeRequests } from '../../src/store/limits/requests.ts';
import { fill } from './fill.ts';
import type { Sizes, Tick } from './measure.ts';
import { sql } from '../../src/store/sql.ts';

const SETTINGS = { stallAfterMs: 600_000, watchTtlMs: 86_400_000, reportWaitMs: 20_000 };

export async function createTick(file: string, consoleUrl: string, sizes: Sizes): Promise<Tick> {
  const log = createLog({ level: 'error', isTerminal: false });
  const opened = openSqlite(file);
  await migrate(opened, readMigrations(), Date.now());
  await opened.query(sql`pragma synchronous = off`);
  await fill(opened, sizes);
  await opened.query(sql`pragma synchronous = full`);
  const database = withHealthReporting(opened, { readiness: createReadiness(log), toSentences: String });
  const run = createPoll(database, { consoleUrl, owner: 'bench' });
  return async () => {
    await database.query(sql`update targets set next_poll_at = 0`);
    return run;
  };
}

/** Polls all due targets once. */
export function createPoll(
  database: Database,
  { consoleUrl, owner }: { readonly consoleUrl: string; readonly owner: string },
): () => Promise<void> {
  const log = createLog({ level: 'error', isTerminal: false });
  const rateLimiter = createRateLimiter({ counter: createUnlimited(database), onError: raise });
  const client = createConsoleClient({
    ...{ consoleUrl, apiVersion: 'v33.03', project: null, username: 'u', password: 'p', auth: 'basic' },
    ...{ ca: null, isTlsInsecure: false, secrets: [], rateLimiter, log },
  });
  const parts = { database, owner, now: Date.now, log };
  const observer = createObserver({
    ...{ ...parts, random: Math.random, onRecorded: () => undefined, settings: SETTINGS },
    fetchProgress: (target, caller) => client.fetchProgress(target, caller),
    fetchResults: (targets) => client.fetchResults(targets, { priority: 'high' }),
  });
  return () => poll({ ...parts, observer });
}

/** Counts every request, as the program does, and refuses none. */
function createUnlimited(database: Database): RequestCounter {
  return {
    async take({ limits, late }) {
      const wanted = { limits: limits.map(() => 1e9), late, lateAt: Date.now() };
      const taken = await takeRequests(database, { ...wanted, now: Date.now(), countsMs: 1 });
      return { ...taken, counted: [] };
    },
    release: () => Promise.resolve(),
    pause: () => Promise.resolve(),
  };
}

function raise(error: unknown): never {
  throw error;
}
