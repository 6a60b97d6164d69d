/** Requests from Slack to start or stop a scan, and their outcomes. */

import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import type { Requesters } from '../../scan/control.ts';
import {
  type RequestKind,
  type RequestOutcome,
  requestersOf,
  type ScanRequest,
  startOf,
} from '../../scan/scan-request.ts';
import type { Snapshot } from '../../scan/snapshot.ts';
import { type Target, targetId } from '../../scan/target.ts';
import type { Database } from '../database.ts';
import { ensureTarget } from '../targets.ts';
import { sql } from '../sql.ts';

export interface NewRequest {
  readonly target: Target;
  readonly kind: RequestKind;
  readonly userId: string;
  readonly channel: string;
  readonly now: number;
}

/** Records the request before it is sent to the Console. Returns its id. */
export async function recordRequest(database: Database, request: NewRequest): Promise<string> {
  const { target, kind, userId, channel, now } = request;
  const id = randomUUID();
  await database.batch([
    ensureTarget(target, now),
    sql`insert into scan_requests (id, target_id, kind, user_id, channel, scans, outcome, at)
      values (${id}, ${targetId(target)}, ${kind}, ${userId}, ${channel},
        coalesce((select max(number) from scans where target_id = ${targetId(target)}), 0), 'asked', ${now})`,
  ]);
  return id;
}

export async function settleRequest(database: Database, id: string, outcome: RequestOutcome): Promise<void> {
  await database.query(sql`update scan_requests set outcome = ${outcome} where id = ${id}`);
}

/** Who started and stopped the scan of this snapshot, or requested the one that is awaited. */
export async function findRequests(
  database: Database,
  target: Target,
  snapshot: Pick<Snapshot, 'scan' | 'startedAt'> & { readonly now: number },
): Promise<Requesters> {
  return requestersOf(await readRequests(database, target), snapshot);
}

/** Who started this scan, and in which conversation. */
export async function findStart(
  database: Database,
  target: Target,
  scan: { readonly scan: number; readonly startedAt: number },
): Promise<Pick<ScanRequest, 'userId' | 'channel'> | null> {
  return startOf(await readRequests(database, target), scan) ?? null;
}

/** The latest, newest first, without those that failed. */
async function readRequests(database: Database, target: Target): Promise<readonly ScanRequest[]> {
  const rows = await database.query(
    sql`select kind, user_id as "userId", channel, scans, outcome, at,
        (select min(s.number) from scans s where s.target_id = scan_requests.target_id
          and s.number > scan_requests.scans and (s.ended_at is null or s.ended_at > scan_requests.at)) as "nextScan"
      from scan_requests where target_id = ${targetId(target)} and outcome <> 'failed' order by at desc limit 20`,
  );
  return requestRows.parse(rows);
}

/** A newer replica may write another one. */
export const requestOutcome = z.enum(['asked', 'done', 'failed', 'unclear']).catch('unclear');

const requestRows = z.array(
  z.object({
    kind: z.enum(['start', 'stop']),
    userId: z.string(),
    channel: z.string(),
    scans: z.coerce.number(),
    nextScan: z.coerce.number().nullable(),
    outcome: requestOutcome,
    at: z.coerce.number(),
  }),
);
