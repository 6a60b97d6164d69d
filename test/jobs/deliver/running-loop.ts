/** A delivery loop that runs, on timers that a test advances together with its clock. */

import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, vi } from 'vitest';
import type { Loop } from '../../../src/loop.ts';
import { useWorld, world } from '../world.ts';

export let loop: Loop;

/** A world per test. To be called by each file: another one may have loaded this module before. */
export function useRunningLoop(): void {
  useWorld();
  afterEach(() => {
    void loop.stop();
    vi.useRealTimers();
  });
}

export async function start(): Promise<void> {
  loop = world.deliverer().start();
  await settle();
}

/** Lets everything happen that waits for no time to pass. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await nextTurn();
}

export async function pass(ms: number): Promise<void> {
  world.pass(ms);
  await vi.advanceTimersByTimeAsync(ms);
  await settle();
}

export async function wake(): Promise<void> {
  loop.wake();
  await settle();
}

/** Whether the loop ends by now. */
export async function stops(): Promise<boolean> {
  let isOver = false;
  void loop.stop().then(() => (isOver = true));
  await settle();
  return isOver;
}
