/** Of which ends a channel may hear nothing, and of which it must not. */

import { DEFAULT_SETTINGS } from '../../../src/scan/channel-settings.ts';
import type { NotificationRule } from '../../../src/scan/threshold.ts';
import { hasFreeze } from '../actors/scenario.ts';
import type { Shown } from '../outside/messages.ts';
import type { WatchRecord } from './ledger.ts';
import type { World } from '../world.ts';

/** Anything that ends, in a channel, and when. */
type Life = Pick<WatchRecord, 'channel' | 'bornAt' | 'endedAt'>;

/** All that the channel wanted while it went on. */
function wishesOf({ judge }: World, { channel, bornAt, endedAt }: Life): readonly NotificationRule[] {
  const own = judge.ledger.wishes.filter((one) => one.channel === channel);
  const before = own.findLast(({ from }) => from <= bornAt) ?? DEFAULT_SETTINGS;
  return [before, ...own.filter(({ from }) => from > bornAt && from <= (endedAt ?? Infinity))];
}

/** Its channel may have wanted to hear nothing of an end like this: a mild one, or a sound one of the registry scan. */
export function mayBeQuiet(world: World, watch: WatchRecord): boolean {
  const { target, endedAt } = watch;
  const ends = world.console.ends.filter((end) => end.target === target && end.at <= (endedAt ?? 0));
  const wishes = wishesOf(world, watch);
  // This Console does not report failures within a registry scan.
  if (target === 'regular') return ends.length > 0 && wishes.some((one) => !one.areRegistryEndsPosted);
  const sound = ends.filter(({ error }) => error === '');
  const mayHaveNothingNew = sound.length > 1 && wishes.some(({ threshold }) => threshold === 'new-critical');
  return (
    (sound.some(({ isMild }) => isMild) || mayHaveNothingNew) &&
    wishes.some(({ threshold }) => threshold !== 'every-end')
  );
}

/** Each of its images may be kept from the channel, but for those that people stopped. */
export function mayBoardBeQuiet(world: World, boardId: string): boolean {
  const members = [...world.judge.ledger.watches.values()].filter(({ board }) => board === boardId);
  const over = members.filter(({ state }) => state !== 'stopped');
  return over.length > 0 && over.every((one) => mayBeQuiet(world, one));
}

/** What was sent before the wait for the report was over, was sent because of it: then what it says was known. */
export function judgeQuiet(world: World, life: Life & { readonly id: string }, shown: Shown): void {
  const { judge, scenario, names, isClockSet } = world;
  // Progress reported the failure, which no channel can leave out, and the result need not have shown yet.
  const contents = [shown.content, ...shown.lines.map(({ content }) => content)];
  const hasFailed = contents.some(({ snapshot }) => snapshot.state === 'failed');
  if (isClockSet || hasFreeze(scenario) || hasFailed) return;
  if (shown.at >= (life.endedAt ?? 0) + scenario.reportWaitMs) return;
  const isUnwanted = wishesOf(world, life).every(({ threshold }) => threshold !== 'every-end');
  const reports = shown.lines.length === 0 ? [shown.report] : shown.lines.map(({ report }) => report);
  const isMild = reports.every(
    (one) => one?.kind === 'image' && one.error === '' && one.findings?.critical === 0,
  );
  if (isUnwanted && isMild)
    judge.accuse('I17', `${names.of(life.id)} is told of less than its channel wants to be told of`);
}
