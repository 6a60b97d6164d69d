/** Time limits of promises, signals as promises, and what is repeated. */

/** Resolves like `promise`, or with null after `ms`. The promise itself is not cancelled. */
export function withTimeout<T>(promise: Promise<T>, ms: number): Promise<T | null> {
  const late = Promise.withResolvers<null>();
  const timer = setTimeout(() => late.resolve(null), ms).unref();
  return Promise.race([promise, late.promise]).finally(() => clearTimeout(timer));
}

/** Never resolves without a signal. */
export function aborted(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) resolve();
    signal?.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** Others change what a write was planned from once or twice. What needs more tries is a bug. */
const MAX_TRIES = 20;

/** Plans and writes again while `attempt` gives null: others changed what it had read. Rejects where that goes on. */
export async function retryConflicts<T>(name: string, attempt: () => Promise<T | null>): Promise<T> {
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const result = await attempt();
    if (result !== null) return result;
  }
  throw new Error(`${name}: what it changes was changed by others in each of ${String(MAX_TRIES)} tries`);
}
