/**
 * Connects to Slack through outages: a start that fails because Slack or the network is unreachable is retried forever,
 * while watches go on. Only what an operator must fix ends the start, such as a rejected token.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../../errors.ts';
import type { Log } from '../../log.ts';
import { backoffMs } from '../../scan/state/poll-interval.ts';
import { badConfiguration, slackNotConnected } from '../../views/parts/readiness.ts';
import type { Connection } from './connection.ts';
import { StartError } from './start-error.ts';

export interface ReconnectOptions {
  /** A connection can be started once: each attempt makes one. */
  readonly connect: () => Connection;
  readonly onConnected: (connection: Connection) => Promise<void>;
  /** Why no payloads arrive, and what to do; null while they do. */
  readonly onError: (reason: string | null) => void;
  readonly log: Log;
}

export interface Reconnect {
  /**
   * Resolves after the first attempt, successful or to be retried; rejects with a StartError that only an operator can
   * fix.
   */
  readonly start: () => Promise<void>;
  readonly stop: () => Promise<void>;
  readonly openSockets: () => number | null;
}

const RETRY = { baseMs: 1_000, capMs: 30_000 };
/** Between two attempts of what an operator must fix. */
const PAUSE_MS = 60_000;

export function createReconnect(options: ReconnectOptions): Reconnect {
  const { connect, onConnected, onError } = options;
  const ending = new AbortController();
  let connection: Connection | null = null;
  let retrying: Promise<void> = Promise.resolve();

  const isEnding = () => ending.signal.aborted;

  /** null where connected or stopping; otherwise why not. Throws what no retry can fix. */
  async function attempt(): Promise<string | null> {
    if (isEnding()) return null;
    connection = connect();
    try {
      await connection.start();
    } catch (error) {
      if (isEnding()) return null;
      if (isForOperator(error)) throw error;
      return messageOf(error);
    }
    if (isEnding()) return null;
    onError(null);
    await onConnected(connection);
    return null;
  }

  async function retry(): Promise<void> {
    let waitMs: number | null = RETRY.baseMs;
    for (let tries = 1; waitMs !== null; tries += 1) {
      const isOver: boolean = await sleep(waitMs, false, { signal: ending.signal }).catch(() => true);
      waitMs = isOver ? null : await attemptAgain(options, attempt, tries);
    }
  }

  return {
    async start() {
      const why = await attempt();
      if (why === null) return;
      onError(slackNotConnected(why));
      retrying = retry();
    },
    async stop() {
      ending.abort();
      // First: a start in progress rejects, so that `retrying` ends.
      await connection?.stop();
      await retrying;
    },
    openSockets: () => connection?.openSockets() ?? null,
  };
}

/** Ms until the next try; null for none. What an operator must fix is retried rarely: then no restart is needed. */
async function attemptAgain(
  { onError, log }: ReconnectOptions,
  attempt: () => Promise<string | null>,
  tries: number,
): Promise<number | null> {
  try {
    const why = await attempt();
    if (why === null) return null;
    log.warn({ error: why }, 'no connection to Slack yet; trying again');
    return backoffMs(tries, Math.random(), RETRY);
  } catch (error) {
    onError(badConfiguration(messageOf(error)));
    return PAUSE_MS;
  }
}

/** An unreachable SLACK_API_URL is retried: the host may come back. */
function isForOperator(error: unknown): boolean {
  return error instanceof StartError && error.variable !== null && error.variable !== 'SLACK_API_URL';
}
