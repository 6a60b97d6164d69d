/** Puts the program together: what is started last is stopped first. */

import { randomUUID } from 'node:crypto';
import type { Config } from './config.ts';
import { messageOf } from './errors.ts';
import { createDeliverer } from './jobs/deliver.ts';
import { createObserver } from './jobs/observe.ts';
import { look } from './jobs/look.ts';
import { createTicks, type PollerOptions } from './jobs/poll.ts';
import { startSchedule } from './jobs/schedule.ts';
import { sweep } from './jobs/sweep.ts';
import type { Log } from './log.ts';
import { type Budget, createBudget, COUNTS_MS } from './prisma-cloud/budget.ts';
import { type ConsoleClient, createConsoleClient } from './prisma-cloud/client.ts';
import { createReadiness, type Readiness } from './readiness.ts';
import { createSlackSide, type SlackSide } from './slack/side.ts';
import type { Database } from './store/database.ts';
import { toDatabaseFault } from './store/fault.ts';
import { migrate, readMigrations } from './store/migrate.ts';
import { noteRequest, recentRequests } from './store/requests.ts';
import { openSqlite } from './store/sqlite.ts';
import { watchDatabase } from './store/watched.ts';
import { consoleLink } from './views/console-link.ts';
import { describeFailure } from './views/failure.ts';

export interface RunningApp {
  /** Stops new work, lets work in flight end. Never rejects; to be called once. */
  stop(): Promise<void>;
  /** Where HTTP mode listens; null in Socket Mode. */
  port(): number | null;
  readonly readiness: Readiness;
}

interface Outside {
  readonly log: Log;
  /** Ends the wait for Slack: what runs by then is returned, to be stopped. */
  readonly signal?: AbortSignal;
}

/** Rejects where the configuration is wrong in a way that only the outside can tell, such as a refused token. */
export async function startApp(config: Config, { log, signal }: Outside): Promise<RunningApp> {
  const stops: (() => Promise<unknown>)[] = [];
  const stop = () => stopAll(stops, log);
  const readiness = createReadiness(log);
  try {
    const database = watchDatabase(await openDatabase(config, log), readiness);
    stops.push(() => database.close());
    const client = createClient(config, { log, budget: await createConsoleBudget(database, log) });
    stops.push(() => client.close());
    const slack = startWork(config, { log, database, client, readiness, stops });
    await Promise.race([slack.listen(), aborted(signal)]);
    if (signal?.aborted !== true) checkConsole(client, log);
    return { stop, port: () => slack.port(), readiness };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function openDatabase({ database: { file } }: Config, log: Log): Promise<Database> {
  let database: Database | null = null;
  try {
    database = openSqlite(file);
    const applied = await migrate(database, readMigrations(), Date.now());
    // Also the first write: a file that cannot be written is found now, and not at the end of a scan.
    await sweep({ database, now: Date.now, log });
    log.info({ file, applied }, 'database open');
    return database;
  } catch (error) {
    await database?.close();
    const fault = toDatabaseFault(error);
    const what = `DATABASE_URL: ${file} cannot be used`;
    const why = fault === null ? '' : `: ${fault.headline} (${messageOf(error)}). ${fault.whatToDo}`;
    throw new Error(what + why, { cause: error });
  }
}

/** What a process that was killed asked a moment ago counts for the Console. */
async function createConsoleBudget(database: Database, log: Log): Promise<Budget> {
  const now = Date.now();
  const earlier = await recentRequests(database, { since: now - COUNTS_MS, now });
  const onTaken = () => {
    noteRequest(database, Date.now()).catch((error: unknown) =>
      log.debug({ error: messageOf(error) }, 'a request to the Console could not be noted'),
    );
  };
  return createBudget({ earlier, onTaken });
}

function createClient({ prisma }: Config, { log, budget }: { log: Log; budget: Budget }): ConsoleClient {
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
    budget,
    log,
  });
}

interface Parts {
  readonly log: Log;
  readonly database: Database;
  readonly client: ConsoleClient;
  readonly readiness: Readiness;
  readonly stops: (() => Promise<unknown>)[];
}

function startWork(config: Config, parts: Parts): SlackSide {
  const { log, database, readiness, stops } = parts;
  const identity = { owner: randomUUID(), now: Date.now, chance: Math.random };
  // The two sides wake each other through this, and neither imports the other.
  const outbox: { wake: () => void } = { wake: () => undefined };
  const observer = createObserver({
    ...identity,
    database,
    fetchProgress: (target, { priority }) => parts.client.fetchProgress(target, { priority }),
    fetchResults: (targets) => parts.client.fetchResults(targets, { priority: 'poll' }),
    settings: { stallAfterMs: config.watch.stallAfterMs, watchTtlMs: config.watch.ttlMs },
    onRecorded: () => outbox.wake(),
  });
  stops.push(observer.end);
  const schedules = startSchedules(config, { database, log, observer, ...identity });
  const slack = createSlackSide({
    slack: { ...config.slack, port: config.port },
    database,
    observe: observer.observe,
    wake: () => outbox.wake(),
    consoleLink: (target) => consoleLink(config.prisma.linkTemplate, { ...config.prisma, target }),
    freshForMs: 2 * schedules.tickMs,
    watchTtlMs: config.watch.ttlMs,
    now: Date.now,
    readiness,
    log,
  });
  stops.push(() => slack.close());
  const deliverer = createDeliverer({ ...identity, database, log, readiness, ...slack.outgoing });
  outbox.wake = deliverer.wake;
  const stopDelivering = runUntilStopped(deliverer.run);
  // All that begins work at once: one after the other would take longer than a signal allows.
  stops.push(() => Promise.allSettled([slack.stopListening(), schedules.stop(), stopDelivering()]));
  return slack;
}

interface Schedules {
  readonly tickMs: number;
  readonly stop: () => Promise<unknown>;
}

function startSchedules(config: Config, parts: PollerOptions): Schedules {
  const { database, log, now, observer } = parts;
  const { cron } = config.poll;
  const stopping = new AbortController();
  const run = createTicks({ ...parts, signal: stopping.signal });
  const ticks = startSchedule({ name: 'poll', cron, run, log });
  // Apart from the ticks: results may take their time, and progress must not wait for them.
  const looks = startSchedule({ name: 'look', cron, run: () => look({ observer, log }), log });
  const forget = () => sweep({ database, now, log });
  const sweeps = startSchedule({ name: 'sweep', cron: SWEEP_CRON, run: forget, log });
  log.info({ cron, everyMs: ticks.periodMs }, 'polling');
  return {
    tickMs: ticks.periodMs,
    stop: () => {
      stopping.abort();
      return Promise.all([ticks.stop(), looks.stop(), sweeps.stop()]);
    },
  };
}

/** Once a day, at a minute when few other things begin. */
const SWEEP_CRON = '0 17 4 * * *';

/** Starts a loop; the function that comes back ends it and waits until its last work is done. */
function runUntilStopped(run: (signal: AbortSignal) => Promise<void>): () => Promise<void> {
  const abort = new AbortController();
  const running = run(abort.signal);
  return () => {
    abort.abort();
    return running;
  };
}

function aborted(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) resolve();
    signal?.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** A Console that is down or refuses is no reason to stop: commands say so, and watches recover by themselves. */
function checkConsole(client: ConsoleClient, log: Log): void {
  client
    .check()
    .then((answer) => {
      if (answer.kind === 'answered') {
        log.info({ version: answer.value }, 'the Console answers');
        return;
      }
      const { cause, detail } = answer.failure;
      const { headline, whatToDo } = describeFailure(answer.failure);
      log.error({ cause, detail }, `${headline}. ${whatToDo}`);
    })
    .catch((error: unknown) => log.error({ error: messageOf(error) }, 'the Console could not be checked'));
}

async function stopAll(stops: readonly (() => Promise<unknown>)[], log: Log): Promise<void> {
  for (const stop of stops.toReversed()) {
    await stop().catch((error: unknown) => log.warn({ error: messageOf(error) }, 'stopping one part failed'));
  }
}
