/** Caches values from Slack for a minute. A failed call is repeated the next time. */

/** A person who leaves a conversation or a group sees it for no longer than this. */
const KEEP_MS = 60_000;
/** Bounds the memory of a process that runs for months. */
const KEPT = 5_000;

/** `fetch` resolves with null where Slack does not say. Concurrent callers share one call. */
export function createRemember<T>(
  fetch: (key: string) => Promise<T | null>,
  now: () => number,
): (key: string) => Promise<T | null> {
  const known = new Map<string, { readonly value: Promise<T | null>; readonly at: number }>();
  return async (key) => {
    const kept = known.get(key);
    const ageMs = kept === undefined ? Infinity : now() - kept.at;
    // After the clock moved back, a value must not be kept for an hour.
    if (kept !== undefined && ageMs >= 0 && ageMs < KEEP_MS) return kept.value;
    const entry = { value: fetch(key), at: now() };
    if (known.size >= KEPT) known.clear();
    known.set(key, entry);
    const value = await entry.value.catch(() => null);
    if (value === null && known.get(key) === entry) known.delete(key);
    return value;
  };
}
