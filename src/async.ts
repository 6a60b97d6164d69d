/** Time limits for promises. */

import { setTimeout as sleep } from 'node:timers/promises';

/** Resolves like `promise`, or with null after `ms`. The promise itself is not cancelled. */
export function withTimeout<T>(promise: Promise<T>, ms: number): Promise<T | null> {
  return Promise.race([promise, sleep(ms, null, { ref: false })]);
}
