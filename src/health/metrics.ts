/** The program's numbers in the format and by the conventions of Prometheus: seconds, totals, a prefix of our own. */

import { collectDefaultMetrics, Registry } from 'prom-client';
import { createGauges, type Sources } from './gauges.ts';
import { createMeters, type Meters } from './meters.ts';

export interface Metrics extends Meters {
  /** To be called once, when there is something to look at. */
  readonly watch: (sources: Sources) => void;
  /** Never rejects for what cannot be looked up: that is left out. */
  readonly print: () => Promise<{ readonly contentType: string; readonly text: string }>;
}

/** `isWholeProcess`: nobody else is in it, so that its memory, processor and event loop are worth a number. */
export function createMetrics({ isWholeProcess }: { isWholeProcess: boolean }): Metrics {
  const registry = new Registry();
  if (isWholeProcess) collectDefaultMetrics({ register: registry });
  let refresh = (): Promise<void> => Promise.resolve();
  return {
    ...createMeters(registry),
    watch: (sources) => {
      refresh = createGauges(registry, sources);
    },
    print: async () => {
      await refresh();
      return { contentType: registry.contentType, text: await registry.metrics() };
    },
  };
}
