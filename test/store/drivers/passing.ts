/** Calls of the driver while time stands, and passes as a test says. */

import { syncBuiltinESMExports } from 'node:module';
import timers from 'node:timers/promises';
import { vi } from 'vitest';
import { whenSilent } from '../../support/traffic.ts';

let pauses: number[] = [];

/** Vitest leaves `timers/promises` real. Records how long the driver pauses. */
export function fakeSleep(): void {
  const sleep = timers.setTimeout;
  vi.spyOn(timers, 'setTimeout').mockImplementation((ms = 0, value, options) => {
    // Loops of files that ran before in this process go on in real time.
    if (new Error().stack?.includes('drivers/postgres.ts') !== true) return sleep(ms, value, options);
    pauses.push(ms);
    return new Promise((resolve) => setTimeout(() => resolve(value as never), ms));
  });
  syncBuiltinESMExports();
}

/** Lets time pass until the call is over, whenever nothing is on its way any more. */
export async function passing<T>(call: Promise<T>, stepMs = 10): Promise<T> {
  const progress = { isOver: false };
  const over = (): void => void (progress.isOver = true);
  call.then(over, over);
  while (!progress.isOver) {
    await new Promise<void>((resolve) => whenSilent(resolve));
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
  pauses = [];
  const error = await passing(failure(call()));
  return { error, pauses };
}
