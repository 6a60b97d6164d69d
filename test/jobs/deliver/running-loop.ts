/** A delivery loop that runs, on timers that a test advances together with its clock. */

import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, vi } from 'vitest';
import type { DelivererOptions } from '../../../src/jobs/deliver.ts';
import type { Loop } from '../../../src/loop.ts';
import { MINUTE } from '../../support/observations.ts';
import { imageNamed } from '../../support/store.ts';
import { createWorld, type World } from '../world.ts';

export let world: World;
export let loop: Loop;

export async function openWorld(options: Partial<DelivererOptions> = {}): Promise<void> {
  world = await createWorld(options);
}

/** A world per test. To be called by each file: another one may have loaded this module before. */
export function useRunningLoop(): void {
  beforeEach(() => openWorld());
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

/** Watches, each with its own target and channel, and their live messages. */
export async function watchMany(count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let index = 0; index < count; index += 1) {
    ids.push(await world.watch({ target: imageNamed(`image-${index}`), channel: `C${index}` }));
  }
  while ((await world.deliver()) > 0);
  world.pass(2 * MINUTE);
  return ids;
}

/** Whether the loop ends by now. */
export async function stops(): Promise<boolean> {
  let isOver = false;
  void loop.stop().then(() => (isOver = true));
  await settle();
  return isOver;
}
