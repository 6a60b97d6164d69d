/** Waits that can be cut short. */

export interface Signal {
  /** Cuts the wait that goes on, else the next one. */
  readonly notify: () => void;
  readonly wait: (ms: number) => Promise<void>;
}

/** Calls `run` after so many ms; what comes back takes it back. */
export type Alarm = (ms: number, run: () => void) => () => void;

export function createSignal(alarm: Alarm = setAlarm): Signal {
  let hasRung = false;
  let onNotify = (): void => undefined;
  return {
    notify: () => {
      hasRung = true;
      onNotify();
    },
    wait: async (ms) => {
      if (!hasRung) {
        await new Promise<void>((resolve) => {
          const takeBack = alarm(ms, resolve);
          onNotify = () => {
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
