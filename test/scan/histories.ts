/** Synthetic scans, polled every five seconds, with the displayed and the true time at each poll. */

import { NO_ETA, updateEta, type EtaState, type PastEta, remainingMs } from '../../src/scan/state/eta.ts';

export const TICK_MS = 5_000;

export interface Said {
  readonly atMs: number;
  /** null where nothing was said. */
  readonly said: number | null;
  readonly trueMs: number;
}

export interface History {
  readonly total: number;
  /** How many images are scanned so long after the beginning, ms: never less than before, but for a restart. */
  readonly scannedAt: (ms: number) => number;
  readonly durationMs: number;
  readonly past?: readonly PastEta[];
  /** End of discovery, ms; default: the start. */
  readonly discoveredAt?: number;
  /** When its counts restart, ms. */
  readonly restartsAt?: number;
}

export function play({
  total,
  scannedAt,
  durationMs,
  past = [],
  discoveredAt = 0,
  restartsAt,
}: History): Said[] {
  const said: Said[] = [];
  let pace: EtaState = NO_ETA;
  for (let ms = TICK_MS; ms < durationMs; ms += TICK_MS) {
    const isRestart = restartsAt !== undefined && ms >= restartsAt && ms - TICK_MS < restartsAt;
    const scanned = Math.min(total, Math.floor(scannedAt(ms)));
    const at = 1_000_000_000_000 + ms;
    pace = updateEta(pace, { at, scanned, total, isDiscovered: ms >= discoveredAt, isRestart, past });
    said.push({ atMs: ms, said: remainingMs(pace), trueMs: durationMs - ms });
  }
  return said;
}

export interface Measured {
  /** Of what was said, against the true time left, as a part of it (at least a minute): median and 90th percentile. */
  readonly median: number;
  readonly most: number;
  /** How often what was said went up, and how often it changed at all. */
  readonly ups: number;
  readonly changes: number;
  /** The part of all readings at which something was said. */
  readonly notified: number;
}

export function measure(readings: readonly Said[]): Measured {
  const notified = readings.filter((one): one is Said & { said: number } => one.said !== null);
  const errors = notified
    .map(({ said, trueMs }) => Math.abs(said - trueMs) / Math.max(trueMs, 60_000))
    .sort((a, b) => a - b);
  const steps = notified.slice(1).map(({ said }, index) => said - (notified[index]?.said ?? said));
  const quantile = (part: number) => errors[Math.floor((errors.length - 1) * part)] ?? 0;
  return {
    median: quantile(0.5),
    most: quantile(0.9),
    ups: steps.filter((step) => step > 0).length,
    changes: steps.filter((step) => step !== 0).length,
    notified: notified.length / Math.max(1, readings.length),
  };
}
