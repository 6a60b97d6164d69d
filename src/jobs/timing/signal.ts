/** Waits that can be cut short. */

export interface Signal {
  /** Ends the current wait, else the next one. */
  readonly notify: () => void;
  readonly wait: (ms: number) => Promise<void>;
}

/** Calls `run` after `ms`; the returned function cancels it. */
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
