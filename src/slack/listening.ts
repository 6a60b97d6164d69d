/**
 * Listens to Slack through outages: a start that fails because Slack or the network is away is tried again for as long
 * as it takes, while the watches go on. Only what an operator has to mend ends the start: a refused token, a taken port.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Connection } from './connection.ts';
import { StartError } from './start-error.ts';

export interface ListeningOptions {
  /** A connection can be started once: each try makes one. */
  readonly connect: () => Connection;
  readonly onConnected: () => Promise<void>;
  readonly log: Log;
}

export interface Listening {
  /** Resolves after the first try, successful or to be repeated; rejects with a StartError that no retry can mend. */
  readonly start: () => Promise<void>;
  readonly stop: () => Promise<void>;
  readonly port: () => number | null;
}

const RETRY_BASE_MS = 1_000;
const RETRY_CAP_MS = 30_000;

export function createListening({ connect, onConnected, log }: ListeningOptions): Listening {
  const ending = new AbortController();
  let connection: Connection | null = null;
  let retrying: Promise<void> = Promise.resolve();

  const isEnding = () => ending.signal.aborted;

  async function attempt(): Promise<boolean> {
    if (isEnding()) return true;
    connection = connect();
    try {
      await connection.start();
    } catch (error) {
      if (isEnding()) return true;
      if (isForOperator(error)) throw error;
      log.error({ error: messageOf(error) }, 'no connection to Slack yet; trying again');
      return false;
    }
    await onConnected();
    return true;
  }

  async function retry(): Promise<void> {
    for (let tries = 0; ; tries += 1) {
      const waitMs = Math.min(RETRY_CAP_MS, RETRY_BASE_MS * 2 ** Math.min(tries, 10));
      const isOver = await sleep(waitMs, false, { signal: ending.signal }).catch(() => true);
      if (isOver || (await attempt())) return;
    }
  }

  return {
    async start() {
      if (await attempt()) return;
      retrying = retry().catch((error: unknown) => {
        // Slack came back and refuses: the operator must act, and everything stays queued until then.
        log.fatal(
          { error: messageOf(error) },
          'Slack refuses the connection; mend the configuration and start again',
        );
      });
    },
    async stop() {
      ending.abort();
      await connection?.stop();
      await retrying;
    },
    port: () => connection?.port() ?? null,
  };
}

function isForOperator(error: unknown): boolean {
  return error instanceof StartError && error.variable !== null && error.variable !== 'SLACK_API_URL';
}
