/**
 * Subscriptions to every scan of a target. An active subscription always has exactly one active watch in its channel,
 * silent until the next scan: polls, baselines and ends are those of any watch, and no end is lost between two scans.
 */

import { stringifyContent } from '../scan/state/stored-snapshot.ts';
import { parseTargetState } from '../scan/state/stored-state.ts';
import * as z from 'zod';
import { retryConflicts } from '../async.ts';
import type { DeliveryContent } from '../scan/delivery.ts';
import type { Snapshot } from '../scan/snapshot.ts';
import { type Target, targetId } from '../scan/target.ts';
import type { Database, Row, Statement } from './database.ts';
import { insertStoppedBy, type Line } from './outbox/enqueue.ts';
import { endLines, insertMessages, readShown, type ShownWatch } from './outbox/messages.ts';
import { idFrom, newId } from './ids.ts';
import { bulk, chunk, type Fragment, oneRow, sql } from './sql.ts';
import { ensureTarget, numberOf, stopPollingIfUnwatched, parseTarget } from './targets.ts';

export interface Subscription {
  readonly id: string;
  readonly target: Target;
  readonly channel: string;
  /** The channel accepts no messages; the subscription resumes once it does. */
  readonly isPaused: boolean;
  readonly createdBy: string;
  readonly createdAt: number;
  readonly snapshot: Snapshot;
}

export interface SubscriptionRequest {
  readonly target: Target;
  readonly channel: string;
  readonly userId: string;
  readonly now: number;
}

/** Namespace of the ids of successive watches; random. */
const NAMESPACE = '2b1d6c3e-8a5f-4e0b-9c77-1f6e0d4a92b8';

/** False where the channel was subscribed already; a paused subscription resumes. */
export async function subscribe(database: Database, request: SubscriptionRequest): Promise<boolean> {
  const { target, channel, userId, now } = request;
  const open = await findOpen(database, request);
  const id = open ?? newId(request.now);
  const insert: Statement = oneRow`insert into subscriptions (id, target_id, channel, state, created_by, created_at)
    values (${id}, ${targetId(target)}, ${channel}, 'active', ${userId}, ${now}) on conflict do nothing
      returning id`;
  // Locks the row: a concurrent request must not end it before it resumes.
  const lock = oneRow`update subscriptions set state = state where id = ${id} and ${IS_OPEN} returning id`;
  const begin = open === null ? insert : lock;
  const result = await database.batch([ensureTarget(target, now), begin, ...resume(id, now)]);
  // A concurrent request subscribed first, or ended the subscription.
  return result === null ? subscribe(database, request) : open === null;
}

async function findOpen(
  database: Database,
  { channel, target }: Pick<SubscriptionRequest, 'channel' | 'target'>,
): Promise<string | null> {
  const [row] = await database.query(
    sql`select id from subscriptions
      where channel = ${channel} and target_id = ${targetId(target)} and ${IS_OPEN}`,
  );
  return row === undefined ? null : String(row['id']);
}

/** The condition of the index on them: SQLite takes it only where it is repeated. */
const IS_OPEN = sql`state <> 'ended'`;

/** The channel accepts messages again: resumes its subscriptions. Returns how many. */
export async function resumeSubscriptions(database: Database, channel: string, now: number): Promise<number> {
  const rows = await database.query(
    sql`select id from subscriptions where channel = ${channel} and ${IS_OPEN} and state = 'paused'`,
  );
  for (const { id } of rows) await database.batch(resume(String(id), now));
  return rows.length;
}

/** The channel accepts no messages: pauses its subscriptions and ends their silent watches. */
export async function pauseSubscriptions(database: Database, channel: string, now: number): Promise<void> {
  await database.batch([
    sql`update subscriptions set state = 'paused' where channel = ${channel} and ${IS_OPEN}`,
    sql`update targets set version = version + 1 where number in (
      select target_number from watches where channel = ${channel} and state = 'active' and message_id is null)`,
    sql`update watches set state = 'undeliverable', ended_at = ${now}
      where channel = ${channel} and state = 'active' and message_id is null`,
  ]);
}

const ITS_WATCH = sql`w.channel = s.channel and w.thread = '' and w.target_number = ${numberOf(sql`s.target_id`)} and w.state = 'active'`;

/** An existing watch becomes the subscription's, else a silent one starts; an ongoing scan is picked up. */
function resume(id: string, now: number): readonly Statement[] {
  return [
    sql`update subscriptions set state = 'active' where id = ${id} and state = 'paused'`,
    sql`update watches set subscription_id = ${id} where subscription_id is null and id in (
      select w.id from subscriptions s join watches w on ${ITS_WATCH}
        where s.id = ${id} and s.state = 'active')`,
    sql`insert into watches (id, target_number, channel, thread, state, created_at, subscription_id)
      select ${newId(now)}, ${numberOf(sql`s.target_id`)}, s.channel, '', 'active', ${now}, s.id from subscriptions s
      where s.id = ${id} and s.state = 'active' on conflict do nothing`,
    sql`update targets set version = version + 1,
        next_poll_at = case when next_poll_at is null or next_poll_at > ${now} then ${now} else next_poll_at end
      where id = (select target_id from subscriptions where id = ${id})`,
  ];
}

/** Inserts the next watches of subscriptions after theirs ended, for scans after `afterScanNumber`. */
export function insertNextSubscriptionWatches(after: {
  readonly watchIds: readonly string[];
  readonly afterScanNumber: number;
  readonly now: number;
}): readonly Statement[] {
  const { watchIds, afterScanNumber, now } = after;
  return chunk(watchIds).map((ids) => {
    const rows = ids.map((watchId) => [watchId, idFrom(`${watchId}/next`, NAMESPACE)]);
    return sql`with ended (watch_id, next_id) as (values ${bulk(rows)})
      insert into watches (id, target_number, channel, thread, state, created_at, subscription_id,
        after_scan_number)
      select e.next_id, w.target_number, w.channel, w.thread, 'active', ${now}, s.id, ${afterScanNumber}
      from ended e join watches w on w.id = e.watch_id join subscriptions s on s.id = w.subscription_id
      where s.state = 'active'
      on conflict do nothing`;
  });
}

export interface UnsubscribeRequest {
  readonly id: string;
  readonly now: number;
  /** The final state, from what the watch shows now. */
  readonly toFinal: (shown: DeliveryContent) => DeliveryContent;
}

/**
 * Ends a subscription. Its live message continues for people who follow this scan; without them it gets the final
 * state. False where it had ended.
 */
export function unsubscribe(database: Database, request: UnsubscribeRequest): Promise<boolean> {
  const { id, now, toFinal } = request;
  return retryConflicts('unsubscribe', async () => {
    if ((await findSubscription(database, id)) === null) return false;
    const [watch] = await readShown(database, sql`w.subscription_id = ${id} and w.state = 'active'`);
    const ending = watch === undefined ? null : { watch, content: toFinal(watch.content), now };
    const result = await database.batch([
      ...(ending === null ? [] : beginEnding(id, ending)),
      oneRow`update subscriptions set state = 'ended', ended_at = ${now} where id = ${id} and ${IS_OPEN} returning id`,
      sql`update watches set subscription_id = null
        where subscription_id = ${id} and state = 'active'
          and exists (select 1 from followers f where f.watch_id = watches.id)`,
      ...(ending === null ? [] : endUnfollowed(id, ending)),
    ]);
    // Otherwise the watch has changed, or was succeeded by another one: then that one must end.
    return result === null ? null : true;
  });
}

interface Ending {
  readonly watch: ShownWatch;
  readonly content: DeliveryContent;
  readonly now: number;
}

/** Unless its watch has changed. A watch without a message gets one where there is something to say in its channel. */
function beginEnding(id: string, { watch, content, now }: Ending): readonly Statement[] {
  const { watchId, messageId, lastFingerprint } = watch;
  const isSilent = messageId === null;
  return [
    oneRow`select id from watches where id = ${watchId} and subscription_id = ${id} and state = 'active'
      and last_fingerprint = ${lastFingerprint} and ${isSilent ? sql`message_id is null` : sql`message_id is not null`}`,
    ...(isSilent && content.stopped !== undefined ? insertMessages([watchId]) : []),
    ...(content.stopped === undefined ? [] : [insertStoppedBy(lineOf(watch), { content, now })]),
  ];
}

function endUnfollowed(id: string, { watch, content, now }: Ending): readonly Statement[] {
  return [
    sql`update watches set state = 'stopped', ended_at = ${now}, content = ${stringifyContent(content)}
      where subscription_id = ${id} and state = 'active'`,
    stopPollingIfUnwatched({ subscriptionId: id }),
    ...endLines([lineOf(watch)], { content, scan: 0, now }),
  ];
}

function lineOf({ watchId, messageId }: ShownWatch): Line {
  return { watchId, messageId: messageId ?? watchId };
}
/** Subscriptions of a channel, newest first. */
export function subscriptionsInChannel(database: Database, channel: string): Promise<Subscription[]> {
  return listSubscriptions(database, sql`s.channel = ${channel} and s.state <> 'ended'`);
}

export async function hasPausedSubscription(database: Database, channel: string): Promise<boolean> {
  const rows = await database.query(
    sql`select 1 from subscriptions where channel = ${channel} and ${IS_OPEN} and state = 'paused' limit 1`,
  );
  return rows.length > 0;
}

/** Subscriptions of the whole workspace, newest first. */
export function allSubscriptions(database: Database): Promise<Subscription[]> {
  return listSubscriptions(database, sql`s.state <> 'ended'`);
}

/** null where it has ended. */
export async function findSubscription(database: Database, id: string): Promise<Subscription | null> {
  return (await listSubscriptions(database, sql`s.id = ${id} and s.state <> 'ended'`))[0] ?? null;
}

/** `condition` is over `s`. */
async function listSubscriptions(database: Database, condition: Fragment): Promise<Subscription[]> {
  const rows = await database.query(
    sql`select s.id, s.channel, s.state, s.created_by as "createdBy", s.created_at as "createdAt", t.reference,
        t.state as "targetState"
      from subscriptions s join targets t on t.id = s.target_id where ${condition}
      order by s.created_at desc, s.id`,
  );
  return rows.map(toSubscription);
}

const subscriptionRow = z.object({
  id: z.string(),
  channel: z.string(),
  state: z.enum(['active', 'paused']),
  createdBy: z.string(),
  createdAt: z.coerce.number(),
  reference: z.string().nullable(),
  targetState: z.string(),
});

function toSubscription(row: Row): Subscription {
  const { state, reference, targetState, ...subscription } = subscriptionRow.parse(row);
  return {
    ...subscription,
    target: parseTarget(reference),
    isPaused: state === 'paused',
    snapshot: parseTargetState(targetState).snapshot,
  };
}
