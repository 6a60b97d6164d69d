/** Metrics in the format and with the conventions of Prometheus: seconds, totals, a prefix of our own. */

import { collectDefaultMetrics, Registry } from 'prom-client';
import { createGauges, createHealthState, type Sources, type HealthState } from './gauges.ts';
import { createMeters, type Meters } from './meters.ts';

export interface Metrics extends Meters {
  /** To be called once, when the sources exist. */
  readonly watch: (sources: Sources) => void;
  /** Never rejects: unavailable values are left out. */
  readonly print: () => Promise<{ readonly contentType: string; readonly text: string }>;
}

interface MetricsOptions extends HealthState {
  /** The process runs nothing else: its memory, CPU and event loop are included. */
  readonly isWholeProcess: boolean;
}

export function createMetrics(options: MetricsOptions): Metrics {
  const registry = new Registry();
  if (options.isWholeProcess) collectDefaultMetrics({ register: registry });
  const refreshHealthState = createHealthState(registry, options);
  let refresh = (): Promise<void> => Promise.resolve();
  return {
    ...createMeters(registry),
    watch: (sources) => {
      refresh = createGauges(registry, sources);
    },
    print: async () => {
      refreshHealthState();
      await refresh();
      return { contentType: registry.contentType, text: await registry.metrics() };
    },
  };
}
