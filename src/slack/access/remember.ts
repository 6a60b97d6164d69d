/** Answers of Slack that may be a minute old. One that it does not give is asked for again the next time. */

/** A person who leaves a conversation or a group sees it for no longer than this. */
const KEEP_MS = 60_000;
/** A process that runs for months meets many people. */
const KEPT = 5_000;

/** `fetch` resolves with null where Slack does not tell. Many who ask at a time cause one call. */
export function createRemember<T>(
  fetch: (key: string) => Promise<T | null>,
  now: () => number,
): (key: string) => Promise<T | null> {
  const known = new Map<string, { readonly value: Promise<T | null>; readonly at: number }>();
  return async (key) => {
    const kept = known.get(key);
    const ageMs = kept === undefined ? Infinity : now() - kept.at;
    // A clock that was set back must not keep an answer for an hour.
    if (kept !== undefined && ageMs >= 0 && ageMs < KEEP_MS) return kept.value;
    const asked = { value: fetch(key), at: now() };
    if (known.size >= KEPT) known.clear();
    known.set(key, asked);
    const value = await asked.value.catch(() => null);
    if (value === null && known.get(key) === asked) known.delete(key);
    return value;
  };
}
