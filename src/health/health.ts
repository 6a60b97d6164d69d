/** The program's health: its port, probes and metrics. */

import { createHttpServer, type HttpServer } from './http-server.ts';
import type { Log } from '../log.ts';
import type { Readiness } from '../readiness.ts';
import { readVersion } from '../root.ts';
import { createMetrics, type Metrics, type Sources } from './metrics.ts';
import { mountHealth } from './routes.ts';

export interface HealthOptions {
  /** null for none. */
  readonly listen: { readonly port: number; readonly host: string | null } | null;
  /** The port is reachable from outside. */
  readonly isPublic: boolean;
  /** Include memory and CPU of the process. */
  readonly isWholeProcess: boolean;
  readonly readiness: Readiness;
  readonly now: () => number;
  readonly log: Log;
}

export interface Health {
  readonly meters: Metrics;
  readonly mount: HttpServer['mount'];
  /** Opens the port; rejects where it is not available. */
  readonly listen: () => Promise<void>;
  readonly port: () => number | null;
  /** Before it, and after `end`, the program is not ready. */
  readonly begin: () => void;
  readonly isRunning: () => boolean;
  readonly end: () => void;
  readonly watch: (sources: Omit<Sources, 'now'>) => void;
  readonly close: () => Promise<void>;
}

/** Opens nothing before `listen`. The routes of health and metrics are mounted already. */
export function createHealth(options: HealthOptions): Health {
  const { listen, now, log } = options;
  const version = readVersion();
  const httpServer = createHttpServer(listen ?? { port: 0, host: null });
  const metrics = createMetrics({ ...options, version });
  let isRunning = false;
  mountHealth({
    ...options,
    mount: httpServer.mount,
    version,
    startedAt: now(),
    isRunning: () => isRunning,
    printMetrics: metrics.print,
  });
  return {
    meters: metrics,
    mount: httpServer.mount,
    port: httpServer.port,
    listen: async () => {
      if (listen === null) return;
      await httpServer.listen();
      log.info({ port: httpServer.port(), host: listen.host ?? 'all' }, 'listening');
    },
    begin: () => void (isRunning = true),
    isRunning: () => isRunning,
    end: () => void (isRunning = false),
    watch: (sources) => metrics.watch({ ...sources, now }),
    close: httpServer.close,
  };
}
