/** Leases of the outbox: a lease is one statement, and every later write carries its owner. */

import * as z from 'zod';
import type { DeliveryKind } from '../../scan/delivery.ts';
import type { Database, Row, Statement } from '../database.ts';
import { chunk, farthestEnd, type Fragment, join, OPEN, runBatch, sql, withOptions } from '../sql.ts';
import { deliveryKind, LEASED, type LeasedDelivery, loadLeased } from './load.ts';
import { type SettledUnreadable, settleUnreadable } from './unreadable.ts';
import { countLeased, grantedBy, type Quota } from '../limits/rate-limits.ts';

export interface DeliveryLease {
  readonly owner: string;
  readonly now: number;
  readonly leaseMs: number;
  readonly limit: number;
  readonly kinds: readonly DeliveryKind[];
  /** How far Slack's clock is ahead of ours, ms. */
  readonly slackAheadMs?: number;
  /** Skips channels with a message sent within this time, also by a clock that is ahead by as much; 0 for edits. */
  readonly channelPauseMs: number;
  /** Slack's limit for all replicas; each leased call is counted. */
  readonly quota?: Quota;
  /** Called for what cannot be loaded; the others are leased. */
  readonly onUnreadable?: (delivery: SettledUnreadable) => void;
}

/**
 * Leases due deliveries, one per message and (for posts) one per channel: ends first, in the order in which they ended,
 * then the stalest message; notices of a message in order. A message with an edit in flight gets no other edit, because
 * two may apply in either order, and no update after a final state.
 */
export async function leaseDeliveries(
  database: Database,
  lease: DeliveryLease,
): Promise<readonly LeasedDelivery[]> {
  const { owner, now, leaseMs, channelPauseMs, slackAheadMs = 0 } = lease;
  const perChannel = channelPauseMs > 0 ? sql`m.channel` : sql`d.message_id`;
  const rows = await withinQuota(
    database,
    lease,
    sql`update deliveries set state = 'sending', lease_owner = ${owner}, lease_until = ${now + leaseMs},
        attempted_at = ${now}, attempted_at_slack = ${now + slackAheadMs},
        attempts = attempts + 1, missed_lookups = 0, thread = null
      where state = 'pending' and id in (
        select id from (
          select d.id, d.priority, d.created_at, ${BEFORE_OTHERS} as since,
            row_number() over (partition by ${perChannel} order by d.priority, ${BEFORE_OTHERS}, d.created_at) as turn
          from deliveries d join messages m on m.id = d.message_id
          where d.${OPEN} and d.state = 'pending' and d.due_at <= ${now} and d.kind in (${join(lease.kinds)})
            and not exists (
              select 1 from deliveries o where o.message_id = d.message_id and o.state = 'sending'
                and (o.kind in ('update', 'final')) = (d.kind in ('update', 'final')))
            and (d.kind <> 'update' or not exists (
              select 1 from deliveries f where f.message_id = d.message_id and f.kind = 'final'))
            and (d.kind <> 'notice' or not exists (
              select 1 from deliveries n where n.message_id = d.message_id and n.kind = 'notice' and n.${OPEN}
                and n.created_at < d.created_at))
            and (d.kind = 'live' or not exists (
              select 1 from deliveries l where l.message_id = d.message_id and l.kind = 'live' and l.${OPEN}))
            and m.channel not in (
              select v.channel from deliveries o join messages v on v.id = o.message_id
              where ${channelPauseMs} > 0 and o.kind in ('live', 'completion', 'notice', 'stopped-by', 'digest')
                and o.attempted_at > ${now - channelPauseMs} and o.attempted_at <= ${now + channelPauseMs})
        ) due where turn = 1 order by priority, since, created_at limit ${limitOf(lease)}
      )
      returning ${LEASED}`,
  );
  const leased = await load(database, lease, rows);
  await recordThreads(
    database,
    leased.filter(({ kind }) => isPost(kind)),
  );
  return leased;
}

async function load(
  database: Database,
  { owner, now, onUnreadable }: Pick<DeliveryLease, 'owner' | 'now' | 'onUnreadable'>,
  rows: readonly Row[],
): Promise<readonly LeasedDelivery[]> {
  const { leased, unreadable } = await loadLeased(database, rows);
  for (const delivery of await settleUnreadable(database, unreadable, { owner, now }))
    onUnreadable?.(delivery);
  return leased;
}

/** An edit is absolute, so it is repeated and never searched. */
const isPost = (kind: DeliveryKind): boolean => kind !== 'update' && kind !== 'final';

/** Ends in the order in which they ended; else the message that was rendered longest ago. */
const BEFORE_OTHERS = sql`case when d.priority < 2 then d.created_at else m.last_rendered_at end`;

type WithinQuota = Pick<DeliveryLease, 'owner' | 'now' | 'leaseMs' | 'quota'>;

function limitOf({ quota, limit, now }: Pick<DeliveryLease, 'quota' | 'limit' | 'now'>): Fragment | number {
  return quota === undefined ? limit : grantedBy(quota, { wanted: limit, now });
}

/**
 * The lease and its count are one batch, so two replicas cannot both take the last call of a minute. A power cut may undo
 * the lease of an edit or a search, which are repeated; that of a post is kept by `recordThreads`.
 */
async function withinQuota(
  database: Database,
  { quota, ...lease }: WithinQuota,
  statement: Statement,
): Promise<readonly Row[]> {
  if (quota === undefined) return database.query(statement);
  const statements = [statement, ...countLeased(quota, lease)];
  const [rows = []] = await runBatch(
    database,
    statements.map((each) => withOptions(each, { mayBeLost: true })),
  );
  return rows;
}
/**
 * Stores the thread, because a live message may be deleted while its completion is ambiguous: it is searched where it
 * was sent. It is the one commit before a post that waits for the disk, and it keeps the lease, too.
 */
async function recordThreads(database: Database, leased: readonly LeasedDelivery[]): Promise<void> {
  if (leased.length === 0) return;
  await database.batch(
    leased.map(({ id, thread }) => sql`update deliveries set thread = ${thread} where id = ${id}`),
  );
}

/**
 * A lease that ends later than any can was taken before the clock moved back, and counts as expired. `now` is read
 * again after the query: to a process suspended meanwhile, new leases of others would look like that.
 */
export async function expireFutureLeases(
  database: Database,
  { now, leaseMs }: { readonly now: () => number; readonly leaseMs: number },
): Promise<void> {
  const rows = await database.query(
    sql`select id, lease_until from deliveries
      where ${OPEN} and lease_until > ${farthestEnd({ now: now(), leaseMs })}`,
  );
  const at = now();
  const expired = leaseRows.parse(rows).filter((row) => row.lease_until > farthestEnd({ now: at, leaseMs }));
  await database.batch(
    expired.map(
      (row) =>
        sql`update deliveries set lease_until = ${at} where id = ${row.id} and lease_until = ${row.lease_until}`,
    ),
  );
}

const leaseRows = z.array(z.object({ id: z.string(), lease_until: z.number() }));

/** Extends leases that this owner still holds, of deliveries being sent or searched. `until`: epoch ms. */
export async function renewDeliveries(
  database: Database,
  { ids, owner, until }: { ids: readonly string[]; owner: string; until: number },
): Promise<readonly string[]> {
  const results = await runBatch(
    database,
    chunk(ids).map(
      (piece) => sql`update deliveries set lease_until = ${until}
        where lease_owner = ${owner} and ${OPEN} and id in (${join(piece)}) returning id`,
    ),
  );
  return idRows.parse(results.flat()).map(({ id }) => id);
}

const idRows = z.array(z.object({ id: z.string() }));

/**
 * Recovers deliveries of a crashed process. An edit is absolute and is repeated, though the earlier one may still
 * apply; a post may have been made, so it is ambiguous. Returns how many.
 */
export async function recoverExpired(
  database: Database,
  { now, mayStillApplyMs }: { now: number; mayStillApplyMs: number },
): Promise<number> {
  const isExpired = sql`${OPEN} and state = 'sending' and lease_until <= ${now}`;
  const results = await runBatch(database, [
    sql`update messages set late_edit_until = ${now + mayStillApplyMs} where id in (
      select message_id from deliveries where ${isExpired} and kind in ('update', 'final'))`,
    // The end came meanwhile: an update after it would undo it.
    sql`delete from deliveries where ${isExpired} and kind = 'update'
      and exists (select 1 from deliveries f where f.message_id = deliveries.message_id and f.kind = 'final') returning id`,
    sql`update deliveries
      set state = case when kind in ('update', 'final') then 'pending' else 'ambiguous' end,
        due_at = ${now}, error = 'the process ended while sending', lease_owner = null, lease_until = null
      where ${isExpired} returning id`,
  ]);
  return results.flat().length;
}

const openDeliveries = z.object({
  kind: deliveryKind,
  state: z.enum(['pending', 'sending', 'ambiguous']),
  /** Earliest due time, or earliest end of a lease, epoch ms. */
  dueAt: z.coerce.number(),
  /** Latest end of a lease, epoch ms; null without one. */
  leasedUntil: z.coerce.number().nullable(),
});

/** Open deliveries of one kind in one state. */
export type OpenDeliveries = Readonly<z.infer<typeof openDeliveries>>;

const openRows = z.array(openDeliveries);

/** A single read, so that an idle loop writes nothing. */
export async function readOpen(database: Database): Promise<readonly OpenDeliveries[]> {
  const rows = await database.query(
    sql`select kind, state, max(lease_until) as "leasedUntil",
        min(case when state = 'sending' or lease_until > due_at then lease_until else due_at end) as "dueAt"
      from deliveries where ${OPEN} group by kind, state`,
  );
  return openRows.parse(rows);
}

/** After the clock moved back: all due times move by the same duration. */
export async function rescheduleAllAfterClockChange(
  database: Database,
  { backMs, now }: { backMs: number; now: number },
): Promise<void> {
  await moveTimes(database, {
    now,
    after: now,
    to: (time) => sql`${time} - ${backMs}`,
    back: sql`${backMs}`,
  });
}

/** A delivery due later than any can be was scheduled before the clock moved back: it is due now. */
export async function rescheduleDeliveriesAfterClockChange(
  database: Database,
  { now, longestWaitMs }: { now: number; longestWaitMs: number },
): Promise<void> {
  const back = sql`(select max(d.created_at) - ${now} from deliveries d where d.${OPEN})`;
  await moveTimes(database, { now, after: now + longestWaitMs, to: () => sql`${now}`, back });
}

interface TimeChange {
  readonly now: number;
  /** Later times are moved. */
  readonly after: number;
  readonly to: (time: Fragment) => Fragment;
  /** SQL: by how much a time of insertion that is still to come was ahead, ms. */
  readonly back: Fragment;
}

/**
 * Includes edits that may still apply, because they delay later ones, and reports that messages wait for. What was
 * inserted before the clock moved back stays before what is inserted after it.
 */
async function moveTimes(database: Database, { now, after, to, back }: TimeChange): Promise<void> {
  const late = sql`late_edit_until`;
  const due = sql`due_at`;
  await database.batch([
    sql`update deliveries set due_at = ${to(due)} where ${OPEN} and due_at > ${after}`,
    sql`update deliveries set created_at = created_at - ${back} where ${OPEN} and created_at > ${now}`,
    sql`update messages set ${late} = ${to(late)} where ${late} > ${after}`,
    ...[sql`give_up_at`, due].map(
      (time) => sql`update reports set ${time} = ${to(time)} where due_at is not null and ${time} > ${after}`,
    ),
  ]);
}

/** Leases ambiguous posts, to search for them in their conversation. */
export async function leaseAmbiguous(
  database: Database,
  lease: Omit<DeliveryLease, 'kinds' | 'channelPauseMs' | 'slackAheadMs'>,
): Promise<readonly LeasedDelivery[]> {
  const { owner, now, leaseMs } = lease;
  const isFree = sql`(lease_until is null or lease_until <= ${now})`;
  const rows = await withinQuota(
    database,
    lease,
    sql`update deliveries set lease_owner = ${owner}, lease_until = ${now + leaseMs}
      where id in (
        select id from deliveries
        where ${OPEN} and state = 'ambiguous' and due_at <= ${now} and ${isFree}
        order by priority, created_at limit ${limitOf(lease)}
      ) and state = 'ambiguous' and ${isFree}
      returning ${LEASED}`,
  );
  return load(database, lease, rows);
}
