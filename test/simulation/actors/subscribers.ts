/** People who follow every scan of a target, and channels that take no messages for a while. */

import { DEFAULT_SETTINGS } from '../../../src/scan/channel-settings.ts';
import { stoppedByU1 } from './watchers.ts';
import { saveSettings } from '../../../src/store/channel-settings.ts';
import {
  findSubscription,
  pauseSubscriptions,
  subscribe,
  unsubscribe,
  resumeSubscriptions,
} from '../../../src/store/subscriptions.ts';
import { channelOf, targetOf } from './places.ts';
import type { SimulatedProcess } from '../process.ts';
import type { Person } from './scenario.ts';
import type { World } from '../world.ts';

/** A message to the bot shows that the channel accepts messages. */
export async function speak({ slack, clock }: World, { database }: SimulatedProcess, channel: string) {
  if (!slack.isArchived(channel)) await resumeSubscriptions(database, channel, clock.now());
}

export async function beginSubscription(
  world: World,
  process: SimulatedProcess,
  person: Person & { kind: 'subscribe' },
): Promise<void> {
  const { clock, trace, scenario } = world;
  const channel = channelOf(person.channel);
  const userId = `U${String(person.user)}`;
  const target = targetOf(scenario, person.target);
  const isNew = await subscribe(process.database, { target, channel, userId, now: clock.now() });
  trace.say(
    () =>
      `${userId} subscribes ${channel} to target ${String(person.target)}${isNew ? '' : ', which it was already'}`,
  );
}

export async function endSubscription(world: World, process: SimulatedProcess, which: number): Promise<void> {
  const { clock, trace, names, judge } = world;
  const open = [...judge.ledger.subscriptions.values()].filter(({ state }) => state !== 'ended');
  const chosen = open[which % Math.max(1, open.length)];
  if (chosen === undefined) return;
  if ((await findSubscription(process.database, chosen.id)) === null) return;
  const now = clock.now();
  const isEnded = await unsubscribe(process.database, { id: chosen.id, now, toFinal: stoppedByU1 });
  trace.say(
    () => `somebody ends the subscription ${names.of(chosen.id)}: ${isEnded ? 'done' : 'it was over'}`,
  );
  process.wake();
}

export async function changeSettings(
  { clock, trace }: World,
  { database }: SimulatedProcess,
  {
    channel: index,
    showLiveMessages,
    completionIn,
    threshold,
    areRegistryEndsPosted,
  }: Person & {
    kind: 'settings';
  },
): Promise<void> {
  const channel = channelOf(index);
  const chosen = { showLiveMessages, completionIn, threshold, areRegistryEndsPosted };
  const settings = { ...DEFAULT_SETTINGS, ...chosen };
  await saveSettings(database, { channel, settings, userId: 'U1', now: clock.now() });
  trace.say(() => `somebody sets ${channel}: ${JSON.stringify(chosen)}`);
}

/** Slack's events of a channel that was archived, or came back. */
export async function hearOf(
  { clock, trace }: World,
  { database }: SimulatedProcess,
  { channel, isBack }: { channel: string; isBack: boolean },
): Promise<void> {
  const tell = isBack ? resumeSubscriptions : pauseSubscriptions;
  await tell(database, channel, clock.now());
  trace.say(() => `it is heard that ${channel} ${isBack ? 'is back' : 'was archived'}`);
}
