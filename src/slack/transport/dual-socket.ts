/**
 * Socket Mode with two sockets: Slack loses payloads while one is being replaced, so the other one receives meanwhile.
 * Where Slack allows no second one within the minute, it opens after Retry-After.
 */

import { socketsDisconnected } from '../../views/parts/readiness.ts';
import type { SdkLog } from '../web-api/sdk-logger.ts';
import {
  createSocketSupervisor,
  type SocketSupervisor,
  type SocketState,
  type SupervisorTiming,
} from './socket-supervisor.ts';
import type { SocketOptions } from './socket.ts';
import type { Transport } from './transport.ts';

export interface SocketTiming extends SupervisorTiming {
  /** How long both sockets may be closed before that is reported. */
  readonly graceMs: number;
}

export const SOCKET_TIMING: SocketTiming = {
  openMs: 30_000,
  // apps.connections.open may allow one call a minute.
  pauseMs: 60_000,
  // Slack drops the old socket after ten seconds.
  lingerMs: 5_000,
  graceMs: 10_000,
};

export interface SocketTransportOptions extends Omit<SocketOptions, 'lingerMs'> {
  readonly timing: SocketTiming;
  readonly log: SdkLog;
  /** null where at least one socket is open. */
  readonly onError: (reason: string | null) => void;
}

export function createSocketTransport(options: SocketTransportOptions): Transport {
  const { timing, log } = options;
  let isStopped = false;
  const first = Promise.withResolvers<undefined>();
  // After a stop no caller waits for this rejection.
  first.promise.catch(() => undefined);
  const watch = createSocketMonitor({ graceMs: timing.graceMs, onError: options.onError });
  let lastFailure: string | null = null;

  const onState = (number: number, state: SocketState): void => {
    watch.record(number, state);
    if (state.kind === 'open') {
      lastFailure = null;
      log.info({ socket: number }, 'a socket to Slack is open');
      first.resolve(undefined);
      return;
    }
    lastFailure = state.kind === 'away' ? state.why : state.reason;
    log.debug({ socket: number, why: lastFailure }, 'a socket to Slack is not open');
    if (state.kind === 'refused' && state.error !== null) first.reject(state.error);
  };
  const lines: readonly SocketSupervisor[] = [1, 2].map((number) =>
    createSocketSupervisor({ ...options, number, onState: (state) => onState(number, state) }),
  );
  const running: Promise<void>[] = [];
  const start = (line: SocketSupervisor | undefined): void => {
    if (line !== undefined) running.push(line.run());
  };

  const stop = (): void => {
    isStopped = true;
    watch.end();
    for (const line of lines) line.stop();
  };
  return {
    openSockets: () => watch.openCount(),
    lastFailure: () => lastFailure,
    async open() {
      start(lines[0]);
      await first.promise;
      if (!isStopped) start(lines[1]);
    },
    async close() {
      stop();
      await Promise.all(running);
    },
    destroy() {
      stop();
      for (const line of lines) line.destroy();
    },
  };
}

/** Reports that no socket is open: immediately where an operator must act, otherwise after a while. */
export interface SocketMonitor {
  readonly record: (line: number, state: SocketState) => void;
  readonly openCount: () => number;
  readonly end: () => void;
}

export function createSocketMonitor({
  graceMs,
  onError,
}: {
  readonly graceMs: number;
  readonly onError: (reason: string | null) => void;
}): SocketMonitor {
  const states = new Map<number, SocketState>();
  let timer: NodeJS.Timeout | undefined;
  let why = '';
  const count = (kind: SocketState['kind']): number =>
    [...states.values()].filter((state) => state.kind === kind).length;
  const end = (): void => {
    clearTimeout(timer);
    timer = undefined;
  };
  return {
    end,
    openCount: () => count('open'),
    record(line, state) {
      states.set(line, state);
      if (state.kind === 'away') ({ why } = state);
      if (count('open') > 0) {
        end();
        onError(null);
      } else if (state.kind === 'refused') {
        end();
        onError(state.reason);
      } else if (count('refused') === 0) {
        // Counts from the last closing: failed attempts must not restart the timer.
        timer ??= setTimeout(() => onError(socketsDisconnected(why)), graceMs);
      }
    },
  };
}
