/**
 * Held requests. All of a process are checked in the database together, once a second: another replica may record the
 * end, and a hundred cost as little as one.
 */

import { setTimeout as sleep } from 'node:timers/promises';

export interface LongPolls {
  /** Resolves when the wait has ended, after `ms`, when the signal aborts, or at shutdown. */
  readonly hold: (id: string, limit: { readonly ms: number; readonly signal: AbortSignal }) => Promise<void>;
  /** No more requests can be held. */
  readonly isFull: () => boolean;
  /** Releases all. */
  readonly end: () => void;
}

const POLL_INTERVAL_MS = 1_000;
/** Each is a connection. */
export const HELD_MAX = 500;

/** `findEnded` returns those of the waits that have ended. */
export function createLongPolls(
  findEnded: (ids: readonly string[]) => Promise<readonly string[]>,
): LongPolls {
  const held = new Set<{ readonly id: string; readonly release: () => void }>();
  let isEnded = false;
  let isPolling = false;

  async function poll(): Promise<void> {
    if (isPolling) return;
    isPolling = true;
    while (held.size > 0) {
      await sleep(POLL_INTERVAL_MS);
      const ids = [...new Set([...held].map(({ id }) => id))];
      // An unreachable database is reported by its health, not here.
      const found = new Set(ids.length === 0 ? [] : await findEnded(ids).catch(() => []));
      for (const { id, release } of held) if (found.has(id)) release();
    }
    isPolling = false;
  }

  return {
    isFull: () => held.size >= HELD_MAX,
    hold: (id, { ms, signal }) =>
      new Promise((resolve) => {
        // A signal that has aborted fires no event any more.
        if (isEnded || signal.aborted) {
          resolve();
          return;
        }
        const release = (): void => {
          clearTimeout(timer);
          signal.removeEventListener('abort', release);
          held.delete(request);
          resolve();
        };
        const timer = setTimeout(release, ms);
        const request = { id, release };
        signal.addEventListener('abort', release, { once: true });
        held.add(request);
        void poll();
      }),
    end: () => {
      isEnded = true;
      for (const { release } of held) release();
    },
  };
}
