/** Puts the program together: what is started last is stopped first. */

import { randomUUID } from 'node:crypto';
import type { Config } from './config.ts';
import { messageOf } from './errors.ts';
import { createDeliverer } from './jobs/deliver.ts';
import { createObserver } from './jobs/observe.ts';
import { look } from './jobs/look.ts';
import { createTicks, type PollerOptions } from './jobs/poll.ts';
import { createReporter, type Reporter } from './jobs/report.ts';
import { startSchedule } from './jobs/schedule.ts';
import { sweep } from './jobs/sweep.ts';
import type { Log } from './log.ts';
import { openDatabase } from './open-database.ts';
import { type Budget, COUNTS_MS, createBudget, ON_ITS_WAY_MS } from './prisma-cloud/budget.ts';
import { type ConsoleClient, createConsoleClient } from './prisma-cloud/client.ts';
import { createSharedBudget } from './prisma-cloud/shared-budget.ts';
import { createReadiness, type Readiness } from './readiness.ts';
import { createSlackSide, type SlackSide } from './slack/side.ts';
import type { Database } from './store/database.ts';
import { savePause } from './store/limits.ts';
import { prolongRequest, recentRequests, takeRequest } from './store/requests.ts';
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
    const opened = await openDatabase(config.database, { log, readiness, signal });
    const database = watchDatabase(opened, readiness);
    stops.push(() => database.close());
    const budget = await createConsoleBudget(database, log);
    const client = createClient(config, { log, budget });
    stops.push(() => client.close());
    const writer = createWriter(config, { log, budget, client });
    if (writer !== client) stops.push(() => writer.close());
    const slack = startWork(config, { log, database, client, writer, readiness, stops });
    // First of all: who waits for the budget may do so for half a minute, and what was not asked the next process asks.
    stops.push(() => {
      budget.close(['poll']);
      return Promise.resolve();
    });
    await Promise.race([slack.listen(), aborted(signal)]);
    if (signal?.aborted !== true) checkConsole(client, log);
    return { stop, port: () => slack.port(), readiness };
  } catch (error) {
    await stop();
    throw error;
  }
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
  { client, ...parts }: { log: Log; budget: Budget; client: ConsoleClient },
): ConsoleClient {
  const { operator } = config.prisma;
  if (operator === null) return client;
  return createClient({ ...config, prisma: { ...config.prisma, user: operator } }, parts);
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
  /** Starts and stops scans. */
  readonly writer: ConsoleClient;
  readonly readiness: Readiness;
  readonly stops: (() => Promise<unknown>)[];
}

function startWork(config: Config, parts: Parts): SlackSide {
  const { log, database, client, writer, readiness, stops } = parts;
  const identity = { owner: randomUUID(), now: Date.now, chance: Math.random };
  // The two sides wake each other through this, and neither imports the other.
  const outbox: { wake: () => void } = { wake: () => undefined };
  const { observer, reporter } = createReaders(config, { ...parts, ...identity, wake: () => outbox.wake() });
  stops.push(observer.end);
  const schedules = startSchedules(config, { database, log, observer, reporter, ...identity });
  const leaving = new AbortController();
  const person = { priority: 'person', signal: leaving.signal } as const;
  const slack = createSlackSide({
    slack: { ...config.slack, port: config.port },
    database,
    observe: observer.observe,
    wake: () => outbox.wake(),
    consoleLink: (target) => consoleLink(config.prisma.linkTemplate, { ...config.prisma, target }),
    freshForMs: 2 * schedules.tickMs,
    watchTtlMs: config.watch.ttlMs,
    stallAfterMs: config.watch.stallAfterMs,
    control: {
      startScan: (target) => writer.startScan(target, person),
      stopRegularScan: () => writer.stopRegularScan(person),
      fetchScope: (reference) => client.fetchScope(reference, person),
    },
    scanOperators: config.scanOperators,
    now: Date.now,
    readiness,
    log,
  });
  stops.push(() => slack.close());
  // The Console may take minutes to answer to a start; nobody waits for that at the end.
  stops.push(() => {
    leaving.abort();
    return Promise.resolve();
  });
  const deliverer = createDeliverer({ ...identity, database, log, readiness, ...slack.outgoing });
  outbox.wake = deliverer.wake;
  const stopDelivering = runUntilStopped(deliverer.run);
  // All that begins work at once: one after the other would take longer than a signal allows.
  stops.push(() => Promise.allSettled([slack.stopListening(), schedules.stop(), stopDelivering()]));
  return slack;
}

/** What asks the Console: for progress and results, and for what messages wait for. */
function createReaders(
  config: Config,
  { database, client, log, wake, ...identity }: Parts & Identity & { wake: () => void },
) {
  const observer = createObserver({
    ...identity,
    database,
    fetchProgress: (target, caller) => client.fetchProgress(target, caller),
    fetchResults: (targets) => client.fetchResults(targets, { priority: 'poll' }),
    settings: {
      stallAfterMs: config.watch.stallAfterMs,
      watchTtlMs: config.watch.ttlMs,
      reportWaitMs: REPORT_WAIT_MS,
    },
    onRecorded: () => {
      wake();
      void reporter.run();
    },
  });
  const polling = { priority: 'poll' } as const;
  const reporter = createReporter({
    database,
    fetchResults: (targets) => client.fetchResults(targets, polling),
    fetchRegularReport: () => client.fetchRegularReport(polling),
    fetchDiagnosis: (target) => client.fetchDiagnosis(target, polling),
    now: Date.now,
    waitMs: REPORT_WAIT_MS,
    onReported: () => wake(),
    log,
  });
  return { observer, reporter };
}

interface Identity {
  readonly owner: string;
  readonly now: () => number;
  readonly chance: () => number;
}

interface Schedules {
  readonly tickMs: number;
  readonly stop: () => Promise<unknown>;
}

function startSchedules(config: Config, parts: PollerOptions & { reporter: Reporter }): Schedules {
  const { database, log, now, observer, reporter } = parts;
  const { cron } = config.poll;
  const stopping = new AbortController();
  const run = createTicks({ ...parts, signal: stopping.signal });
  const ticks = startSchedule({ name: 'poll', cron, run, log });
  // Apart from the ticks: results may take their time, and progress must not wait for them.
  const looks = startSchedule({ name: 'look', cron, run: () => look({ observer, log }), log });
  const reports = startSchedule({ name: 'report', cron, run: reporter.run, log });
  const forget = () => sweep({ database, now, log });
  const sweeps = startSchedule({ name: 'sweep', cron: SWEEP_CRON, run: forget, log });
  // Leases in the database carry this name.
  log.info({ cron, everyMs: ticks.periodMs, owner: parts.owner }, 'polling');
  return {
    tickMs: ticks.periodMs,
    stop: () => {
      stopping.abort();
      return Promise.all([ticks.stop(), looks.stop(), reports.stop(), sweeps.stop()]);
    },
  };
}

/** A result shows seconds after its scan ended; nobody should wait longer than this for the news that it did. */
const REPORT_WAIT_MS = 20_000;

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
