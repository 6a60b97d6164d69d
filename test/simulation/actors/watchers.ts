/** People who watch one target, as the command does it. */

import type { DeliveryContent } from '../../../src/scan/delivery.ts';
import type { Target } from '../../../src/scan/target.ts';
import { NEW_TARGET, toWatchedSnapshot } from '../../../src/scan/state/target-state.ts';
import { findTarget } from '../../../src/store/targets.ts';
import { findWatch } from '../../../src/store/watches.ts';
import { placeOf, targetOf } from './places.ts';
import type { SimulatedProcess } from '../process.ts';
import type { Person } from './scenario.ts';
import type { World } from '../world.ts';
import { stopWatch } from '../../../src/store/stop.ts';
import { startWatch } from '../../support/start.ts';

/** As long as two ticks; without anything as fresh the live message waits a moment. */
const FRESH_MS = 10_000;
export const LIVE_DELAY_MS = 1_500;

/** What a live message says until the next reading. */
export async function firstContent(
  { clock }: World,
  { database }: SimulatedProcess,
  target: Target,
): Promise<{ readonly content: DeliveryContent; readonly isFresh: boolean }> {
  const state = (await findTarget(database, target))?.state ?? NEW_TARGET;
  const ageMs = clock.now() - (state.snapshot.answeredAt ?? 0);
  const isFresh = state.failures === 0 && ageMs >= 0 && ageMs < FRESH_MS;
  return { content: { snapshot: toWatchedSnapshot(state.snapshot), end: null, stoppedBy: null }, isFresh };
}

export async function watch(
  world: World,
  process: SimulatedProcess,
  person: Person & { kind: 'watch' },
): Promise<void> {
  const { clock, trace } = world;
  const target = targetOf(world.scenario, person.target);
  const { content, isFresh } = await firstContent(world, process, target);
  const started = await startWatch(process.database, {
    target,
    conversation: placeOf(person.conversation),
    userId: `U${String(person.user)}`,
    now: clock.now(),
    content,
    liveDelayMs: isFresh ? 0 : LIVE_DELAY_MS,
  });
  trace.say(
    () =>
      `U${String(person.user)} watches ${String(person.target)} in place ${String(person.conversation)}: ${started.isNew ? 'a new' : 'joins'} ${world.names.of(started.id)}`,
  );
  process.wake();
  if (person.isReadAtOnce && started.isNew) await process.observer.observe(target);
}

export async function stop(world: World, process: SimulatedProcess, which: number): Promise<void> {
  // One that waits in silence has no button.
  const active = [...world.judge.ledger.watches.values()].filter(
    ({ state, isShown }) => state === 'active' && isShown,
  );
  const chosen = active[which];
  if (chosen !== undefined) await stopOne(world, process, chosen.id);
}

export function stoppedByU1(shown: DeliveryContent): DeliveryContent {
  return { ...shown, end: 'stopped', stoppedBy: 'U1' };
}

export async function stopOne(world: World, process: SimulatedProcess, id: string): Promise<void> {
  const { clock, trace, names } = world;
  if ((await findWatch(process.database, id)) === null) return;
  const isStopped = await stopWatch(process.database, { id, now: clock.now(), toFinal: stoppedByU1 });
  trace.say(() => `somebody stops ${names.of(id)}: ${isStopped ? 'done' : 'it was over'}`);
  process.wake();
}
