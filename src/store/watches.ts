/** The watch list. Every change increments its target's version, so that no plan is recorded without it. */

import { parseTargetState } from '../scan/state/stored-state.ts';
import { EVERY_END } from '../scan/threshold.ts';
import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import type { DeliveryContent } from '../scan/delivery.ts';
import type { Snapshot } from '../scan/snapshot.ts';
import { type Target, targetId } from '../scan/target.ts';
import type { Conversation, SubscriptionInfo, Watch } from '../scan/watch.ts';
import type { Database, Row, Statement } from './database.ts';
import { insertDelivery } from './outbox/enqueue.ts';
import { parseSettings } from './channel-settings.ts';
import { ensureTarget, parseTarget, schedulePollNow } from './targets.ts';
import { type Fragment, oneRow, sql } from './sql.ts';

/** A watch as a list shows it. */
export interface ListedWatch {
  readonly id: string;
  readonly isActive: boolean;
  readonly conversation: Conversation;
  readonly target: Target;
  readonly snapshot: Snapshot;
  /** ts of the live message or board; null where there is none. */
  readonly messageTs: string | null;
  readonly boardId: string | null;
  /** User IDs, in the order in which they joined. */
  readonly followers: readonly string[];
  readonly createdAt: number;
}

export interface WatchRequest {
  readonly target: Target;
  readonly conversation: Conversation;
  readonly userId: string;
  readonly now: number;
  /** Content of the live message until the next poll. */
  readonly content: DeliveryContent;
  /** How long the live message may wait for that poll. */
  readonly liveDelayMs: number;
}

export interface StartedWatch {
  readonly id: string;
  /** False where the conversation had a watch on the target already. */
  readonly isNew: boolean;
  /** False where the person was a follower already. */
  readonly hasJoined: boolean;
}

/**
 * Starts a watch or joins the existing one, in one transaction with its live message. A silent watch of a subscription
 * gets a live message from now on.
 */
export async function startWatch(database: Database, request: WatchRequest): Promise<StartedWatch> {
  const { target, conversation, now, content, liveDelayMs } = request;
  const there = await findSubscriptionWatch(database, target, conversation);
  const id = there ?? randomUUID();
  const live = { watchId: id, kind: 'live', scan: 0, content, now, dueAt: now + liveDelayMs } as const;
  const result = await database.batch([
    ensureTarget(target, now),
    schedulePollNow(targetId(target), now),
    there === null ? insertWatch({ id, target, conversation, now }) : revealWatch(id),
    insertDelivery(live),
    follow(request),
    sql`select id from watches
      where target_id = ${targetId(target)} and channel = ${conversation.channel}
        and thread = ${conversation.thread} and state = 'active'`,
  ]);
  // The silent watch was shown or ended since it was found.
  if (result === null) return startWatch(database, request);
  const [joined, found] = result.slice(-2);
  const activeId = z.object({ id: z.string() }).parse(found?.[0]).id;
  return { id: activeId, isNew: activeId === id, hasJoined: joined?.length === 1 };
}

/** Returns a row where the person is a new follower of the existing watch. */
export function follow(request: Pick<WatchRequest, 'target' | 'conversation' | 'userId' | 'now'>): Statement {
  const { target, conversation, userId, now } = request;
  return sql`insert into followers (watch_id, user_id, followed_at)
    select id, ${userId}, ${now} from watches
      where target_id = ${targetId(target)} and channel = ${conversation.channel}
        and thread = ${conversation.thread} and state = 'active'
    on conflict do nothing returning user_id`;
}

/** The silent watch of a subscription in this conversation. */
async function findSubscriptionWatch(
  database: Database,
  target: Target,
  conversation: Conversation,
): Promise<string | null> {
  const [row] = await database.query(
    sql`select id from watches
      where target_id = ${targetId(target)} and channel = ${conversation.channel} and thread = ${conversation.thread}
        and state = 'active' and has_message = 0`,
  );
  return row === undefined ? null : String(row['id']);
}

interface NewWatch {
  readonly id: string;
  readonly target: Target;
  readonly conversation: Conversation;
  readonly now: number;
}

function insertWatch({ id, target, conversation, now }: NewWatch): Statement {
  return sql`insert into watches (id, target_id, channel, thread, state, created_at)
    values (${id}, ${targetId(target)}, ${conversation.channel}, ${conversation.thread}, 'active', ${now})
      on conflict do nothing returning id`;
}

/** `after_scan_number = 0`: also for a scan that was stopped before, because the new follower wants its end. */
function revealWatch(id: string): Statement {
  return oneRow`update watches set has_message = 1, after_scan_number = 0
    where id = ${id} and state = 'active' and has_message = 0 returning id`;
}

/** Active watches of a target, and pipelines that wait for its end. The oldest first. */
export async function watchesOfTarget(database: Database, id: string): Promise<Watch[]> {
  const rows = await database.query(
    sql`select w.id, w.created_at, w.last_fingerprint, w.subscription_id, w.has_message, w.after_scan_number,
        w.board_id, s.settings,
        null as give_up_at
      from watches w left join channel_settings s on s.channel = w.channel
      where w.target_id = ${id} and w.state = 'active'
      union all
      select p.id, p.created_at, '', null, 0, 0, null, null, p.give_up_at
      from waits p where p.target_id = ${id} and p.state = 'waiting' order by 2`,
  );
  return rows.map(toWatch);
}

const planningRow = z.object({
  id: z.string(),
  created_at: z.coerce.number(),
  last_fingerprint: z.string(),
  subscription_id: z.string().nullable(),
  has_message: z.coerce.number(),
  after_scan_number: z.coerce.number(),
  board_id: z.string().nullable(),
  settings: z.string().nullable(),
  // null of a watch
  give_up_at: z.coerce.number().nullable(),
});

function toWatch(row: Row): Watch {
  const {
    id,
    created_at,
    last_fingerprint,
    subscription_id,
    has_message,
    after_scan_number,
    board_id,
    settings,
    give_up_at,
  } = planningRow.parse(row);
  const { showLiveMessages, threshold, areRegistryEndsPosted } = parseSettings(settings);
  const subscription: SubscriptionInfo = {
    isShown: has_message === 1,
    mayShow: showLiveMessages,
    afterScan: after_scan_number,
  };
  return {
    id,
    createdAt: created_at,
    lastFingerprint: last_fingerprint,
    subscription: subscription_id === null ? null : subscription,
    boardId: board_id,
    notificationRule: give_up_at === null ? { threshold, areRegistryEndsPosted } : EVERY_END,
    ...(give_up_at !== null && { giveUpAt: give_up_at }),
  };
}

/** Active watches with a message in a channel and its threads, newest first. */
export function watchesInChannel(database: Database, channel: string): Promise<ListedWatch[]> {
  return listWatches(database, sql`w.channel = ${channel} and w.state = 'active' and w.has_message = 1`);
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
  const condition = sql`w.target_id = ${targetId(target)} and w.channel = ${channel} and w.thread = ${thread}
    and w.state = 'active' and w.has_message = 1`;
  return (await listWatches(database, condition))[0] ?? null;
}

const listedRow = z.object({
  id: z.string(),
  channel: z.string(),
  thread: z.string(),
  state: z.string(),
  message_ts: z.string().nullable(),
  board_id: z.string().nullable(),
  created_at: z.coerce.number(),
  reference: z.string().nullable(),
  target_state: z.string(),
});

/** `condition` is over `w`. */
async function listWatches(database: Database, condition: Fragment): Promise<ListedWatch[]> {
  const rows = await database.query(
    sql`select w.id, w.channel, w.thread, w.state, w.board_id, w.created_at, t.reference, t.state as target_state,
        case when w.board_id is null then w.message_ts else (
          select b.message_ts from watches b where b.id = w.board_id) end as message_ts
      from watches w join targets t on t.id = w.target_id where ${condition} order by w.created_at desc, w.position, w.id`,
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

function toListed(row: Row, followers: readonly string[]): ListedWatch {
  const parsed = listedRow.parse(row);
  return {
    id: parsed.id,
    isActive: parsed.state === 'active',
    conversation: { channel: parsed.channel, thread: parsed.thread },
    target: parseTarget(parsed.reference),
    snapshot: parseTargetState(parsed.target_state).snapshot,
    messageTs: parsed.message_ts,
    boardId: parsed.board_id,
    followers,
    createdAt: parsed.created_at,
  };
}
