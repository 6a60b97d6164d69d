/** Calls of the driver while time stands, and passes as a test says. */

import { syncBuiltinESMExports } from 'node:module';
import timers, { setImmediate as nextTurn } from 'node:timers/promises';
import { vi } from 'vitest';

/** Lets time pass until the call is over: forty times as fast as the wall's, at most. */
export async function passing<T>(call: Promise<T>, stepMs = 10): Promise<T> {
  const progress = { isOver: false };
  const over = (): void => void (progress.isOver = true);
  call.then(over, over);
  while (!progress.isOver) {
    const from = process.hrtime.bigint();
    do await nextTurn();
    while (process.hrtime.bigint() - from < 250_000n);
    vi.advanceTimersByTime(stepMs);
  }
  return call;
}

/** What it rejects with; null where it does not. */
export async function failure(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => null,
    (error: unknown) => error,
  );
}

/** What a call comes to, and how long the driver paused each time before it tried again. */
export async function pausing(call: () => Promise<unknown>) {
  const pauses: number[] = [];
  const sleep = timers.setTimeout;
  // Files that ran before in this process may pause as well.
  const spy = vi.spyOn(timers, 'setTimeout').mockImplementation((ms = 0, ...rest) => {
    if (new Error().stack?.includes('drivers/postgres.ts') === true) pauses.push(ms);
    return sleep(ms, ...rest);
  });
  syncBuiltinESMExports();
  const error = await passing(failure(call()));
  spy.mockRestore();
  syncBuiltinESMExports();
  return { error, pauses };
}
