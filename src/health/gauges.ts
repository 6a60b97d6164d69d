/** Gauges, updated at each scrape: one read of the database, the rest from memory. */

import { Gauge, type Registry } from 'prom-client';
import { PARTS, type Readiness } from '../readiness.ts';
import type { Stats } from '../store/maintenance/stats.ts';

/** Available from the start. */
export interface HealthState {
  readonly version: string;
  readonly readiness: Pick<Readiness, 'of'>;
}

export interface Sources {
  /** Requests to the Console left in the window. */
  readonly requestsLeft: () => number;
  /** null in HTTP mode. */
  readonly openSockets: () => number | null;
  /** Rejects where the database does. */
  readonly stats: () => Promise<Stats>;
  readonly now: () => number;
}

/** Returns a function that updates them. */
export function createHealthState(registry: Registry, { version, readiness }: HealthState): () => void {
  const ofParts = new Gauge({
    name: 'scanprogress_ready',
    help: '1 where the part can do its work, else 0',
    labelNames: ['part'],
    registers: [registry],
  });
  const build = new Gauge({
    name: 'scanprogress_build_info',
    help: 'Always 1; the version of the program and of Node',
    labelNames: ['version', 'node'],
    registers: [registry],
  });
  build.set({ version, node: process.version }, 1);
  return () => {
    for (const part of PARTS) ofParts.set({ part }, readiness.of(part) === null ? 1 : 0);
  };
}

/** Returns a function that updates all of them. Never rejects. */
export function createGauges(registry: Registry, sources: Sources): () => Promise<void> {
  const gauge = (name: string, help: string) =>
    new Gauge({ name: `scanprogress_${name}`, help, registers: [registry] });
  const rateLimiter = gauge(
    'console_budget_requests',
    'Requests that may still be made of the Console at once',
  );
  const sockets = gauge('slack_sockets_open', 'Sockets to Slack that are open; absent in HTTP mode');
  const setStats = createStats(gauge, sources);
  return async () => {
    rateLimiter.set(sources.requestsLeft());
    setOrRemove(sockets, sources.openSockets());
    await setStats();
  };
}

function createStats(gauge: (name: string, help: string) => Gauge, { stats, now }: Sources) {
  const watches = gauge('watches_active', 'Watches that wait for the end of a scan');
  const queue = gauge('queue_deliveries', 'Messages and edits that are neither sent nor given up');
  const completion = gauge(
    'oldest_undelivered_completion_age_seconds',
    'Age of the completion that waits longest to be posted; 0 where none waits',
  );
  const stalest = gauge(
    'stalest_live_message_age_seconds',
    'For how long the live message that is most out of date has been so; 0 where all are up to date',
  );
  const due = gauge('targets_due', 'Targets whose next poll is due, those under way included');
  const overdue = gauge(
    'oldest_due_poll_age_seconds',
    'For how long the poll that is overdue for longest has been due; 0 where none is',
  );
  const observation = gauge(
    'oldest_observation_age_seconds',
    'Age of the oldest observation among the polled targets; 0 where none is polled',
  );
  const readSoon = withinLimit(() => stats().catch(() => null));
  return async () => {
    const read = await readSoon();
    const age = (since: number | null): number => (since === null ? 0 : Math.max(0, now() - since) / 1_000);
    // Without the database the value is removed: no value is better than an old one.
    setOrRemove(watches, read && read.activeWatches);
    setOrRemove(queue, read && read.queued);
    setOrRemove(completion, read && age(read.completionSince));
    setOrRemove(stalest, read && age(read.staleSince));
    setOrRemove(due, read && read.dueTargets);
    setOrRemove(overdue, read && age(read.dueSince));
    setOrRemove(observation, read && age(read.observedSince));
  };
}

/** A scrape takes less than a second, whatever the database does. */
const STATS_MS = 800;

/** null where it takes longer. A call while the last one is in flight joins it. */
function withinLimit<T>(run: () => Promise<T>): () => Promise<T | null> {
  let running: Promise<T> | null = null;
  return async () => {
    running ??= run().finally(() => (running = null));
    const late = Promise.withResolvers<null>();
    const timer = setTimeout(() => late.resolve(null), STATS_MS);
    return Promise.race([running, late.promise]).finally(() => clearTimeout(timer));
  };
}

function setOrRemove(gauge: Gauge, value: number | null): void {
  if (value === null) gauge.remove();
  else gauge.set(value);
}
