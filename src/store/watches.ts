/** The watch list. Every change increments its target's version, so that no plan is recorded without it. */

import { shortFingerprint } from '../scan/state/fingerprint.ts';
import { parseTargetState } from '../scan/state/stored-state.ts';
import { EVERY_END } from '../scan/threshold.ts';
import * as z from 'zod';
import type { Snapshot } from '../scan/snapshot.ts';
import { type Target, targetId } from '../scan/target.ts';
import type { Conversation, SubscriptionInfo, Watch } from '../scan/watch.ts';
import type { Database, Row } from './database.ts';
import { parseSettings } from './channel-settings.ts';
import { hasOwnMessage } from './outbox/enqueue.ts';
import { numberOf, parseTarget } from './targets.ts';
import { type Fragment, sql } from './sql.ts';

/** A watch as a list shows it. */
export interface ListedWatch {
  readonly id: string;
  readonly isActive: boolean;
  readonly conversation: Conversation;
  readonly target: Target;
  readonly snapshot: Snapshot;
  /** ts of its message; null where there is none. */
  readonly messageTs: string | null;
  readonly boardId: string | null;
  /** User IDs, in the order in which they joined. */
  readonly followers: readonly string[];
  readonly createdAt: number;
}

/** Active watches of a target, and pipelines that wait for its end. The oldest first. */
export async function watchesOfTarget(database: Database, id: string): Promise<Watch[]> {
  const rows = await database.query(
    sql`select w.id, w.created_at as "createdAt", w.last_fingerprint as "lastFingerprint",
        w.subscription_id as "subscriptionId", w.after_scan_number as "afterScanNumber", w.message_id as "messageId",
        s.settings, null as "giveUpAt"
      from watches w left join channel_settings s on s.channel = w.channel
      where w.target_number = ${numberOf(id)} and w.state = 'active'
      union all
      select p.id, p.created_at, '', null, 0, null, null, p.give_up_at
      from waits p where p.target_id = ${id} and p.state = 'waiting' order by 2`,
  );
  return rows.map(toWatch);
}

const planningRow = z.object({
  id: z.string(),
  createdAt: z.coerce.number(),
  lastFingerprint: z.string().transform(shortFingerprint),
  subscriptionId: z.string().nullable(),
  afterScanNumber: z.coerce.number(),
  messageId: z.string().nullable(),
  settings: z.string().nullable(),
  // null of a watch
  giveUpAt: z.coerce.number().nullable(),
});

function toWatch(row: Row): Watch {
  const { subscriptionId, afterScanNumber, settings, giveUpAt, ...watch } = planningRow.parse(row);
  const { showLiveMessages, threshold, areRegistryEndsPosted } = parseSettings(settings);
  const subscription: SubscriptionInfo = { mayShow: showLiveMessages, afterScanNumber };
  return {
    ...watch,
    subscription: subscriptionId === null ? null : subscription,
    notificationRule: giveUpAt === null ? { threshold, areRegistryEndsPosted } : EVERY_END,
    ...(giveUpAt !== null && { giveUpAt }),
  };
}

/** Active watches with a message in a channel and its threads, newest first. */
export function watchesInChannel(database: Database, channel: string): Promise<ListedWatch[]> {
  return listWatches(
    database,
    sql`w.channel = ${channel} and w.state = 'active' and w.message_id is not null`,
  );
}

/** Active watches whose completion mentions a person, newest first. */
export function watchesOfPerson(database: Database, userId: string): Promise<ListedWatch[]> {
  return listWatches(
    database,
    sql`w.state = 'active' and w.id in (select p.watch_id from followers p where p.user_id = ${userId})`,
  );
}

/** A watch by its id, active or ended. */
export async function findWatch(database: Database, id: string): Promise<ListedWatch | null> {
  return (await listWatches(database, sql`w.id = ${id}`))[0] ?? null;
}

/** The active watch with a message for a target in exactly this conversation. */
export async function findActiveWatch(
  database: Database,
  target: Target,
  { channel, thread }: Conversation,
): Promise<ListedWatch | null> {
  const condition = sql`w.target_number = ${numberOf(targetId(target))} and w.channel = ${channel} and w.thread = ${thread}
    and w.state = 'active' and w.message_id is not null`;
  return (await listWatches(database, condition))[0] ?? null;
}

const listedRow = z.object({
  id: z.string(),
  channel: z.string(),
  thread: z.string(),
  state: z.string(),
  message_id: z.string().nullable(),
  ts: z.string().nullable(),
  created_at: z.coerce.number(),
  reference: z.string().nullable(),
  target_state: z.string(),
});

/** `condition` is over `w`. */
async function listWatches(database: Database, condition: Fragment): Promise<ListedWatch[]> {
  const rows = await database.query(
    sql`select w.id, w.channel, w.thread, w.state, w.message_id, m.ts, w.created_at, t.reference, t.state as target_state
      from watches w join targets t on t.number = w.target_number left join messages m on m.id = w.message_id
      where ${condition} order by w.created_at desc, w.position, w.id`,
  );
  const followers = await database.query(
    sql`select f.watch_id, f.user_id from followers f join watches w on w.id = f.watch_id
      where ${condition} order by f.followed_at, f.user_id`,
  );
  const byWatch = Map.groupBy(
    followers.map((row) => followerRow.parse(row)),
    ({ watch_id }) => watch_id,
  );
  return rows.map((row) =>
    toListed(row, byWatch.get(String(row['id']))?.map(({ user_id }) => user_id) ?? []),
  );
}

const followerRow = z.object({ watch_id: z.string(), user_id: z.string() });

function boardOf({ id: watchId, message_id: messageId }: z.infer<typeof listedRow>): string | null {
  return messageId === null || hasOwnMessage({ watchId, messageId }) ? null : messageId;
}

function toListed(row: Row, followers: readonly string[]): ListedWatch {
  const parsed = listedRow.parse(row);
  return {
    id: parsed.id,
    isActive: parsed.state === 'active',
    conversation: { channel: parsed.channel, thread: parsed.thread },
    target: parseTarget(parsed.reference),
    snapshot: parseTargetState(parsed.target_state).snapshot,
    messageTs: parsed.ts,
    boardId: boardOf(parsed),
    followers,
    createdAt: parsed.created_at,
  };
}
