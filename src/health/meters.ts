/**
 * Counters and histograms. Labels come from lists in this program only: names of images, channels or people would be
 * one series each, and visible to all who can read the metrics.
 */

import { Counter, Histogram, type Registry } from 'prom-client';

export interface Meters {
  /** Called after each scheduled run. */
  readonly onTick: (schedule: string, ms: number) => void;
  readonly onRequest: (exchange: { resource: string; outcome: string; ms: number }) => void;
  /** Called after every settled attempt. */
  readonly onSettled: (kind: string, outcome: string) => void;
  readonly onCall: (call: { method: string; outcome: string; ms: number }) => void;
  readonly onAcknowledged: (kind: string, ms: number) => void;
  readonly onCommand: (command: string, outcome: string) => void;
  readonly onDatabaseError: (cause: string) => void;
}

/** Up to the time limit of a call and beyond, seconds; starting a scan may take minutes. */
const CALL_BUCKETS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 60, 240];
const TICK_BUCKETS = [0.01, 0.05, 0.1, 0.5, 1, 2.5, 5, 10, 30, 60];

export function createMeters(registry: Registry): Meters {
  const registers = [registry];
  const ticks = new Histogram({
    name: 'scanprogress_tick_duration_seconds',
    help: 'Runs of the schedules: poll, look, report, sweep',
    labelNames: ['schedule'],
    buckets: TICK_BUCKETS,
    registers,
  });
  const requests = new Counter({
    name: 'scanprogress_console_requests_total',
    help: 'Requests sent to the Console, by what became of them',
    labelNames: ['resource', 'outcome'],
    registers,
  });
  const durations = new Histogram({
    name: 'scanprogress_console_request_duration_seconds',
    help: 'From the sending of a request to the end of its answer, or to the time limit',
    labelNames: ['resource'],
    buckets: CALL_BUCKETS,
    registers,
  });
  const deliveries = new Counter({
    name: 'scanprogress_deliveries_total',
    help: 'Attempts to post or edit a message in Slack, by what became of them',
    labelNames: ['kind', 'outcome'],
    registers,
  });
  const faults = new Counter({
    name: 'scanprogress_database_errors_total',
    help: 'Statements that the database did not take, by what was wrong',
    labelNames: ['cause'],
    registers,
  });
  return {
    ...createSlackMeters(registry),
    onDatabaseError: (cause) => faults.inc({ cause }),
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

function createSlackMeters(registry: Registry): Pick<Meters, 'onCall' | 'onAcknowledged' | 'onCommand'> {
  const registers = [registry];
  const calls = new Histogram({
    name: 'scanprogress_slack_call_duration_seconds',
    help: 'Calls to Slack, from the request to the end of the answer, by what became of them',
    labelNames: ['method', 'outcome'],
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers,
  });
  const acknowledgements = new Histogram({
    name: 'scanprogress_slack_acknowledgement_duration_seconds',
    help: 'From the arrival of what Slack sends to its acknowledgement',
    labelNames: ['kind'],
    buckets: ACKNOWLEDGEMENT_BUCKETS,
    registers,
  });
  const commands = new Counter({
    name: 'scanprogress_commands_total',
    help: 'Commands and mentions, by what became of them',
    labelNames: ['command', 'outcome'],
    registers,
  });
  return {
    onCall: ({ method, outcome, ms }) => calls.observe({ method, outcome }, ms / 1_000),
    onAcknowledged: (kind, ms) => acknowledgements.observe({ kind }, ms / 1_000),
    onCommand: (command, outcome) => commands.inc({ command, outcome }),
  };
}
