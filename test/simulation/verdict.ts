/** What must hold of the messages once all is quiet. */

import { fingerprint } from '../../src/scan/fingerprint.ts';
import type { Message } from './messages.ts';
import { isStanding, type WatchRecord } from './ledger.ts';
import { judgeCompletions, judgeSubscriptions } from './verdict-completions.ts';
import { judgeNotices } from './verdict-notices.ts';
import type { World } from './world.ts';

/** Everything is quiet: each watch has been told what it was owed, once, and nothing after it. */
export async function judgeMessages(world: World): Promise<void> {
  const { judge, slack } = world;
  for (const watch of judge.ledger.watches.values()) {
    const messages = slack.messages.filter(({ watchId }) => watchId === watch.id);
    judgeEnd(world, watch);
    judgeCompletions(
      world,
      watch,
      messages.filter(({ kind }) => kind === 'completion'),
    );
    const live = messages.filter(({ kind }) => kind === 'live');
    judgeLiveMessages(world, watch, live);
    for (const message of live) judgeShown(world, watch, message);
    judgeNotices(world, watch, messages);
  }
  judgeSubscriptions(world);
  await judgeOutbox(world);
}

/** Every watch that was owed an end by now has it recorded. */
export function judgeOwed(world: World): void {
  const { judge, names } = world;
  for (const watch of judge.ledger.watches.values()) {
    const { id, owed, state } = watch;
    const [first] = owed;
    if (first === undefined || state === 'scan-ended' || state === 'stopped') continue;
    if (state === 'undeliverable' && wasOutOfReach(world, watch)) continue;
    const when = `the end at t=${String(first.at / 1_000)}s`;
    judge.accuse('I1', `${names.of(id)} was never told of ${when} (it is ${state})`);
  }
}

/** Its channel took no messages for a while; the event that tells of it may come late. */
function wasOutOfReach({ slack }: World, { channel, bornAt, endedAt }: WatchRecord): boolean {
  return slack.wasArchived(channel, bornAt - LATE_EVENT_MS, endedAt ?? Infinity);
}

const LATE_EVENT_MS = 60_000;

/** Nothing is to be sent any more: the live messages of those who go on waiting show what was last to be shown. */
export async function judgeFresh({ judge, slack, names, scenario }: World): Promise<void> {
  const rows = await names.database.query(
    `select w.id, w.channel, w.queued from watches w where w.state = 'active' and w.queued <> '' and not exists (
      select 1 from deliveries d where d.watch_id = w.id and d.state not in ('sent', 'given-up'))`,
    [],
  );
  for (const { id, channel, queued } of rows) {
    const live = slack.messages.filter((one) => one.watchId === id && one.kind === 'live');
    const isOutOfReach = live.some(({ isDeleted, isClosed }) => isDeleted || isClosed);
    const last = live.at(-1)?.shown.at(-1);
    if (
      isOutOfReach ||
      slack.wasArchived(String(channel), 0) ||
      scenario.isHistoryHidden ||
      last === undefined
    )
      continue;
    if (last.isLate || fingerprint(last.content.snapshot) === queued) continue;
    judge.accuse('I3', `${names.of(String(id))} does not show what was last to be shown`);
  }
}

function judgeEnd(world: World, watch: WatchRecord): void {
  const { judge, names } = world;
  const { id, state } = watch;
  if (state === 'scan-ended' || state === 'stopped') return;
  if (state === 'undeliverable' && wasOutOfReach(world, watch)) return;
  if (state === 'active' && isStanding(watch)) return;
  judge.accuse('I15', `${names.of(id)} is ${state}`);
}

function judgeLiveMessages(world: World, { id, state }: WatchRecord, live: readonly Message[]): void {
  const { judge, scenario, names } = world;
  // After a deleted one, or one that takes no more edits, another one may follow.
  const most = 1 + live.filter(({ isDeleted, isClosed }) => isDeleted || isClosed).length;
  if (live.length > most && !scenario.isHistoryHidden)
    judge.accuse('I4', `${names.of(id)} (${state}) has ${String(live.length)} live messages`);
}

function judgeShown(world: World, watch: WatchRecord, { shown, isDeleted, isClosed }: Message): void {
  const { judge, slack, scenario, names } = world;
  const name = names.of(watch.id);
  const isOutOfReach =
    isDeleted || isClosed || slack.wasArchived(watch.channel, watch.bornAt) || scenario.isHistoryHidden;
  if (watch.state !== 'active' && !isOutOfReach && shown.at(-1)?.content.end === null)
    judge.accuse('I2', `${name}’s live message does not show its final state`);
  const inTime = shown.filter(({ isLate }) => !isLate);
  const firstFinal = inTime.findIndex(({ content }) => content.end !== null);
  if (firstFinal >= 0 && inTime.slice(firstFinal).some(({ content }) => content.end === null))
    judge.accuse('I2', `${name} was updated after its final state`);
  for (const [index, { content: now }] of inTime.entries()) {
    const before = inTime[index - 1]?.content;
    if (
      before === undefined ||
      before.snapshot.scan !== now.snapshot.scan ||
      before.snapshot.restarts !== now.snapshot.restarts
    )
      continue;
    const isLower = (['discovery', 'images'] as const).some(
      (one) => now.snapshot[one].scanned < before.snapshot[one].scanned,
    );
    if (isLower)
      judge.accuse(
        'I3',
        `${name} shows ${String(now.snapshot.images.scanned)} after ${String(before.snapshot.images.scanned)}`,
      );
  }
}

async function judgeOutbox({ judge, slack, names }: World): Promise<void> {
  const rows = await names.database.query(
    'select d.kind, d.state, d.error, d.watch_id, w.channel from deliveries d join watches w on w.id = d.watch_id',
    [],
  );
  for (const row of rows) {
    const { kind, state, error, watch_id: watch, channel } = row;
    const name = `the ${String(kind)} of ${names.of(String(watch))}`;
    if (state !== 'sent' && state !== 'given-up')
      judge.accuse('I14', `${name} is still ${String(state)} (${String(error)})`);
    if (state !== 'given-up' || slack.wasArchived(String(channel), 0)) continue;
    const isLost = slack.messages.some(
      (one) => one.watchId === watch && one.kind === 'live' && (one.isDeleted || one.isClosed),
    );
    const mayBe = isLost && kind !== 'completion';
    if (!mayBe) judge.accuse('I14', `${name} was given up: ${String(error)}`);
  }
}
