/** Who asked the Console from Slack to start or stop a scan, and what became of it: for the messages, and to look it up. */

import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import type { Snapshot } from '../scan/snapshot.ts';
import { type Target, targetId } from '../scan/target.ts';
import type { Database } from './database.ts';
import { ensureTarget } from './targets.ts';

export type RequestKind = 'start' | 'stop';
/** `asked`: the Console has not answered yet. `unclear`: it may have been done. */
export type RequestOutcome = 'asked' | 'done' | 'failed' | 'unclear';

export interface ScanRequest {
  readonly target: Target;
  readonly kind: RequestKind;
  readonly userId: string;
  readonly channel: string;
  readonly now: number;
}

/** Recorded before the Console is asked. Returns its id. */
export async function recordRequest(database: Database, request: ScanRequest): Promise<string> {
  const { target, kind, userId, channel, now } = request;
  const id = randomUUID();
  await database.batch([
    ensureTarget(target, now),
    {
      sql: `insert into scan_requests (id, target_id, kind, user_id, channel, scans, outcome, at)
        values ($1, $2, $3, $4, $5, coalesce((select max(number) from scans where target_id = $2), 0), 'asked', $6)`,
      params: [id, targetId(target), kind, userId, channel, now],
    },
  ]);
  return id;
}

export async function settleRequest(database: Database, id: string, outcome: RequestOutcome): Promise<void> {
  await database.query('update scan_requests set outcome = $2 where id = $1', [id, outcome]);
}

/** A scan that is queued may begin this long after it was asked for. */
const QUEUED_MS = 15 * 60_000;

/** Whose start and stop a snapshot shows: of this very scan, or while it waits for one, of the one that was asked for. */
export async function findRequests(
  database: Database,
  target: Target,
  { scan, startedAt }: Pick<Snapshot, 'scan' | 'startedAt'>,
): Promise<{ readonly startedBy: string | null; readonly stoppedBy: string | null }> {
  const rows = await database.query(
    `select kind, user_id, scans, at from scan_requests where target_id = $1 and outcome <> 'failed'
      order by at desc limit 20`,
    [targetId(target)],
  );
  const requests = rows.map((row) => requestRow.parse(row));
  const start = requests.find(({ kind, scans, at }) => {
    if (kind !== 'start') return false;
    if (scan === 0 || startedAt === null) return true;
    return scans === scan - 1 && startedAt - at < QUEUED_MS;
  });
  const stop = requests.find(({ kind, scans }) => kind === 'stop' && scans === scan);
  return { startedBy: start?.user_id ?? null, stoppedBy: stop?.user_id ?? null };
}

const requestRow = z.object({
  kind: z.string(),
  user_id: z.string(),
  scans: z.coerce.number(),
  at: z.coerce.number(),
});
