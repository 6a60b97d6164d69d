/**
 * Metrics in the format and with the conventions of Prometheus: seconds, totals, a prefix of our own. Labels come from
 * fixed lists: names of images, channels or people would be a series each, and visible to all who read the metrics.
 */

import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { withTimeout } from '../async.ts';
import { PARTS, type Readiness } from '../readiness.ts';
import type { Stats } from '../store/maintenance/stats.ts';

export interface Metrics {
  /** Called after each run of a loop. `schedule`: the name of the loop, such as `poll` or `sweep`. */
  readonly onTick: (schedule: string, ms: number) => void;
  readonly onRequest: (request: { resource: string; outcome: string; ms: number }) => void;
  /** Called after each settled attempt. */
  readonly onSettled: (kind: string, outcome: string) => void;
  readonly onCall: (call: { method: string; outcome: string; ms: number }) => void;
  readonly onAcknowledged: (kind: string, ms: number) => void;
  readonly onCommand: (command: string, outcome: string) => void;
  readonly onDatabaseError: (cause: string) => void;
  /** To be called once, when the sources exist. */
  readonly watch: (sources: Sources) => void;
  /** Never rejects: unavailable values are left out. */
  readonly print: () => Promise<{ readonly contentType: string; readonly text: string }>;
}

interface MetricsOptions {
  readonly version: string;
  readonly readiness: Pick<Readiness, 'of'>;
  /** The process runs nothing else: its memory, CPU and event loop are included. */
  readonly isWholeProcess: boolean;
}

/** Read at each scrape. */
export interface Sources {
  /** Requests to the Console left in the window. */
  readonly requestsLeft: () => number;
  /** null in HTTP mode. */
  readonly openSockets: () => number | null;
  /** Rejects where the database does. */
  readonly stats: () => Promise<Stats>;
  readonly now: () => number;
}

/** Each check wakes the process, which was half of what an idle bot costs: none before somebody reads the metrics. */
const LOOP_CHECK_INTERVAL_MS = 100;

export function createMetrics({ version, readiness, isWholeProcess }: MetricsOptions): Metrics {
  const registry = new Registry();
  let isCollecting = !isWholeProcess;
  const collectOfProcess = (): void => {
    if (isCollecting) return;
    isCollecting = true;
    collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: LOOP_CHECK_INTERVAL_MS });
  };
  const build = new Gauge({
    ...named('build_info', 'Always 1; the version of the program and of Node', registry),
    labelNames: ['version', 'node'],
  });
  build.set({ version, node: process.version }, 1);
  new Gauge({
    ...named('ready', '1 where the part can do its work, else 0', registry),
    labelNames: ['part'],
    collect() {
      for (const part of PARTS) this.set({ part }, readiness.of(part) === null ? 1 : 0);
    },
  });
  return {
    ...createProgramMeters(registry),
    ...createSlackMeters(registry),
    watch: (sources) => addGauges(registry, sources),
    print: async () => {
      collectOfProcess();
      return { contentType: registry.contentType, text: await registry.metrics() };
    },
  };
}

/** Names and labels are public: dashboards and alerts depend on them. */
function named(name: string, help: string, registry: Registry) {
  return { name: `scanprogress_${name}`, help, registers: [registry] };
}

/** A scrape takes less than a second, whatever the database does. */
const STATS_MS = 800;

function addGauges(registry: Registry, { requestsLeft, openSockets, stats, now }: Sources): void {
  const gauge = (name: string, help: string, read: () => number | null | Promise<number | null>) =>
    new Gauge({
      ...named(name, help, registry),
      async collect() {
        const value = await read();
        // Without the database the value is removed: no value is better than an old one.
        if (value === null) this.remove();
        else this.set(value);
      },
    });
  gauge('console_budget_requests', 'Requests that may still be made of the Console at once', requestsLeft);
  gauge('slack_sockets_open', 'Sockets to Slack that are open; absent in HTTP mode', openSockets);
  /** One read for all gauges, shared by concurrent scrapes. */
  let reading: Promise<Stats | null> | null = null;
  const readStats = (): Promise<Stats | null> => {
    const joined = (reading ??= stats()
      .catch(() => null)
      .finally(() => (reading = null)));
    // A read that is late stays shared: the next scrape starts no second one.
    return withTimeout(joined, STATS_MS);
  };
  for (const [name, help, valueOf] of STATS) {
    gauge(name, help, async () => {
      const read = await readStats();
      return read && valueOf(read, now());
    });
  }
}

const STATS: readonly (readonly [
  name: string,
  help: string,
  valueOf: (stats: Stats, now: number) => number,
])[] = [
  ['watches_active', 'Watches that wait for the end of a scan', (stats) => stats.activeWatches],
  ['queue_deliveries', 'Messages and edits that are neither sent nor given up', (stats) => stats.queued],
  [
    'oldest_undelivered_completion_age_seconds',
    'Age of the completion that waits longest to be posted; 0 where none waits',
    (stats, now) => ageOf(stats.completionSince, now),
  ],
  [
    'stalest_live_message_age_seconds',
    'For how long the live message that is most out of date has been so; 0 where all are up to date',
    (stats, now) => ageOf(stats.staleSince, now),
  ],
  ['targets_due', 'Targets whose next poll is due, those under way included', (stats) => stats.dueTargets],
  [
    'oldest_due_poll_age_seconds',
    'For how long the poll that is overdue for longest has been due; 0 where none is',
    (stats, now) => ageOf(stats.dueSince, now),
  ],
  [
    'oldest_observation_age_seconds',
    'Age of the oldest observation among the polled targets; 0 where none is polled',
    (stats, now) => ageOf(stats.observedSince, now),
  ],
];

/** Seconds; 0 also for a time in the future, after the clock moved back. */
function ageOf(since: number | null, now: number): number {
  return since === null ? 0 : Math.max(0, now - since) / 1_000;
}

/** Up to the time limit of a call and beyond, seconds; starting a scan may take minutes. */
const CALL_BUCKETS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 60, 240];
const TICK_BUCKETS = [0.01, 0.05, 0.1, 0.5, 1, 2.5, 5, 10, 30, 60];

function createProgramMeters(
  registry: Registry,
): Pick<Metrics, 'onTick' | 'onRequest' | 'onSettled' | 'onDatabaseError'> {
  const ticks = new Histogram({
    ...named(
      'tick_duration_seconds',
      'Runs of the loops: poll, look, newest, report, start, digest, sweep',
      registry,
    ),
    labelNames: ['schedule'],
    buckets: TICK_BUCKETS,
  });
  const requests = new Counter({
    ...named('console_requests_total', 'Requests sent to the Console, by what became of them', registry),
    labelNames: ['resource', 'outcome'],
  });
  const durations = new Histogram({
    ...named(
      'console_request_duration_seconds',
      'From the sending of a request to the end of its answer, or to the time limit',
      registry,
    ),
    labelNames: ['resource'],
    buckets: CALL_BUCKETS,
  });
  const deliveries = new Counter({
    ...named(
      'deliveries_total',
      'Attempts to post or edit a message in Slack, by what became of them',
      registry,
    ),
    labelNames: ['kind', 'outcome'],
  });
  const errors = new Counter({
    ...named(
      'database_errors_total',
      'Statements that the database did not take, by what was wrong',
      registry,
    ),
    labelNames: ['cause'],
  });
  return {
    onDatabaseError: (cause) => errors.inc({ cause }),
    onTick: (schedule, ms) => ticks.observe({ schedule }, ms / 1_000),
    onRequest: ({ resource, outcome, ms }) => {
      requests.inc({ resource, outcome });
      durations.observe({ resource }, ms / 1_000);
    },
    onSettled: (kind, outcome) => deliveries.inc({ kind, outcome }),
  };
}

/** Slack expects an acknowledgement within three seconds. */
const ACKNOWLEDGEMENT_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3];

function createSlackMeters(registry: Registry): Pick<Metrics, 'onCall' | 'onAcknowledged' | 'onCommand'> {
  const calls = new Histogram({
    ...named(
      'slack_call_duration_seconds',
      'Calls to Slack, from the request to the end of the answer, by what became of them',
      registry,
    ),
    labelNames: ['method', 'outcome'],
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  });
  const acknowledgements = new Histogram({
    ...named(
      'slack_acknowledgement_duration_seconds',
      'From the arrival of what Slack sends to its acknowledgement',
      registry,
    ),
    labelNames: ['kind'],
    buckets: ACKNOWLEDGEMENT_BUCKETS,
  });
  const commands = new Counter({
    ...named('commands_total', 'Commands and mentions, by what became of them', registry),
    labelNames: ['command', 'outcome'],
  });
  return {
    onCall: ({ method, outcome, ms }) => calls.observe({ method, outcome }, ms / 1_000),
    onAcknowledged: (kind, ms) => acknowledgements.observe({ kind }, ms / 1_000),
    onCommand: (command, outcome) => commands.inc({ command, outcome }),
  };
}
