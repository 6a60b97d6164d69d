/** What must hold of the messages once all is quiet. */

import { fingerprint } from '../../../src/scan/state/fingerprint.ts';
import { isSilentWatch, type WatchRecord } from './ledger.ts';
import { lineMessages } from '../lines.ts';
import type { Message } from '../outside/messages.ts';
import { judgeBoard, judgeMember } from './verdict-boards.ts';
import { judgeCompletions, judgeSubscriptions } from './verdict-completions.ts';
import { judgeDigests } from './verdict-digests.ts';
import { judgeLiveMessages, judgeShown } from './verdict-live.ts';
import { judgeNotices } from './verdict-notices.ts';
import type { World } from '../world.ts';
import { sql } from '../../../src/store/sql.ts';

/** At the end: each watch has been notified of what it was owed, once, and of nothing after it. */
export async function judgeMessages(world: World): Promise<void> {
  const { judge, slack } = world;
  for (const watch of judge.ledger.watches.values()) {
    const messages = slack.messages.filter(({ messageId }) => messageId === watch.id);
    judgeEnd(world, watch);
    judgeNotices(world, watch, messages);
    if (watch.board === null) judgeAlone(world, watch, messages);
    else judgeMember(world, watch, messages);
  }
  for (const board of judge.ledger.boards.values()) judgeBoard(world, board);
  judgeSubscriptions(world);
  judgeDigests(world);
  await judgeOutbox(world);
}

function judgeAlone(world: World, watch: WatchRecord, messages: readonly Message[]): void {
  judgeCompletions(
    world,
    watch,
    messages.filter(({ kind }) => kind === 'completion'),
  );
  const live = messages.filter(({ kind }) => kind === 'live');
  judgeLiveMessages(world, watch, live);
  for (const message of live) judgeShown(world, watch, message);
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
export async function judgeFresh(world: World): Promise<void> {
  const { judge, slack, names, scenario } = world;
  const rows = await names.database.query(
    sql`select w.id, w.channel, w.last_fingerprint from watches w
        where w.state = 'active' and w.last_fingerprint <> '' and not exists (
      select 1 from deliveries d
        where d.message_id in (w.id, w.message_id) and d.state not in ('sent', 'given-up', 'withheld'))`,
  );
  for (const { id, channel, last_fingerprint: lastFingerprint } of rows) {
    const watch = judge.ledger.watches.get(String(id));
    const own = slack.messages.filter((one) => one.messageId === id);
    const shown = watch === undefined || watch.board === null ? own : lineMessages(world, watch);
    const live = shown.filter((one) => one.kind === 'live');
    const isOutOfReach = live.some(({ isDeleted, isClosed }) => isDeleted || isClosed);
    const last = live.at(-1)?.shown.at(-1);
    if (
      isOutOfReach ||
      slack.wasArchived(String(channel), 0) ||
      scenario.isHistoryHidden ||
      last === undefined
    )
      continue;
    if (last.isLate || fingerprint(last.content.snapshot) === lastFingerprint) continue;
    judge.accuse('I3', `${names.of(String(id))} does not show what was last to be shown`);
  }
}

function judgeEnd(world: World, watch: WatchRecord): void {
  const { judge, names } = world;
  const { id, state } = watch;
  if (state === 'scan-ended' || state === 'stopped') return;
  if (state === 'undeliverable' && wasOutOfReach(world, watch)) return;
  if (state === 'active' && isSilentWatch(watch)) return;
  judge.accuse('I15', `${names.of(id)} is ${state}`);
}

async function judgeOutbox({ judge, slack, names }: World): Promise<void> {
  const rows = await names.database.query(
    sql`select d.kind, d.state, d.error, d.message_id, m.channel from deliveries d join messages m on m.id = d.message_id`,
  );
  for (const row of rows) {
    const { kind, state, error, message_id: message, channel } = row;
    const name = `the ${String(kind)} of ${names.of(String(message))}`;
    if (state !== 'sent' && state !== 'given-up' && state !== 'withheld')
      judge.accuse('I14', `${name} is still ${String(state)} (${String(error)})`);
    if (state !== 'given-up' || slack.wasArchived(String(channel), 0)) continue;
    const isLost = slack.messages.some(
      (one) => one.messageId === message && one.kind === 'live' && (one.isDeleted || one.isClosed),
    );
    const mayBe = isLost && kind !== 'completion';
    if (!mayBe) judge.accuse('I14', `${name} was given up: ${String(error)}`);
  }
}
