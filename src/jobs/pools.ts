/** Limits of concurrent calls to Slack, a pool for each kind. */

export const CONCURRENCY = 8;
const MAX_LOOKUPS = 4;

export type Pools = ReturnType<typeof createPools>;

/** A hanging call delays only its own pool. */
export function createPools(onFree: () => void) {
  return {
    lookups: createPool(MAX_LOOKUPS, onFree),
    posts: createPool(CONCURRENCY, onFree),
    edits: createPool(CONCURRENCY, onFree),
  };
}

interface Pool {
  /** Calls that may be started. */
  free(): number;
  /** `call` never rejects. */
  begin(call: Promise<void>): Promise<void>;
  /** Resolves when no call is in flight. */
  end(): Promise<unknown>;
}

function createPool(size: number, onFree: () => void): Pool {
  const underWay = new Set<Promise<void>>();
  return {
    free: () => size - underWay.size,
    begin(call) {
      const ended = call.then(() => {
        underWay.delete(ended);
        onFree();
      });
      underWay.add(ended);
      return ended;
    },
    end: () => Promise.all(underWay),
  };
}
