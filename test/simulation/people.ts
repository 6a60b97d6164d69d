/** What people do, as the commands do it. */

import { NEW_TARGET, toWatchedSnapshot } from '../../src/scan/target-state.ts';
import { recordRequest, settleRequest } from '../../src/store/scan-requests.ts';
import { findTarget } from '../../src/store/targets.ts';
import { findWatch, startWatch, stopWatch } from '../../src/store/watches.ts';
import { channelOf, placeOf, targetOf } from './places.ts';
import type { SimulatedProcess } from './process.ts';
import type { Person } from './scenario.ts';
import { beginSubscription, changeSettings, endSubscription, speak } from './subscribers.ts';
import type { World } from './world.ts';

/** As long as two ticks; without anything as fresh the live message waits a moment. */
const FRESH_MS = 10_000;
const LIVE_DELAY_MS = 1_500;

/** Resolves when the person has an answer; never where the process dies before. */
export async function act(world: World, process: SimulatedProcess, person: Person): Promise<void> {
  const { slack, trace, scenario } = world;
  switch (person.kind) {
    case 'watch':
      await speak(world, process, placeOf(person.place).channel);
      return watch(world, process, person);
    case 'stop':
      return stop(world, process, person.which);
    case 'subscribe':
      await speak(world, process, channelOf(person.channel));
      return beginSubscription(world, process, person);
    case 'unsubscribe':
      return endSubscription(world, process, person.which);
    case 'settings':
      return changeSettings(world, process, person);
    case 'delete':
      slack.delete(person.which);
      return;
    case 'archive':
      return;
    case 'start':
      return start(world, process, person);
    case 'ask':
      trace.say(() => `somebody asks about target ${String(person.target)}`);
      await process.observer.observe(targetOf(scenario, person.target));
  }
}

/** What was asked for may never begin. */
async function start(
  world: World,
  process: SimulatedProcess,
  person: Person & { kind: 'start' },
): Promise<void> {
  const { clock, scenario, trace } = world;
  const { channel } = placeOf(person.place);
  const target = targetOf(scenario, person.target);
  const asked = { target, kind: 'start', userId: 'U1', channel, now: clock.now() } as const;
  const id = await recordRequest(process.database, asked);
  trace.say(() => `somebody starts target ${String(person.target)}, which does not begin`);
  await watch(world, process, { ...person, kind: 'watch', user: 1, isReadAtOnce: true });
  await settleRequest(process.database, id, 'done');
}

async function watch(
  world: World,
  process: SimulatedProcess,
  person: Person & { kind: 'watch' },
): Promise<void> {
  const { clock, trace } = world;
  const target = targetOf(world.scenario, person.target);
  const state = (await findTarget(process.database, target))?.state ?? NEW_TARGET;
  const ageMs = clock.now() - (state.snapshot.answeredAt ?? 0);
  const isFresh = state.failures === 0 && ageMs >= 0 && ageMs < FRESH_MS;
  const content = { snapshot: toWatchedSnapshot(state.snapshot), end: null, stoppedBy: null };
  const started = await startWatch(process.database, {
    target,
    place: placeOf(person.place),
    userId: `U${String(person.user)}`,
    now: clock.now(),
    content,
    liveDelayMs: isFresh ? 0 : LIVE_DELAY_MS,
  });
  trace.say(
    () =>
      `U${String(person.user)} watches ${String(person.target)} in place ${String(person.place)}: ${started.isNew ? 'a new' : 'joins'} ${world.names.of(started.id)}`,
  );
  process.wake();
  if (person.isReadAtOnce && started.isNew) await process.observer.observe(target);
}

async function stop(world: World, process: SimulatedProcess, which: number): Promise<void> {
  const { clock, trace, names, judge } = world;
  // One that waits in silence has no button.
  const active = [...judge.ledger.watches.values()].filter(
    ({ state, isShown }) => state === 'active' && isShown,
  );
  const chosen = active[which];
  if (chosen === undefined) return;
  const found = await findWatch(process.database, chosen.id);
  if (found === null) return;
  const content = { snapshot: toWatchedSnapshot(found.snapshot), end: 'stopped', stoppedBy: 'U1' } as const;
  const isStopped = await stopWatch(process.database, { id: chosen.id, now: clock.now(), content });
  trace.say(() => `somebody stops ${names.of(chosen.id)}: ${isStopped ? 'done' : 'it was over'}`);
  process.wake();
}
