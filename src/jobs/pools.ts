/** How many calls to Slack go on at once, of each kind by itself. */

export const AT_ONCE = 8;
const LOOKS_AT_ONCE = 4;

export type Lanes = ReturnType<typeof createLanes>;

/** Nothing waits for a call that hangs but what wants its place. */
export function createLanes(onFree: () => void) {
  return {
    looks: createLane(LOOKS_AT_ONCE, onFree),
    posts: createLane(AT_ONCE, onFree),
    edits: createLane(AT_ONCE, onFree),
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
