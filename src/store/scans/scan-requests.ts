/** Requests from Slack to start or stop a scan, and their outcomes. */

import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import type { Requesters } from '../../scan/control.ts';
import type { Snapshot } from '../../scan/snapshot.ts';
import { type Target, targetId } from '../../scan/target.ts';
import type { Database } from '../database.ts';
import { ensureTarget } from '../targets.ts';
import { sql } from '../sql.ts';

export type RequestKind = 'start' | 'stop';
/** `asked`: no response yet. `unclear`: the Console may have done it. */
export type RequestOutcome = 'asked' | 'done' | 'failed' | 'unclear';

export interface ScanRequest {
  readonly target: Target;
  readonly kind: RequestKind;
  readonly userId: string;
  readonly channel: string;
  readonly now: number;
}

/** Records the request before it is sent to the Console. Returns its id. */
export async function recordRequest(database: Database, request: ScanRequest): Promise<string> {
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

/** A queued scan may start this long after its request. */
const QUEUED_MS = 15 * 60_000;

/** The Console responds to a start within this time, or the process that sent it crashed. */
export const RESPONSE_WITHIN_MS = 5 * 60_000;

/**
 * Who started and stopped the scan of this snapshot. Without a scan at `now`, epoch ms: who requested the one that is
 * awaited.
 */
export async function findRequests(
  database: Database,
  target: Target,
  { scan, startedAt, now }: Pick<Snapshot, 'scan' | 'startedAt'> & { readonly now: number },
): Promise<Requesters> {
  const requests = await readRequests(database, target);
  if (scan === 0 || startedAt === null) return awaited(requests, now);
  const start = startOf(requests, { scan, startedAt });
  const stop = requests.find(({ kind, scans }) => kind === 'stop' && scans === scan);
  return { startedBy: start?.user_id ?? null, stoppedBy: stop?.user_id ?? null, requestedBy: null };
}

/** Who started this scan, and in which conversation. */
export async function findStart(
  database: Database,
  target: Target,
  scan: { readonly scan: number; readonly startedAt: number },
): Promise<{ readonly userId: string; readonly channel: string } | null> {
  const start = startOf(await readRequests(database, target), scan);
  return start === undefined ? null : { userId: start.user_id, channel: start.channel };
}

async function readRequests(database: Database, target: Target): Promise<readonly FoundRequest[]> {
  const rows = await database.query(
    sql`select kind, user_id, channel, scans, outcome, at,
        (select coalesce(max(number), 0) from scans s where s.target_id = ${targetId(target)}) as seen
      from scan_requests where target_id = ${targetId(target)} and outcome <> 'failed' order by at desc limit 20`,
  );
  return rows.map((row) => requestRow.parse(row));
}

function startOf(
  requests: readonly FoundRequest[],
  { scan, startedAt }: { readonly scan: number; readonly startedAt: number },
): FoundRequest | undefined {
  return requests.find(
    ({ kind, scans, at }) => kind === 'start' && scans === scan - 1 && startedAt - at < QUEUED_MS,
  );
}

/** The last start, unless its scan was seen, was stopped, or is overdue. Newest first. */
function awaited([last]: readonly FoundRequest[], now: number): Requesters {
  const isAwaited = last?.kind === 'start' && last.scans === last.seen && Math.abs(now - last.at) < QUEUED_MS;
  if (!isAwaited) return NOBODY;
  const { user_id: userId, outcome, at } = last;
  if (outcome === 'done') return { ...NOBODY, startedBy: userId };
  const isAmbiguous = outcome === 'unclear' || Math.abs(now - at) >= RESPONSE_WITHIN_MS;
  return { ...NOBODY, requestedBy: { userId, isAmbiguous } };
}

const NOBODY: Requesters = { startedBy: null, stoppedBy: null, requestedBy: null };

const requestRow = z.object({
  kind: z.string(),
  user_id: z.string(),
  channel: z.string(),
  scans: z.coerce.number(),
  seen: z.coerce.number(),
  outcome: z.string(),
  at: z.coerce.number(),
});

type FoundRequest = z.infer<typeof requestRow>;
