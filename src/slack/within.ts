/** Waits that a person's patience ends. */

import { setTimeout as sleep } from 'node:timers/promises';

/** What comes of it within `ms`; null where that takes longer, for then it goes on unheard. */
export function within<T>(promise: Promise<T>, ms: number): Promise<T | null> {
  return Promise.race([promise, sleep(ms, null, { ref: false })]);
}
