/** One poll of all targets by the program's own client, observer, poller and store; what the Console grants is everything. */

import { createConsoleClient } from '../../src/prisma-cloud/client.ts';
import { createSharedRateLimiter } from '../../src/prisma-cloud/http/shared-rate-limiter.ts';
import type { RateLimiter } from '../../src/prisma-cloud/http/rate-limiter.ts';
import { createObserver } from '../../src/jobs/observe.ts';
import { poll } from '../../src/jobs/poll.ts';
import { createLog } from '../../src/log.ts';
import { createReadiness } from '../../src/readiness.ts';
import { NEW_TARGET, toWatchedSnapshot } from '../../src/scan/state/target-state.ts';
import type { Database } from '../../src/store/database.ts';
import { migrate, readMigrations } from '../../src/store/drivers/migrate.ts';
import { openSqlite } from '../../src/store/drivers/sqlite.ts';
import { withHealthReporting } from '../../src/store/maintenance/health.ts';
import { prolongRequest, takeRequest } from '../../src/store/requests.ts';
import { startWatch } from '../../src/store/watches.ts';
import type { Sizes, Tick } from './measure.ts';

const SETTINGS = { stallAfterMs: 600_000, watchTtlMs: 86_400_000, reportWaitMs: 20_000 };

export async function createTick(file: string, consoleUrl: string, sizes: Sizes): Promise<Tick> {
  const log = createLog({ level: 'error', isTerminal: false });
  const opened = openSqlite(file);
  await migrate(opened, readMigrations(), Date.now());
  await fill(opened, sizes);
  const database = withHealthReporting(opened, createReadiness(log));
  const rateLimiter = createSharedRateLimiter({
    own: UNLIMITED,
    share: {
      take: () => takeRequest(database, { now: Date.now(), limit: 1e9, countsMs: 1 }),
      prolong: (id) => prolongRequest(database, id, Date.now()),
      pause: () => Promise.resolve(),
    },
    onError: (error) => {
      throw error;
    },
  });
  const client = createConsoleClient({
    ...{ consoleUrl, apiVersion: 'v33.03', project: null, username: 'u', password: 'p', auth: 'basic' },
    ...{ ca: null, isTlsInsecure: false, secrets: [], rateLimiter, log },
  });
  const parts = { database, owner: 'bench', now: Date.now, log };
  const observer = createObserver({
    ...{ ...parts, random: Math.random, onRecorded: () => undefined, settings: SETTINGS },
    fetchProgress: (target, caller) => client.fetchProgress(target, caller),
    fetchResults: (targets) => client.fetchResults(targets, { priority: 'soon' }),
  });
  return async () => {
    await database.query('update targets set next_poll_at = 0', []);
    return () => poll({ ...parts, observer });
  };
}

/** As if Slack had taken all live messages. */
async function fill(database: Database, { targets, watches }: Sizes): Promise<void> {
  const now = Date.now();
  const content = { snapshot: toWatchedSnapshot(NEW_TARGET.snapshot), end: null, stoppedBy: null };
  await database.query('pragma synchronous = off', []);
  for (let index = 0; index < targets * watches; index += 1) {
    const reference = {
      registry: 'registry.example.com',
      repository: `team/app${index % targets}`,
      tag: '1.0',
      digest: '',
    };
    await startWatch(database, {
      ...{ target: { kind: 'image', reference }, userId: `U${index}`, now, content, liveDelayMs: 0 },
      conversation: { channel: `C${String(index).padStart(9, '0')}`, thread: '' },
    });
  }
  await database.query(`update watches set message_ts = '1700000000.000001', last_rendered_at = $1`, [now]);
  await database.query(`update deliveries set state = 'sent', ts = '1700000000.000001', settled_at = $1`, [
    now,
  ]);
  await database.query('pragma synchronous = full', []);
}

const UNLIMITED: RateLimiter = {
  take: () => Promise.resolve({ end: () => undefined, leave: () => undefined }),
  pause: () => 0,
  rest: () => undefined,
  recover: () => undefined,
  close: () => undefined,
  isClosedTo: () => false,
  personWaitMs: () => 0,
} as unknown as RateLimiter;
