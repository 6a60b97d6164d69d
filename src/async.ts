/** Waits that a person's patience ends. */

import { setTimeout as sleep } from 'node:timers/promises';

/** What comes of it withTimeout `ms`; null where that takes longer, for then it goes on unheard. */
export function withTimeout<T>(promise: Promise<T>, ms: number): Promise<T | null> {
  return Promise.race([promise, sleep(ms, null, { ref: false })]);
}
