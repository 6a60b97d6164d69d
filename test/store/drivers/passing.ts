/** Calls of the driver while time stands, and passes as a test says. */

import { syncBuiltinESMExports } from 'node:module';
import timers, { setImmediate as nextTurn } from 'node:timers/promises';
import { vi } from 'vitest';
import { traffic } from '../../support/traffic.ts';

let pauses: number[] = [];

/** Vitest leaves the promised timer real. */
export function fakeSleep(): void {
  vi.spyOn(timers, 'setTimeout').mockImplementation((ms = 0, value) => {
    // Files that ran before in this process may pause as well.
    if (new Error().stack?.includes('drivers/postgres.ts') === true) pauses.push(ms);
    return new Promise((resolve) => setTimeout(() => resolve(value as never), ms));
  });
  syncBuiltinESMExports();
}

/** Turns of the event loop without a word between the driver and its server. */
const QUIET_TURNS = 20;

/** Lets time pass until the call is over, whenever nothing is on its way any more. */
export async function passing<T>(call: Promise<T>, stepMs = 10): Promise<T> {
  const progress = { isOver: false };
  const over = (): void => void (progress.isOver = true);
  call.then(over, over);
  while (!progress.isOver) {
    await silence();
    vi.advanceTimersByTime(stepMs);
  }
  return call;
}

async function silence(): Promise<void> {
  let before = traffic();
  for (let quiet = 0; quiet < QUIET_TURNS; quiet += 1) {
    await nextTurn();
    const now = traffic();
    if (now !== before) quiet = 0;
    before = now;
  }
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
