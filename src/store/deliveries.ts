/**
 * The outbox: every Slack message and edit is recorded here before it is attempted. It holds snapshots, not blocks, and
 * at most one unsent update per watch, so that Slack's limits cost freshness and never an end.
 *
 * pending -> sending (committed before the call) -> sent | pending again | ambiguous (may have been posted) | given-up
 */

import { randomUUID } from 'node:crypto';
import { v5 as uuidV5 } from 'uuid';
import * as z from 'zod';
import type { DeliveryContent, DeliveryKind } from '../scan/delivery.ts';
import type { Target } from '../scan/target.ts';
import type { Place } from '../scan/watch.ts';
import type { Database, Row, Statement } from './database.ts';
import { parseTarget } from './targets.ts';

/** Ends go first, then beginnings, then updates. */
const PRIORITY: Readonly<Record<DeliveryKind, number>> = { completion: 0, final: 1, live: 2, update: 3 };

/** Namespace of the delivery ids; drawn once at random. */
const NAMESPACE = '5f0c6f0e-6c1b-4d6c-9d2a-3a9b8e0f7c41';

export interface NewDelivery {
  readonly watchId: string;
  readonly kind: DeliveryKind;
  /** Number of the scan, 0 where the delivery is not about a certain one: part of the id. */
  readonly scan: number;
  readonly content: DeliveryContent;
  readonly now: number;
  readonly dueAt: number;
}

/**
 * The same watch, scan and kind give the same id, which is unique in the table: nothing is ever intended twice. Updates
 * come and go, one per watch at a time, and need no id that Slack could be asked about: an edit is simply repeated.
 */
function deliveryId({ watchId, kind, scan }: NewDelivery): string {
  if (kind === 'update') return randomUUID();
  return uuidV5(`${watchId}/${String(scan)}/${kind}`, NAMESPACE);
}

/** Inserts a delivery if its watch is there and the delivery is not. */
export function insertDelivery(delivery: NewDelivery): Statement {
  return {
    sql: `insert into deliveries (id, watch_id, kind, content, state, priority, due_at, created_at)
      select $1, w.id, $3, $4, 'pending', $5, $6, $7 from watches w where w.id = $2
      on conflict do nothing`,
    params: insertParams(delivery),
  };
}

/** A newer snapshot overwrites the unsent live message, else the one unsent update of a live message that is there. */
export function upsertUpdate(delivery: NewDelivery): readonly Statement[] {
  return [
    overwriteUnsentLive(delivery),
    {
      // What the live message says now is newer than an update that waited for it; one given up makes room.
      sql: `delete from deliveries where watch_id = $1 and kind = 'update' and (state = 'given-up' or state = 'pending'
        and exists (select 1 from deliveries l where l.watch_id = $1 and l.kind = 'live' and l.state = 'pending'))`,
      params: [delivery.watchId],
    },
    {
      sql: `insert into deliveries (id, watch_id, kind, content, state, priority, due_at, created_at)
        select $1, w.id, $3, $4, 'pending', $5, $6, $7 from watches w where w.id = $2 and w.is_message_gone = 0
          and not exists (select 1 from deliveries d where d.watch_id = w.id and d.kind = 'live' and d.state = 'pending')
        on conflict (watch_id) where kind = 'update' do update
          set content = excluded.content, version = deliveries.version + 1, is_plain = 0`,
      params: insertParams(delivery),
    },
  ];
}

/** The end of a watch: unsent updates are worthless now, the final state and the one new post are not. */
export function insertEnd(end: Omit<NewDelivery, 'kind' | 'dueAt'>): readonly Statement[] {
  const dueAt = end.now;
  return [
    overwriteUnsentLive({ ...end, kind: 'live', dueAt }),
    insertDelivery({ ...end, kind: 'final', dueAt }),
    insertDelivery({ ...end, kind: 'completion', dueAt }),
    ...dropOvertaken(end.watchId),
  ];
}

/**
 * Of what a watch still has to send, drops what must not be sent any more: updates after its end, its live message after
 * *Stop watching*, and a final state without a message that could show it. To be repeated whenever something that was
 * under way is to be sent again: it may have been overtaken meanwhile.
 */
export function dropOvertaken(watchId: string): readonly Statement[] {
  return [
    {
      sql: `delete from deliveries where watch_id = $1 and kind = 'update' and state = 'pending'
        and exists (select 1 from deliveries f where f.watch_id = $1 and f.kind = 'final')`,
      params: [watchId],
    },
    {
      sql: `delete from deliveries where watch_id = $1 and kind = 'live' and state = 'pending'
        and exists (select 1 from watches w where w.id = $1 and w.state = 'stopped')`,
      params: [watchId],
    },
    {
      sql: `delete from deliveries where watch_id = $1 and kind = 'final' and state = 'pending'
        and exists (select 1 from watches w where w.id = $1 and w.message_ts is null)
        and not exists (select 1 from deliveries l where l.watch_id = $1 and l.kind = 'live' and l.${OPEN})`,
      params: [watchId],
    },
  ];
}

/** Neither sent nor given up. SQLite takes the index on open deliveries only where its very condition is repeated. */
const OPEN = `state in ('pending', 'sending', 'ambiguous')`;

/** The first snapshot is worth waiting for, so the live message waits a moment; with it, it goes at once. */
function overwriteUnsentLive({ watchId, content, now }: NewDelivery): Statement {
  return {
    sql: `update deliveries set content = $2, due_at = case when attempts = 0 then $3 else due_at end
      where watch_id = $1 and kind = 'live' and state = 'pending'`,
    params: [watchId, JSON.stringify(content), now],
  };
}

function insertParams(delivery: NewDelivery) {
  const { watchId, kind, content, dueAt, now } = delivery;
  return [deliveryId(delivery), watchId, kind, JSON.stringify(content), PRIORITY[kind], dueAt, now];
}

/** A delivery that is ours to send now. */
export interface LeasedDelivery {
  readonly id: string;
  readonly kind: DeliveryKind;
  readonly content: DeliveryContent;
  readonly version: number;
  /** Counts this one, from 1. */
  readonly attempts: number;
  /** Slack refused its blocks: send the text alone. */
  readonly isPlain: boolean;
  readonly watchId: string;
  readonly target: Target;
  readonly place: Place;
  readonly messageTs: string | null;
  readonly followers: readonly string[];
  /** When this attempt was recorded, epoch ms. */
  readonly attemptedAt: number;
}

export interface DeliveryLease {
  readonly owner: string;
  readonly now: number;
  readonly leaseMs: number;
  readonly limit: number;
  readonly kinds: readonly DeliveryKind[];
  /** Leave out channels to which a message was sent within this time; 0 for edits. */
  readonly channelPauseMs: number;
}

/**
 * Leases what is due, one delivery per watch and (for posts) one per channel, ends first, then the stalest message.
 * A message that is being edited right now gets no other edit, since two under way may land in either order, and no update
 * once there is a final state.
 */
export async function leaseDeliveries(database: Database, lease: DeliveryLease): Promise<LeasedDelivery[]> {
  const kinds = lease.kinds.map((kind) => `'${kind}'`).join(', ');
  const perChannel = lease.channelPauseMs > 0 ? 'w.channel' : 'd.watch_id';
  const rows = await database.query(
    `update deliveries set state = 'sending', lease_owner = $1, lease_until = $2, attempted_at = $3, attempts = attempts + 1
      where state = 'pending' and id in (
        select id from (
          select d.id, d.priority, d.created_at, w.shown_at,
            row_number() over (partition by ${perChannel} order by d.priority, w.shown_at, d.created_at) as turn
          from deliveries d join watches w on w.id = d.watch_id
          where d.${OPEN} and d.state = 'pending' and d.due_at <= $3 and d.kind in (${kinds})
            and not exists (
              select 1 from deliveries o where o.watch_id = d.watch_id and o.state = 'sending'
                and (o.kind in ('update', 'final')) = (d.kind in ('update', 'final')))
            and (d.kind <> 'update' or not exists (
              select 1 from deliveries f where f.watch_id = d.watch_id and f.kind = 'final'))
            and (d.kind = 'live' or not exists (
              select 1 from deliveries l where l.watch_id = d.watch_id and l.kind = 'live' and l.${OPEN}))
            and w.channel not in (
              select v.channel from deliveries o join watches v on v.id = o.watch_id
              where $4 > 0 and o.kind in ('live', 'completion') and o.attempted_at > $3 - $4 and o.attempted_at <= $3)
        ) due where turn = 1 order by priority, shown_at, created_at limit $5
      )
      returning ${LEASED}`,
    [lease.owner, lease.now + lease.leaseMs, lease.now, lease.channelPauseMs, lease.limit],
  );
  return withWatches(database, rows);
}

/**
 * Takes up what a process that died was sending. An edit is absolute and simply repeated; a post may have happened, so
 * it is in doubt. Returns how many there were.
 */
export async function recoverAbandoned(database: Database, now: number): Promise<number> {
  const results = await database.batch([
    {
      // The end that came meanwhile says it all; an update after it would undo it.
      sql: `delete from deliveries where ${OPEN} and state = 'sending' and lease_until <= $1 and kind = 'update'
        and exists (select 1 from deliveries f where f.watch_id = deliveries.watch_id and f.kind = 'final') returning id`,
      params: [now],
    },
    {
      sql: `update deliveries
        set state = case when kind in ('update', 'final') then 'pending' else 'ambiguous' end,
          due_at = $1, error = 'the process ended while sending', lease_owner = null, lease_until = null
        where ${OPEN} and state = 'sending' and lease_until <= $1 returning id`,
      params: [now],
    },
  ]);
  return (results ?? []).flat().length;
}

/** Leases posts of which nobody knows whether they happened, to look for them in their conversation. */
export async function leaseDoubtful(
  database: Database,
  lease: Omit<DeliveryLease, 'kinds' | 'channelPauseMs'>,
): Promise<LeasedDelivery[]> {
  const rows = await database.query(
    `update deliveries set lease_owner = $1, lease_until = $2
      where id in (
        select id from deliveries
        where ${OPEN} and state = 'ambiguous' and due_at <= $3 and (lease_until is null or lease_until <= $3)
        order by priority, created_at limit $4
      ) and state = 'ambiguous' and (lease_until is null or lease_until <= $3)
      returning ${LEASED}`,
    [lease.owner, lease.now + lease.leaseMs, lease.now, lease.limit],
  );
  return withWatches(database, rows);
}

const LEASED = 'id, watch_id, kind, content, version, attempts, is_plain, attempted_at';

async function withWatches(database: Database, rows: readonly Row[]): Promise<LeasedDelivery[]> {
  const leased = await Promise.all(rows.map((row) => withWatch(database, row)));
  return leased.sort((a, b) => PRIORITY[a.kind] - PRIORITY[b.kind]);
}

const deliveryRow = z.object({
  id: z.string(),
  watch_id: z.string(),
  kind: z.enum(['live', 'update', 'final', 'completion']),
  content: z.string(),
  version: z.coerce.number(),
  attempts: z.coerce.number(),
  is_plain: z.coerce.number(),
  attempted_at: z.coerce.number(),
});

const placeRow = z.object({
  channel: z.string(),
  thread: z.string(),
  message_ts: z.string().nullable(),
  reference: z.string().nullable(),
});

async function withWatch(database: Database, row: Row): Promise<LeasedDelivery> {
  const { id, watch_id, kind, content, version, attempts, is_plain, attempted_at } = deliveryRow.parse(row);
  const [watch] = await database.query(
    `select w.channel, w.thread, w.message_ts, t.reference from watches w join targets t on t.id = w.target_id
      where w.id = $1`,
    [watch_id],
  );
  const { channel, thread, message_ts, reference } = placeRow.parse(watch);
  const followers = await database.query(
    'select user_id from followers where watch_id = $1 order by followed_at, user_id',
    [watch_id],
  );
  return {
    id,
    kind,
    // Written by insertParams alone.
    content: JSON.parse(content) as DeliveryContent,
    version,
    attempts,
    isPlain: is_plain === 1,
    watchId: watch_id,
    target: parseTarget(reference),
    place: { channel, thread },
    messageTs: message_ts,
    followers: followers.map((follower) => String(follower['user_id'])),
    attemptedAt: attempted_at,
  };
}
