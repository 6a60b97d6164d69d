/** How many calls to Slack go on at once, of each kind by itself. */

export const CONCURRENCY = 8;
const MAX_LOOKUPS = 4;

export type Pools = ReturnType<typeof createPools>;

/** Nothing waits for a call that hangs but what wants its place. */
export function createPools(onFree: () => void) {
  return {
    lookups: createLane(MAX_LOOKUPS, onFree),
    posts: createLane(CONCURRENCY, onFree),
    edits: createLane(CONCURRENCY, onFree),
  };
}

interface Lane {
  /** How many calls may be begun. */
  free(): number;
  /** `call` never rejects. */
  begin(call: Promise<void>): Promise<void>;
  /** Resolves when no call is under way. */
  end(): Promise<unknown>;
}

function createLane(size: number, onFree: () => void): Lane {
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
