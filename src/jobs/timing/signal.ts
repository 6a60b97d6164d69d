/** Waits that can be cut short. */

export interface Bell {
  /** Cuts the wait that goes on, else the next one. */
  readonly ring: () => void;
  readonly wait: (ms: number) => Promise<void>;
}

/** Calls `run` after so many ms; what comes back takes it back. */
export type Alarm = (ms: number, run: () => void) => () => void;

export function createBell(alarm: Alarm = setAlarm): Bell {
  let hasRung = false;
  let onRing = (): void => undefined;
  return {
    ring: () => {
      hasRung = true;
      onRing();
    },
    wait: async (ms) => {
      if (!hasRung) {
        await new Promise<void>((resolve) => {
          const takeBack = alarm(ms, resolve);
          onRing = () => {
            takeBack();
            resolve();
          };
        });
      }
      hasRung = false;
    },
  };
}

export function setAlarm(ms: number, run: () => void): () => void {
  const timer = setTimeout(run, ms);
  return () => clearTimeout(timer);
}
