/** Which requests count against the Console's limit, and when the next one may be sent. */

const WINDOW_MS = 30_000;
/** A request is counted before it leaves, and by the Console when it arrives. */
export const ON_ITS_WAY_MS = 2_000;
/** How long a request counts, ms. */
export const COUNTS_MS = WINDOW_MS + ON_ITS_WAY_MS;

/** `high`: a message waits for it, or it repeats a request already sent. */
export type Priority = 'interactive' | 'high' | 'background';

/** In the order in which they get permits. */
export const PRIORITIES: readonly Priority[] = ['interactive', 'high', 'background'];

/** Maximum of counted requests, with a new one of this priority: the Console allows 30. */
export const LIMITS: Readonly<Record<Priority, number>> = { interactive: 30, high: 27, background: 24 };
/** Below this count polls are not spaced: a few targets are all polled at the start of a tick. */
const POLLS_AT_ONCE = LIMITS.background / 2;
/** At this interval polls use their limit exactly as it is renewed. */
const POLL_EVERY_MS = WINDOW_MS / LIMITS.background;

/** Permission for one request. */
export interface Permit {
  /** The request is over. */
  end(): void;
  /** The request is not sent. */
  leave(): void;
}

/**
 * When one more request may be sent, monotonic ms; Infinity while that depends on requests under way. `times`: when each
 * counted request no longer counts, ascending.
 *
 * Polls are not spaced while few requests count, then one by one: sent together, none would be left for the rest of the
 * window, and messages would update in bursts.
 */
export function permitAt(
  priority: Priority,
  times: readonly number[],
  { now, lastPollAt }: { readonly now: number; readonly lastPollAt: number },
): number {
  const surplus = times.length - LIMITS[priority];
  if (surplus >= 0) return times[surplus] ?? Infinity;
  if (priority !== 'background' || times.length < POLLS_AT_ONCE) return now;
  // The remaining polls are spread until the next request no longer counts.
  const evenMs = ((times[0] ?? now) - now) / (1 - surplus);
  return lastPollAt + Math.min(2 * POLL_EVERY_MS, Math.max(POLL_EVERY_MS, evenMs));
}

/** A request of any process; `freeInMs`: until it no longer counts. */
export interface CountedRequest {
  readonly id: string;
  readonly freeInMs: number;
}

/** Requests of all processes as the database returned them last, and which of them are under way in this one. */
export function createWindow(monotonicNow: () => number) {
  let freeAt = new Map<string, number>();
  /** When each was counted, monotonic ms. */
  const underWay = new Map<string, number>();
  const late = new Set<string>();
  const isLate = (countedAt: number): boolean => monotonicNow() - countedAt >= ON_ITS_WAY_MS;
  return {
    times: (): readonly number[] =>
      Array.from(freeAt, ([id, at]) => (underWay.has(id) ? Infinity : at))
        .filter((at) => at > monotonicNow())
        .toSorted((a, b) => a - b),
    begin: (id: string, countedAt: number) => void underWay.set(id, countedAt),
    leave(id: string): void {
      underWay.delete(id);
      freeAt.delete(id);
    },
    /** The Console counted it at some instant before its end: it counts from then on. */
    end(id: string): void {
      if (isLate(underWay.get(id) ?? Infinity)) {
        late.add(id);
        freeAt.set(id, monotonicNow() + WINDOW_MS);
      }
      underWay.delete(id);
    },
    /** Requests took long and ended, which the database has not recorded. */
    hasLate: (): boolean => late.size > 0,
    /** All that took long, the ones under way included. */
    late: (): readonly string[] => [
      ...late,
      ...Array.from(underWay).flatMap(([id, countedAt]) => (isLate(countedAt) ? [id] : [])),
    ],
    /** The database has recorded those late ones at `at`, and returned all requests that count. */
    update(
      requests: readonly CountedRequest[],
      { at, recorded }: { at: number; recorded: readonly string[] },
    ): void {
      freeAt = new Map(requests.map(({ id, freeInMs }) => [id, at + freeInMs]));
      for (const id of recorded) late.delete(id);
    },
    forgetLate: () => late.clear(),
  };
}
