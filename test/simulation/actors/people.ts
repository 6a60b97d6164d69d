/** What people do, as the commands do it. */

import { recordRequest, settleRequest } from '../../../src/store/scans/scan-requests.ts';
import { beginBoard, endBoard, fold } from './boarders.ts';
import { channelOf, placeOf, targetOf } from './places.ts';
import type { SimulatedProcess } from '../process.ts';
import type { Person } from './scenario.ts';
import { beginSubscription, changeSettings, endSubscription, speak } from './subscribers.ts';
import { stop, watch } from './watchers.ts';
import type { World } from '../world.ts';

/** Resolves when the person has a reply; never if the process dies before. */
export async function act(world: World, process: SimulatedProcess, person: Person): Promise<void> {
  const { slack, trace, scenario } = world;
  switch (person.kind) {
    case 'watch':
      await speak(world, process, placeOf(person.conversation).channel);
      return watch(world, process, person);
    case 'board':
      await speak(world, process, placeOf(person.conversation).channel);
      return beginBoard(world, process, person);
    case 'fold':
      return fold(world, process, placeOf(person.conversation));
    case 'stop-board':
      return endBoard(world, process, person);
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

/** A requested scan may never start. */
async function start(
  world: World,
  process: SimulatedProcess,
  person: Person & { kind: 'start' },
): Promise<void> {
  const { clock, scenario, trace } = world;
  const { channel } = placeOf(person.conversation);
  const target = targetOf(scenario, person.target);
  const asked = { target, kind: 'start', userId: 'U1', channel, now: clock.now() } as const;
  const id = await recordRequest(process.database, asked);
  trace.say(() => `somebody starts target ${String(person.target)}, which does not begin`);
  await watch(world, process, { ...person, kind: 'watch', user: 1, isReadAtOnce: true });
  await settleRequest(process.database, id, 'done');
}
