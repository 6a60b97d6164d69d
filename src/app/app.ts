/** Starts all parts of the program; stops them in reverse order. */

import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { aborted } from '../async.ts';
import type { Config } from '../config/config.ts';
import { createApi } from '../api/api.ts';
import { startConsoleCheck, openConsoles, createConsoleHealth } from './console.ts';
import { messageOf } from '../errors.ts';
import { createHealth, type Health } from '../health/health.ts';
import { createDeliverer } from '../jobs/deliver.ts';
import { type Jobs, startJobs } from '../jobs/jobs.ts';
import type { Log } from '../log.ts';
import { openDatabase, startVersionCheck } from './database.ts';
import type { RateLimiter } from '../prisma-cloud/http/rate-limiter.ts';
import type { ConsoleClient } from '../prisma-cloud/client.ts';
import { createReadiness, type Readiness } from '../readiness.ts';
import { type PollContext, freshForMs, readSnapshot } from '../slack/commands/snapshot.ts';
import { createSlackApp, type SlackApp } from '../slack/app.ts';
import type { ConsoleHealth } from '../scan/snapshot.ts';
import type { Target } from '../scan/target.ts';
import type { Database } from '../store/database.ts';
import { readStats } from '../store/maintenance/stats.ts';
import { withHealthReporting } from '../store/maintenance/health.ts';
import { consoleLink } from '../views/parts/console-link.ts';
import { databaseErrorSentences } from '../views/parts/database-error.ts';
import { failureSentences } from '../views/parts/failure.ts';
import { botTokenRejectedText, pollStall } from '../views/parts/readiness.ts';

export interface RunningApp {
  /** Stops new work, completes work in flight. Never rejects; to be called once. */
  stop(): Promise<void>;
  /** The port, or null without one. */
  readonly port: () => number | null;
  readonly readiness: Readiness;
}

interface Dependencies {
  readonly log: Log;
  /** Aborts the wait for Slack: resolves with what is running, to be stopped. */
  readonly signal?: AbortSignal;
  /** The process runs nothing else: metrics include its memory and CPU. */
  readonly isWholeProcess?: boolean;
  /** A newer version has migrated the database: to be stopped. */
  readonly onTooNew?: () => void;
}

/** Rejects where only an external service shows that the configuration is invalid, such as a rejected token. */
export async function startApp(config: Config, outside: Dependencies): Promise<RunningApp> {
  const { log, signal, onTooNew = () => undefined } = outside;
  // In the order of starting; stopped in reverse. What is open is closed as well where a later step fails.
  const stops: (() => Promise<unknown>)[] = [];
  const stop = () => stopAll(stops, log);
  const readiness = createReadiness(log);
  const health = createHealth({ ...toHealthOptions(config, outside), readiness });
  const { apiToken: token, retentionMs } = config;
  const api = token === null ? null : createApi({ token, mount: health.mount, log });
  try {
    // First: a port in use is reported immediately, even while Slack is unreachable.
    await health.listen();
    stops.push(health.close);
    const opened = await openDatabase(config.database, { log, readiness, signal, retentionMs });
    const { onDatabaseError: onError } = health.meters;
    const reporting = { readiness, toSentences: databaseErrorSentences, onError };
    const database = withHealthReporting(opened, reporting);
    stops.push(() => database.close());
    stops.push(startVersionCheck({ database, log, onTooNew }).stop);
    const consoleHealth = createConsoleHealth(Date.now);
    const consoles = await openConsoles(config, {
      database,
      log,
      onRequest: health.meters.onRequest,
      onResponse: (failure) => {
        consoleHealth.record(failure);
        readiness.report('console', failure && failureSentences(failure));
      },
    });
    const { client, writer, rateLimiter } = consoles;
    stops.push(consoles.close);
    const parts = { log, database, client, writer, rateLimiter, readiness, health, stops };
    const { slack, polling } = startWork(config, { ...parts, consoleHealth: consoleHealth.last });
    const { openSockets } = slack;
    api?.begin({ database, now: Date.now, readSnapshot: (target) => readSnapshot(polling, target) });
    const stats = () => readStats(database, Date.now());
    health.watch({ requestsLeft: rateLimiter.left, openSockets, stats });
    // First: waiting for the rate limit may take half a minute, and the next process polls what was not polled.
    stops.push(sync(() => rateLimiter.close(['high', 'background'])));
    stops.push(sync(() => api?.end()));
    stops.push(() => leave(config, health));
    await Promise.race([slack.listen(), aborted(signal)]);
    // Stopped while it was waiting for Slack: it must not become ready any more.
    if (signal?.aborted !== true) {
      const isUnreachable = () => readiness.of('console') !== null;
      const onChecked = () => readiness.tried('console');
      const check = startConsoleCheck({ client, isUnreachable, onChecked, log });
      // No user waits for its response any more.
      stops.push(sync(() => void check.stop()));
      health.begin();
    }
    return { stop, port: health.port, readiness };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Reports not ready while still working: until a load balancer notices, it sends requests. */
async function leave({ shutdownDelayMs }: Config, health: Health): Promise<void> {
  const wasRunning = health.isRunning();
  health.end();
  if (wasRunning && shutdownDelayMs > 0) await sleep(shutdownDelayMs);
}

function toHealthOptions({ slack, port, host }: Config, { log, isWholeProcess = false }: Dependencies) {
  const isPublic = slack.mode === 'http';
  // In HTTP mode port 0 is only for tests: any free port.
  const listen = port === 0 && !isPublic ? null : { port, host };
  return { listen, isPublic, isWholeProcess, now: Date.now, log };
}

interface Services {
  readonly log: Log;
  readonly database: Database;
  readonly client: ConsoleClient;
  /** Starts and stops scans. */
  readonly writer: ConsoleClient;
  readonly rateLimiter: RateLimiter;
  readonly readiness: Readiness;
  readonly consoleHealth: () => ConsoleHealth;
  readonly health: Health;
  readonly stops: (() => Promise<unknown>)[];
}

function startWork(config: Config, parts: Services): { slack: SlackApp; polling: PollContext } {
  const { log, database, client, writer, rateLimiter, health, stops } = parts;
  // `owner` of leases: a restarted process is another one, so those of a crash expire first.
  const identity = { owner: randomUUID(), now: Date.now, random: Math.random };
  // Both sides wake the outbox through this, and neither imports the other.
  const outbox: { wake: () => void } = { wake: () => undefined };
  const jobs = startConsoleJobs(config, { ...parts, ...identity, wake: () => outbox.wake() });
  const { observer } = jobs;
  // Stopped after everything that polls through it.
  stops.push(observer.end);
  const shutdown = new AbortController();
  const person = { priority: 'interactive', signal: shutdown.signal } as const;
  const slack = createSlackApp({
    ...parts,
    slack: config.slack.mode === 'http' ? { ...config.slack, mount: health.mount } : config.slack,
    proxies: config.proxies,
    observe: observer.observe,
    pollWaitMs: () => rateLimiter.personWaitMs(),
    wake: () => outbox.wake(),
    consoleLink: (target) => consoleLink(config.prisma.linkTemplate, { ...config.prisma, target }),
    freshForMs: freshForMs(jobs.tickMs),
    watchTtlMs: config.watch.ttlMs,
    control: {
      startScan: (target) => writer.startScan(target, person),
      stopRegularScan: () => writer.stopRegularScan(person),
      fetchScope: (reference) => client.fetchScope(reference, person),
    },
    scanOperators: config.scanOperators,
    sharedChannels: config.sharedChannels,
    now: Date.now,
    meters: health.meters,
  });
  stops.push(() => slack.close());
  // The Console may take minutes to respond to a start; shutdown does not wait for it.
  stops.push(sync(() => shutdown.abort()));
  const deliverer = startDelivering(parts, { ...identity, slack });
  outbox.wake = deliverer.wake;
  // All sources of new work concurrently: one after the other would take longer than the time limit.
  stops.push(() => Promise.allSettled([slack.stopListening(), jobs.stop(), deliverer.stop()]));
  // People's requests come first: a pipeline has the priority of a tick.
  const observe = (target: Target) => observer.observe(target, 'background');
  return {
    slack,
    polling: { database, observe, freshForMs: freshForMs(jobs.tickMs), now: Date.now, log },
  };
}

function startDelivering(
  { database, log, readiness, health }: Services,
  { slack, ...identity }: ProcessIdentity & { readonly slack: SlackApp },
) {
  return createDeliverer({
    ...identity,
    database,
    log,
    onTokenChange: (error) => readiness.report('token', error === null ? null : botTokenRejectedText(error)),
    ...slack.outgoing,
    onSettled: ({ kind }, outcome) => health.meters.onSettled(kind, outcome.kind),
  }).start();
}

/** Messages wait for it. */
const HIGH_PRIORITY = { priority: 'high' } as const;

function startConsoleJobs(
  config: Config,
  {
    database,
    client,
    readiness,
    log,
    health,
    wake,
    ...identity
  }: Services & ProcessIdentity & { wake: () => void },
): Jobs {
  const jobs = startJobs({
    ...identity,
    database,
    log,
    wake,
    cron: config.poll.cron,
    fetchProgress: (target, caller) => client.fetchProgress(target, caller),
    fetchResults: (targets) => client.fetchResults(targets, HIGH_PRIORITY),
    fetchNewest: () => client.fetchNewest(HIGH_PRIORITY),
    fetchRegularReport: () => client.fetchRegularReport(HIGH_PRIORITY),
    fetchDiagnosis: (target) => client.fetchDiagnosis(target, HIGH_PRIORITY),
    fetchDetails: (results, leaseSignal) => client.fetchDetails(results, { ...HIGH_PRIORITY, leaseSignal }),
    knownScope: (reference) => client.knownScope(reference),
    settings: {
      stallAfterMs: config.watch.stallAfterMs,
      watchTtlMs: config.watch.ttlMs,
      reportWaitMs: REPORT_WAIT_MS,
    },
    retentionMs: config.retentionMs,
    onRun: health.meters.onTick,
    onStall: (ms) => readiness.report('poll', ms === null ? null : pollStall(ms)),
  });
  // Counts as working until a tick is overdue: with a slow POLL_CRON the first may be minutes away.
  readiness.tried('poll');
  return jobs;
}

interface ProcessIdentity {
  readonly owner: string;
  readonly now: () => number;
  readonly random: () => number;
}

/** A result shows seconds after its scan ended; a completion must not wait longer for it. */
const REPORT_WAIT_MS = 20_000;

function sync(stop: () => void): () => Promise<void> {
  return () => {
    stop();
    return Promise.resolve();
  };
}

/** One after the other; a step that fails does not keep the next ones from running. */
async function stopAll(stops: readonly (() => Promise<unknown>)[], log: Log): Promise<void> {
  for (const stop of stops.toReversed()) {
    await stop().catch((error: unknown) => log.warn({ error: messageOf(error) }, 'shutdown step failed'));
  }
}
