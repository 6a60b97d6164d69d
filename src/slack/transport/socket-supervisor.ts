/**
 * Keeps one socket open: when it ends, the next one is opened, for as long as it takes. What only an operator can fix
 * is retried rarely, so that no restart is needed.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { createTimeLimit } from '../../http.ts';
import { backoffMs } from '../../scan/state/poll-interval.ts';
import { appTokenRejected } from '../../views/parts/readiness.ts';
import { describe, toReceipt, toRejectionReason, toSlackCode } from '../web-api/receipt.ts';
import type { SdkLog } from '../web-api/sdk-logger.ts';
import { type OpenSocket, openSocket, type SocketOptions } from './socket.ts';
import { toRejection, type StartError } from './start-error.ts';

export interface SupervisorTiming {
  /** How long a socket stays open after Slack's disconnect message, while the next one opens. */
  readonly lingerMs: number;
  /** Time limit for a socket's hello. */
  readonly openMs: number;
  /** Between two attempts of what an operator must fix. */
  readonly pauseMs: number;
}

export interface SocketSupervisorOptions extends Omit<SocketOptions, 'lingerMs'> {
  /** Identifies the socket in the log. */
  readonly number: number;
  readonly timing: SupervisorTiming;
  readonly log: SdkLog;
  readonly onState: (state: SocketState) => void;
}

/** `away`: retried automatically. `refused`: an operator must act. */
export type SocketState =
  | { readonly kind: 'open' }
  | { readonly kind: 'away'; readonly why: string }
  | { readonly kind: 'refused'; readonly reason: string; readonly error: StartError | null };

export interface SocketSupervisor {
  /** Resolves when stopped. Never rejects; to be called once. */
  run(): Promise<void>;
  /** Gracefully; `destroy` where that takes too long. */
  stop(): void;
  destroy(): void;
}

const METHOD = 'apps.connections.open';
const RETRY = { baseMs: 1_000, capMs: 30_000 };
/** A socket that ends sooner after opening counts as a failed attempt. */
const SHORT_LIFE_MS = 5_000;

export function createSocketSupervisor(options: SocketSupervisorOptions): SocketSupervisor {
  const { timing, onState } = options;
  const stopping = new AbortController();
  /** The one that is used, and those that Slack leaves. */
  const sockets = new Set<OpenSocket>();
  let failures = 0;

  /** Returns the pause before the next one, ms. */
  async function live(): Promise<number> {
    const opened = await openWithin(options, stopping.signal).catch(fail);
    if (typeof opened === 'number') return opened;
    sockets.add(opened);
    void opened.ended.then(() => sockets.delete(opened));
    // Stopped while it was being opened: closing it resolves `leaving`.
    if (stopping.signal.aborted) opened.close();
    const openedAt = performance.now();
    onState({ kind: 'open' });
    const reason = await opened.leaving;
    return end(reason, performance.now() - openedAt);
  }

  function end(reason: string | null, livedMs: number): number {
    if (stopping.signal.aborted) return 0;
    const state = stateAfter(reason);
    onState(state);
    if (state.kind === 'refused') return timing.pauseMs;
    options.log.info({ socket: options.number, reason }, 'Slack closed a socket; opening the next');
    // A socket that lived is replaced without a pause: until then only the other one receives.
    failures = livedMs < SHORT_LIFE_MS ? failures + 1 : 0;
    return failures === 0 ? 0 : backoffMs(failures, Math.random(), RETRY);
  }

  function fail(error: unknown): number {
    if (stopping.signal.aborted) return 0;
    const state = stateOf(error);
    onState(state);
    if (state.kind === 'refused') return timing.pauseMs;
    failures += 1;
    const receipt = toReceipt(error);
    return receipt.kind === 'rate-limited' ? receipt.retryAfterMs : backoffMs(failures, Math.random(), RETRY);
  }

  return {
    async run() {
      while (!stopping.signal.aborted) {
        const waitMs = await live();
        await sleep(waitMs, undefined, { signal: stopping.signal }).catch(() => undefined);
      }
      // Sockets that Slack leaves still send acknowledgements.
      await Promise.all([...sockets].map(({ ended }) => ended));
    },
    stop() {
      stopping.abort();
      for (const socket of sockets) socket.close();
    },
    destroy: () => {
      for (const socket of sockets) socket.destroy();
    },
  };
}

const LINK_DISABLED =
  'Socket Mode was switched off for this app (link_disabled): switch it on under Settings › Socket Mode, or use HTTP mode';

function stateAfter(reason: string | null): SocketState {
  return reason === 'link_disabled'
    ? { kind: 'refused', reason: LINK_DISABLED, error: null }
    : { kind: 'away', why: `Slack closed the socket (${reason ?? 'no reason given'})` };
}

function stateOf(error: unknown): SocketState {
  const code = toSlackCode(error);
  if (code === null || toRejectionReason(code) !== 'unauthorized')
    return { kind: 'away', why: whyNot(error, code) };
  const rejection = toRejection(code, { method: METHOD, token: 'SLACK_APP_TOKEN' });
  return { kind: 'refused', reason: appTokenRejected(code), error: rejection };
}

function whyNot(error: unknown, code: string | null): string {
  if (code !== null) return `${METHOD}: ${code}`;
  const text = describe(error);
  // Our own errors' messages say more than their class.
  return text === 'Error' && error instanceof Error ? error.message : `${METHOD}: ${text}`;
}

async function openWithin(options: SocketSupervisorOptions, stop: AbortSignal): Promise<OpenSocket> {
  const limit = createTimeLimit(stop);
  limit.start(options.timing.openMs);
  try {
    return await openSocket({ ...options, lingerMs: options.timing.lingerMs }, limit.signal);
  } finally {
    limit.end();
  }
}
