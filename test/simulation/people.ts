/** What people do, as the commands do it. */

import { REGULAR_SCAN, type Target } from '../../src/scan/target.ts';
import { NEW_TARGET, toWatchedSnapshot } from '../../src/scan/target-state.ts';
import type { Place } from '../../src/scan/watch.ts';
import { findTarget } from '../../src/store/targets.ts';
import { findWatch, startWatch, stopWatch } from '../../src/store/watches.ts';
import { imageNamed } from '../support/store.ts';
import type { SimulatedProcess } from './process.ts';
import type { Person, Scenario } from './scenario.ts';
import type { World } from './world.ts';

const CHANNELS = ['C1', 'C2', 'C3', 'C4'];
/** As long as two ticks; without anything as fresh the live message waits a moment. */
const FRESH_MS = 10_000;
const LIVE_DELAY_MS = 1_500;

export function targetsOf({ targets, hasRegular }: Scenario): readonly Target[] {
  const images = Array.from({ length: targets }, (_, index) => imageNamed(`image-${String(index)}`));
  return hasRegular ? [REGULAR_SCAN, ...images.slice(1)] : images;
}

/** Resolves when the person has an answer; never where the process dies before. */
export async function act(world: World, process: SimulatedProcess, person: Person): Promise<void> {
  const { slack, trace } = world;
  const targets = targetsOf(world.scenario);
  switch (person.kind) {
    case 'watch':
      return watch(world, process, person);
    case 'stop':
      return stop(world, process, person.which);
    case 'delete':
      slack.delete(person.which);
      return;
    case 'archive':
      trace.say(() => `somebody archives ${channelOf(person.channel)}`);
      slack.archive(channelOf(person.channel));
      return;
    case 'ask':
      trace.say(() => `somebody asks about target ${String(person.target)}`);
      await process.observer.observe(targets[person.target] ?? REGULAR_SCAN);
  }
}

function channelOf(index: number): string {
  return CHANNELS[index] ?? 'C1';
}

/** Behind the channels come two threads of the first one. */
function placeOf(index: number): Place {
  const thread = index < CHANNELS.length ? '' : `thread-${String(index)}`;
  return { channel: channelOf(index), thread };
}

async function watch(
  world: World,
  process: SimulatedProcess,
  person: Person & { kind: 'watch' },
): Promise<void> {
  const { clock, trace } = world;
  const target = targetsOf(world.scenario)[person.target] ?? REGULAR_SCAN;
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
  const active = [...judge.ledger.watches.values()].filter(({ state }) => state === 'active');
  const chosen = active[which];
  if (chosen === undefined) return;
  const found = await findWatch(process.database, chosen.id);
  if (found === null) return;
  const content = { snapshot: toWatchedSnapshot(found.snapshot), end: 'stopped', stoppedBy: 'U1' } as const;
  const isStopped = await stopWatch(process.database, { id: chosen.id, now: clock.now(), content });
  trace.say(() => `somebody stops ${names.of(chosen.id)}: ${isStopped ? 'done' : 'it was over'}`);
  process.wake();
}
