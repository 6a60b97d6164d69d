/** What must hold of the messages once all is quiet. */

import { fingerprint } from '../../src/scan/fingerprint.ts';
import type { Message } from './messages.ts';
import { isEdit } from './slack.ts';
import type { TrueEnd } from './console.ts';
import type { WatchRecord } from './ledger.ts';
import type { World } from './world.ts';

/** A reading that cannot be written down is tried again for so long. */
const RECORDED_WITHIN_MS = 15_000;
/** The Console's clock is known to the second, twice. */
const SAME_INSTANT_MS = 4_000;
/** Without any fault an end is told within this time, whoever read it first. */
const TOLD_WITHIN_MS = 60_000;

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
  }
  await judgeOutbox(world);
}

/** Every watch that was owed an end by now has it recorded. */
export function judgeOwed(world: World): void {
  const { judge, slack, names } = world;
  for (const { id, owedAt, state, channel } of judge.ledger.watches.values()) {
    if (owedAt === null || state === 'scan-ended' || state === 'stopped') continue;
    if (state === 'undeliverable' && slack.isArchived(channel)) continue;
    judge.accuse(
      'I1',
      `${names.of(id)} was never told of the end at t=${String(owedAt / 1_000)}s (it is ${state})`,
    );
  }
}

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
    if (isOutOfReach || slack.isArchived(String(channel)) || scenario.isHistoryHidden || last === undefined)
      continue;
    if (last.isLate || fingerprint(last.content.snapshot) === queued) continue;
    judge.accuse('I3', `${names.of(String(id))} does not show what was last to be shown`);
  }
}

function judgeEnd({ judge, slack, names }: World, { id, state, channel }: WatchRecord): void {
  if (state === 'scan-ended' || state === 'stopped') return;
  if (state === 'undeliverable' && slack.isArchived(channel)) return;
  judge.accuse('I15', `${names.of(id)} is ${state}`);
}

function judgeCompletions(world: World, watch: WatchRecord, completions: readonly Message[]): void {
  const { judge, slack, scenario, names } = world;
  const name = names.of(watch.id);
  const [first] = completions;
  const least = watch.state === 'scan-ended' && !slack.isArchived(watch.channel) ? 1 : 0;
  const most = watch.state === 'stopped' ? 0 : 1;
  if (completions.length < least) judge.accuse('I1', `${name} ended and has no completion`);
  // Without the history there is no means but to post again.
  if (completions.length > most && !(scenario.isHistoryHidden && most > 0)) {
    judge.accuse('I1', `${name} has ${String(completions.length)} completions (it is ${watch.state})`);
  }
  if (first === undefined) return;
  const content = first.shown[0]?.content;
  if (content?.end !== 'scan-ended')
    judge.accuse('I1', `${name} has a completion that says ${String(content?.end)}`);
  const toldAt = first.shown[0]?.at ?? 0;
  if (!world.console.ends.some((end) => end.at <= toldAt && isNews(world, end, watch)))
    judge.accuse('I1', `${name} was told of an end that never was`);
  judgeWaiting(world, watch, first);
}

/**
 * It happened, was told or was shown while the watch went on, or while another one did that waited for it already: all
 * who wait are told together. A watch made in the same instant may be told or not.
 */
function isNews({ judge }: World, end: TrueEnd, watch: WatchRecord): boolean {
  if (end.target !== watch.target) return false;
  const handedUntil = end.handedAt === null ? -Infinity : end.handedAt + RECORDED_WITHIN_MS;
  const newUntil = Math.max(end.at + SAME_INSTANT_MS, end.shownAt, handedUntil);
  const isBeside = ({ target, bornAt, endedAt }: WatchRecord): boolean =>
    target === watch.target && bornAt <= watch.bornAt && (endedAt === null || endedAt >= watch.bornAt);
  const beside = [...judge.ledger.watches.values()].filter(isBeside);
  return watch.isBornIntoScan || beside.some(({ bornAt }) => newUntil >= bornAt);
}

function judgeWaiting(
  { judge, scenario, names }: World,
  { id, owedAt }: WatchRecord,
  { shown }: Message,
): void {
  const isCalm =
    scenario.troubles.length === 0 && Object.values(scenario.faults).every((share) => share === 0);
  const waitedMs = (shown[0]?.at ?? 0) - (owedAt ?? Infinity);
  if (isCalm && waitedMs > TOLD_WITHIN_MS)
    judge.accuse('I7', `${names.of(id)} was told ${String(waitedMs)} ms late, without any fault`);
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
  const isOutOfReach = isDeleted || isClosed || slack.isArchived(watch.channel) || scenario.isHistoryHidden;
  if (!isOutOfReach && shown.at(-1)?.content.end === null)
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
    if (state !== 'given-up' || slack.isArchived(String(channel))) continue;
    const isLost = slack.messages.some(
      (one) => one.watchId === watch && one.kind === 'live' && (one.isDeleted || one.isClosed),
    );
    const mayBe = isLost && (isEdit(kind as Message['kind']) || kind === 'live');
    if (!mayBe) judge.accuse('I14', `${name} was given up: ${String(error)}`);
  }
}
