/** Pipelines that wait for the end of a scan. Like watches, but the result is fetched by the pipeline, not sent. */

import { parseSnapshot } from '../../scan/state/stored-snapshot.ts';
import * as z from 'zod';
import type { Report } from '../../scan/results/report.ts';
import type { Snapshot } from '../../scan/snapshot.ts';
import { type Target, targetId } from '../../scan/target.ts';
import type { Database, Statement } from '../database.ts';
import { parseReportBody, withoutDiagnosis } from '../reports.ts';
import { chunk, join, sql } from '../sql.ts';
import { ensureTarget, schedulePollNow } from '../targets.ts';

export interface WaitRequest {
  /** A uuid: a request with the same id resumes the same wait. */
  readonly id: string;
  readonly target: Target;
  readonly now: number;
  /** When the pipeline gives up, epoch ms. */
  readonly giveUpAt: number;
}

/** `other-target`: the id belongs to a wait for another image. `too-many`: not opened. */
export type OpenedWait = 'new' | 'known' | 'other-target' | 'too-many';

/** Each keeps its target polled. A pipeline that needs more is broken. */
export const MAX_WAITS = 1_000;
/** A repeated request keeps the remaining time, up to the duration of a request; more means that the clock changed. */
const DRIFT_MS = 30_000;

/** Opens a wait or resumes it; also one that has ended, because its response may have been lost. */
export async function openWait(database: Database, request: WaitRequest): Promise<OpenedWait> {
  const { id, target, now, giveUpAt } = request;
  const [found] = await database.query(sql`select target_id, state, give_up_at from waits where id = ${id}`);
  if (found === undefined) {
    if ((await countWaiting(database)) >= MAX_WAITS) return 'too-many';
  } else {
    const wait = knownRow.parse(found);
    if (wait.target_id !== targetId(target)) return 'other-target';
    const isOnTime = wait.state === 'waiting' && Math.abs(wait.give_up_at - giveUpAt) <= DRIFT_MS;
    if (wait.state === 'scan-ended' || isOnTime) return 'known';
  }
  await database.batch([
    ensureTarget(target, now),
    schedulePollNow(targetId(target), now),
    sql`insert into waits (id, target_id, state, created_at, give_up_at)
      values (${id}, ${targetId(target)}, 'waiting', ${now}, ${giveUpAt})
      on conflict (id) do update set state = 'waiting', give_up_at = excluded.give_up_at, ended_at = null
        where waits.state <> 'scan-ended' and waits.target_id = excluded.target_id`,
  ]);
  return found === undefined ? 'new' : 'known';
}

const knownRow = z.object({ target_id: z.string(), state: z.string(), give_up_at: z.coerce.number() });

async function countWaiting(database: Database): Promise<number> {
  const [row] = await database.query(sql`select count(*) as waiting from waits where state = 'waiting'`);
  return countRow.parse(row).waiting;
}

const countRow = z.object({ waiting: z.coerce.number() });

interface WaitsEnd {
  readonly scan: number;
  /** Later ones go on waiting, epoch ms. */
  readonly madeUntil: number | undefined;
  readonly now: number;
}

/** Also of waits that were given up: the clock may have changed, and the pipeline may still request the result. */
export function endWaits(id: string, { scan, madeUntil, now }: WaitsEnd): Statement {
  return sql`update waits set state = 'scan-ended', scan = ${scan}, ended_at = ${now}
    where target_id = ${id} and state <> 'scan-ended' and created_at <= ${madeUntil ?? Number.MAX_SAFE_INTEGER}`;
}

export function giveUpWaits(ids: readonly string[], now: number): readonly Statement[] {
  return chunk(ids).map(
    (piece) => sql`update waits set state = 'expired', ended_at = ${now}
      where state = 'waiting' and id in (${join(piece)})`,
  );
}

/** Those of `ids` that have a result: the scan ended, and its report came or was given up. */
export async function endedWaits(database: Database, ids: readonly string[]): Promise<readonly string[]> {
  const found = await Promise.all(
    chunk(ids).map((piece) =>
      database.query(
        sql`select w.id from waits w
          left join reports r on r.target_id = w.target_id and r.scan = w.scan and r.topic = 'end'
          where w.state = 'scan-ended' and r.due_at is null and w.id in (${join(piece)})`,
      ),
    ),
  );
  return found.flat().map((row) => String(row['id']));
}

export interface WaitEnd {
  /** Last snapshot of the scan that ended. */
  readonly snapshot: Snapshot;
  /** null where the findings are unknown. */
  readonly report: Report | null;
}

/** null while the scan is ongoing. */
export async function findWaitEnd(database: Database, id: string): Promise<WaitEnd | null> {
  const [row] = await database.query(
    sql`select s.snapshot, r.body from waits w
      join scans s on s.target_id = w.target_id and s.number = w.scan
      left join reports r on r.target_id = w.target_id and r.scan = w.scan and r.topic = 'end'
      where w.id = ${id} and w.state = 'scan-ended' and r.due_at is null`,
  );
  if (row === undefined) return null;
  const { snapshot, body } = endRow.parse(row);
  // Written only by saveScan.
  return { snapshot: parseSnapshot(snapshot), report: withoutDiagnosis(parseReportBody(body)) };
}

const endRow = z.object({ snapshot: z.string(), body: z.string().nullable() });
