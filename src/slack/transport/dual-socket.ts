/**
 * Socket Mode by two sockets: Slack loses what it sends while one is being replaced, so another one listens meanwhile.
 * Either takes what comes; the second is opened a while after the first, since Slack grants about one a minute.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../web-api/sdk-logger.ts';
import type { SocketOptions } from './socket.ts';
import { createLine, type Line, type LineState, type LineTiming } from './socket-supervisor.ts';
import { createSocketWatch } from './socket-monitor.ts';
import type { Transport } from './transport.ts';

export interface SocketTiming extends LineTiming {
  readonly secondAfterMs: number;
  /** Neither socket may be open for so long before that is a problem. */
  readonly graceMs: number;
}

export const SOCKET_TIMING: SocketTiming = {
  openMs: 30_000,
  restMs: 60_000,
  secondAfterMs: 60_000,
  graceMs: 10_000,
};

export interface SocketTransportOptions extends SocketOptions {
  readonly timing: SocketTiming;
  readonly log: Log;
  /** null where at least one socket is open. */
  readonly onProblem: (problem: string | null) => void;
}

export function createSocketTransport(options: SocketTransportOptions): Transport {
  const { timing, log } = options;
  const ending = new AbortController();
  const first = Promise.withResolvers<undefined>();
  first.promise.catch(() => undefined);
  const watch = createSocketWatch({ graceMs: timing.graceMs, onProblem: options.onProblem });
  let lastFailure: string | null = null;

  const onState = (number: number, state: LineState): void => {
    watch.note(number, state);
    if (state.kind === 'open') {
      lastFailure = null;
      log.info({ socket: number }, 'a socket to Slack is open');
      first.resolve(undefined);
      return;
    }
    lastFailure = state.kind === 'away' ? state.why : state.problem;
    log.debug({ socket: number, why: lastFailure }, 'a socket to Slack is not open');
    if (state.kind === 'refused' && state.error !== null) first.reject(state.error);
  };
  const lines: readonly Line[] = [1, 2].map((number) =>
    createLine({ ...options, number, onState: (state) => onState(number, state) }),
  );
  const running: Promise<void>[] = [];
  const start = (line: Line | undefined): void => {
    if (line !== undefined) running.push(line.run());
  };

  async function startSecond(): Promise<void> {
    const isTime = await sleep(timing.secondAfterMs, true, { signal: ending.signal }).catch(() => false);
    if (isTime) start(lines[1]);
  }

  const stop = (): void => {
    ending.abort();
    watch.end();
    for (const line of lines) line.stop();
  };
  return {
    openSockets: () => watch.openCount(),
    lastFailure: () => lastFailure,
    async open() {
      start(lines[0]);
      await first.promise;
      running.push(startSecond());
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
