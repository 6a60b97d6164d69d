/** Time limits for promises. */

/** Resolves like `promise`, or with null after `ms`. The promise itself is not cancelled. */
export function withTimeout<T>(promise: Promise<T>, ms: number): Promise<T | null> {
  const late = Promise.withResolvers<null>();
  const timer = setTimeout(() => late.resolve(null), ms).unref();
  return Promise.race([promise, late.promise]).finally(() => clearTimeout(timer));
}
