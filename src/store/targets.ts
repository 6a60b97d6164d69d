/** Polled targets and their leases: a lease is one statement, and every later write carries its owner. */

import * as z from 'zod';
import type { ImageReference } from '../image/reference.ts';
import { type Target, targetId } from '../scan/target.ts';
import { parseTargetState, stringifyTargetState } from '../scan/state/stored-state.ts';
import { NEW_TARGET, type TargetState, clearBaseline } from '../scan/state/target-state.ts';
import type { Database, Row, Statement } from './database.ts';
import { chunk, farthestEnd, type Fragment, join, runBatch, sql } from './sql.ts';

export interface StoredTarget {
  readonly id: string;
  readonly target: Target;
  readonly state: TargetState;
  /** Increments with every change of its watches or state: a plan is recorded only for the version it was made for. */
  readonly version: number;
  /** Epoch ms; distinguishes leases of one owner. null without a lease. */
  readonly leaseUntil: number | null;
  /** Time of the next poll, epoch ms; null for an unwatched target. */
  readonly nextPollAt: number | null;
  /** A stop of its latest scan was requested from Slack. */
  readonly isStopRequested: boolean;
}

export interface Lease {
  readonly owner: string;
  readonly now: number;
  readonly leaseMs: number;
}

const targetRow = z.object({
  id: z.string(),
  reference: z.string().nullable(),
  state: z.string(),
  version: z.coerce.number(),
  lease_until: z.coerce.number().nullable(),
  next_poll_at: z.coerce.number().nullable(),
  is_unwatched: z.coerce.number(),
  stops: z.coerce.number(),
});

const COLUMNS = sql`id, reference, state, version, lease_until, next_poll_at, is_unwatched, (
  select count(*) from scan_requests r where r.target_id = targets.id and r.kind = 'stop' and r.outcome <> 'failed'
    and r.scans = (select max(s.number) from scans s where s.target_id = targets.id)) as stops`;

/** Inserts the target if missing; a new one is due only once it is watched. Writers take turns, so no number is given twice. */
export function ensureTarget(target: Target, now: number): Statement {
  const reference = target.kind === 'regular' ? null : JSON.stringify(target.reference);
  // The condition is always true: by it, PostgreSQL searches the index instead of reading all of it.
  const next = sql`(select coalesce(max(number), 0) + 1 from targets where number > 0)`;
  return sql`insert into targets (id, number, reference, state, created_at, last_requested_at)
    values (${targetId(target)}, ${next}, ${reference}, ${stringifyTargetState(NEW_TARGET)}, ${now}, ${now})
    on conflict (id) do update set last_requested_at = excluded.last_requested_at`;
}

/** By which watches name their target: a few bytes in each row and index, where its id is a whole image name. */
export function numberOf(id: string | Fragment): Fragment {
  return sql`(select number from targets where id = ${id})`;
}

/** The lease has expired, or ends later than any lease can: it was taken before the clock moved back. */
function isFree(lease: Lease): Fragment {
  return sql`(lease_until is null or lease_until <= ${lease.now} or lease_until > ${farthestEnd(lease)})`;
}

/**
 * An expired lease marks a poll with unknown outcome: the Console may have reported an end to a process that crashed.
 * So its results are checked next.
 */
const MARK_AMBIGUOUS = sql`results_check_at = case when lease_owner is null then results_check_at else 0 end`;

/** Leases up to `limit` targets whose next poll was due at `dueBy`, longest overdue first. */
export async function leaseDueTargets(
  database: Database,
  lease: Lease & { limit: number; dueBy: number },
): Promise<StoredTarget[]> {
  const { owner, now, leaseMs, limit, dueBy } = lease;
  const rows = await database.query(
    sql`update targets set lease_owner = ${owner}, lease_until = ${now + leaseMs}, ${MARK_AMBIGUOUS}
      where id in (
        select id from targets where next_poll_at <= ${dueBy} and ${isFree(lease)} order by next_poll_at limit ${limit}
      ) and ${isFree(lease)}
      returning ${COLUMNS}`,
  );
  return rows.map(toTarget);
}

/** After the clock moved back: everything due in the future is due now. */
export async function rescheduleAfterClockChange(database: Database, now: number): Promise<void> {
  await database.batch([
    sql`update targets set next_poll_at = ${now} where next_poll_at > ${now}`,
    sql`update targets set results_check_at = ${now} where results_check_at > ${now}`,
  ]);
}

/** Time of the next results check, epoch ms; null where none is due. */
export async function firstResultsCheckAt(database: Database): Promise<number | null> {
  const [row] = await database.query(
    sql`select min(results_check_at) as at from targets where results_check_at is not null`,
  );
  return firstRow.parse(row).at;
}

const firstRow = z.object({ at: z.coerce.number().nullable() });

/**
 * Claims up to `limit` targets whose results check is due, longest overdue first. A check consumes nothing, so it needs
 * no lease: the claim moves it to `againAt`.
 */
export async function claimDueResultChecks(
  database: Database,
  { now, againAt, limit }: { now: number; againAt: number; limit: number },
): Promise<StoredTarget[]> {
  const rows = await database.query(
    sql`update targets set results_check_at = ${againAt}
      where id in (select id from targets
        where results_check_at <= ${now} order by results_check_at limit ${limit}) and results_check_at <= ${now}
      returning ${COLUMNS}`,
  );
  return rows.map(toTarget);
}

/** Makes the next poll due now; a plan made without the change is rejected. */
export function schedulePollNow(id: string, now: number): Statement {
  return sql`update targets set version = version + 1,
      next_poll_at = case when next_poll_at is null or next_poll_at > ${now} then ${now} else next_poll_at end
    where id = ${id}`;
}

/** Leases one target for a person's request, due or not; null while another process polls it. */
export async function leaseTarget(
  database: Database,
  target: Target,
  lease: Lease,
): Promise<StoredTarget | null> {
  const { owner, now, leaseMs } = lease;
  const [, rows] = await runBatch(database, [
    ensureTarget(target, now),
    sql`update targets set lease_owner = ${owner}, lease_until = ${now + leaseMs}, ${MARK_AMBIGUOUS}
      where id = ${targetId(target)} and ${isFree(lease)} returning ${COLUMNS}`,
  ]);
  return rows?.[0] === undefined ? null : toTarget(rows[0]);
}

/** Renews a lease that expired or is still ours; null while another owner has it. */
export async function renewLease(database: Database, id: string, lease: Lease): Promise<StoredTarget | null> {
  const { owner, now, leaseMs } = lease;
  const [row] = await database.query(
    // Another owner's expired lease is an unknown outcome; that of our own poll is not.
    sql`update targets set lease_owner = ${owner}, lease_until = ${now + leaseMs},
        results_check_at = case when lease_owner is null or lease_owner = ${owner} then results_check_at else 0 end
      where id = ${id} and (lease_owner = ${owner} or ${isFree(lease)}) returning ${COLUMNS}`,
  );
  return row === undefined ? null : toTarget(row);
}

/** `until`, epoch ms: new end of the leases that this owner still holds; returns their ids. */
export async function renewTargets(
  database: Database,
  { ids, owner, until }: { ids: readonly string[]; owner: string; until: number },
): Promise<readonly string[]> {
  const results = await runBatch(
    database,
    chunk(ids).map(
      (piece) => sql`update targets set lease_until = ${until}
        where lease_owner = ${owner} and id in (${join(piece)}) returning id`,
    ),
  );
  return idRows.parse(results.flat()).map(({ id }) => id);
}

const idRows = z.array(z.object({ id: z.string() }));

/** Releases a lease without an observation; a later one of the same owner stays. */
export async function releaseTarget(
  database: Database,
  { id, owner, leaseUntil }: { id: string; owner: string; leaseUntil: number | null },
): Promise<void> {
  await database.query(
    sql`update targets set lease_owner = null, lease_until = null
      where id = ${id} and lease_owner = ${owner} and lease_until = ${leaseUntil}`,
  );
}

/** An active watch, or a pipeline that waits for its end. */
export const IS_WATCHED = sql`(exists (select 1 from watches w where w.target_number = targets.number and w.state = 'active')
  or exists (select 1 from waits p where p.target_id = targets.id and p.state = 'waiting'))`;

/**
 * After the end of a watch or subscription: an unwatched target is not polled, because a poll could consume an end that
 * the Console reports once.
 */
export function stopPollingIfUnwatched(
  of: { readonly watchId: string } | { readonly subscriptionId: string },
): Statement {
  const itsTarget =
    'watchId' in of
      ? sql`number = (select target_number from watches where id = ${of.watchId})`
      : sql`id = (select target_id from subscriptions where id = ${of.subscriptionId})`;
  return sql`update targets set version = version + 1,
      next_poll_at = case when ${IS_WATCHED} then next_poll_at end,
      is_unwatched = case when ${IS_WATCHED} then is_unwatched else 1 end
    where ${itsTarget}`;
}

/** null where it was never requested. */
export async function findTarget(database: Database, target: Target): Promise<StoredTarget | null> {
  const [row] = await database.query(sql`select ${COLUMNS} from targets where id = ${targetId(target)}`);
  return row === undefined ? null : toTarget(row);
}

export async function countPolled(database: Database): Promise<number> {
  const [row] = await database.query(
    sql`select count(*) as polled from targets where next_poll_at is not null`,
  );
  return countRow.parse(row).polled;
}

const countRow = z.object({ polled: z.coerce.number() });

/** Polled targets among `ids`; missing ones are left out. */
export async function findPolled(database: Database, ids: readonly string[]): Promise<StoredTarget[]> {
  const rows = await Promise.all(
    chunk(ids).map((piece) =>
      database.query(
        sql`select ${COLUMNS} from targets where next_poll_at is not null and id in (${join(piece)})`,
      ),
    ),
  );
  return rows.flat().map(toTarget);
}

/** Whose watches and subscriptions count: those of the conversation and of the person, null for neither. */
export interface KnownTo {
  readonly channel: string | null;
  readonly userId: string | null;
}

/** Which of these are known to them, by id. That a scan was seen says that somebody watches, so it does not count. */
export async function knownTargets(
  database: Database,
  ids: readonly string[],
  { channel, userId }: KnownTo,
): Promise<readonly string[]> {
  const rows = await database.query(
    sql`select id from targets t where id in (${join(ids)}) and (
      exists (select 1 from watches w where w.target_number = t.number and w.channel = ${channel})
      or exists (select 1 from watches w join followers f on f.watch_id = w.id
        where w.target_number = t.number and f.user_id = ${userId})
      or exists (select 1 from subscriptions s
        where s.target_id = t.id and s.channel = ${channel} and s.state <> 'ended'))`,
  );
  return idRows.parse(rows).map(({ id }) => id);
}

/** Which of these a scan was seen of, by id. */
export async function scannedTargets(database: Database, ids: readonly string[]): Promise<readonly string[]> {
  const rows = await database.query(
    sql`select id from targets t where id in (${join(ids)})
      and exists (select 1 from scans c where c.target_id = t.id)`,
  );
  return idRows.parse(rows).map(({ id }) => id);
}

function toTarget(row: Row): StoredTarget {
  const { id, reference, state, version, lease_until, next_poll_at, is_unwatched, stops } =
    targetRow.parse(row);
  return {
    id,
    target: parseTarget(reference),
    state: is_unwatched === 1 ? clearBaseline(parseTargetState(state)) : parseTargetState(state),
    version,
    leaseUntil: lease_until,
    nextPollAt: next_poll_at,
    isStopRequested: stops > 0,
  };
}

/** Parses the column written by ensureTarget. */
export function parseTarget(reference: string | null): Target {
  if (reference === null) return { kind: 'regular' };
  return { kind: 'image', reference: JSON.parse(reference) as ImageReference };
}
