/** What is polled, and who holds it: a lease is one statement, and every later write carries its owner. */

import * as z from 'zod';
import type { ImageReference } from '../image/reference.ts';
import { type Target, targetId } from '../scan/target.ts';
import { NEW_TARGET, type TargetState } from '../scan/target-state.ts';
import type { Database, Row, Statement } from './database.ts';

export interface StoredTarget {
  readonly id: string;
  readonly target: Target;
  readonly state: TargetState;
  /** Counts the changes of its watches: a plan is recorded only for the watches it was made for. */
  readonly version: number;
  /** Epoch ms; tells the leases of one owner apart. null where nobody holds it. */
  readonly leaseUntil: number | null;
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
});

const COLUMNS = 'id, reference, state, version, lease_until';

/** The statement that makes sure that a target's row is there; a new one is due only once somebody watches it. */
export function ensureTarget(target: Target, now: number): Statement {
  const reference = target.kind === 'regular' ? null : JSON.stringify(target.reference);
  return {
    sql: `insert into targets (id, reference, state, created_at, touched_at) values ($1, $2, $3, $4, $4)
      on conflict (id) do update set touched_at = excluded.touched_at`,
    params: [targetId(target), reference, JSON.stringify(NEW_TARGET), now],
  };
}

/** No reading is planned further ahead than an hour, so what lies beyond was planned before the clock was set back. */
const FAR_MS = 2 * 3_600_000;

/** Leases up to `limit` targets whose next reading was due at `dueBy`, the longest overdue first. */
export async function leaseDueTargets(
  database: Database,
  lease: Lease & { limit: number; dueBy: number },
): Promise<StoredTarget[]> {
  const { owner, now, leaseMs, limit, dueBy } = lease;
  const isFree = '(lease_until is null or lease_until <= $3 or lease_until > $6)';
  const rows = await database.query(
    `update targets set lease_owner = $1, lease_until = $2
      where id in (
        select id from targets where (next_poll_at <= $5 or next_poll_at > $6) and ${isFree}
        order by next_poll_at limit $4
      ) and ${isFree}
      returning ${COLUMNS}`,
    [owner, now + leaseMs, now, limit, dueBy, now + FAR_MS],
  );
  return rows.map(toTarget);
}

/** Leases one target for a person's question, due or not; null where somebody else is reading it right now. */
export async function leaseTarget(
  database: Database,
  target: Target,
  lease: Lease,
): Promise<StoredTarget | null> {
  const result = await database.batch([
    ensureTarget(target, lease.now),
    {
      sql: `update targets set lease_owner = $1, lease_until = $2
        where id = $3 and (lease_until is null or lease_until <= $4 or lease_until > $5) returning ${COLUMNS}`,
      params: [lease.owner, lease.now + lease.leaseMs, targetId(target), lease.now, lease.now + FAR_MS],
    },
  ]);
  const [row] = result?.[1] ?? [];
  return row === undefined ? null : toTarget(row);
}

/** Gives a lease back without having learnt anything; a later one of the same owner stays. */
export async function releaseTarget(
  database: Database,
  { id, owner, leaseUntil }: { id: string; owner: string; leaseUntil: number | null },
): Promise<void> {
  await database.query(
    `update targets set lease_owner = null, lease_until = null
      where id = $1 and lease_owner = $2 and lease_until = $3`,
    [id, owner, leaseUntil],
  );
}

export async function findTarget(database: Database, target: Target): Promise<StoredTarget | null> {
  const [row] = await database.query(`select ${COLUMNS} from targets where id = $1`, [targetId(target)]);
  return row === undefined ? null : toTarget(row);
}

export async function findTargetById(database: Database, id: string): Promise<StoredTarget | null> {
  const [row] = await database.query(`select ${COLUMNS} from targets where id = $1`, [id]);
  return row === undefined ? null : toTarget(row);
}

function toTarget(row: Row): StoredTarget {
  const { id, reference, state, version, lease_until } = targetRow.parse(row);
  return {
    id,
    target: parseTarget(reference),
    state: parseTargetState(state),
    version,
    leaseUntil: lease_until,
  };
}

/** Reads the column that ensureTarget alone writes. */
export function parseTarget(reference: string | null): Target {
  if (reference === null) return { kind: 'regular' };
  return { kind: 'image', reference: JSON.parse(reference) as ImageReference };
}

/** Reads the column that ensureTarget and recordPlan alone write. */
export function parseTargetState(state: string): TargetState {
  return JSON.parse(state) as TargetState;
}
