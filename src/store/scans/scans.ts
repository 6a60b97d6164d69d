/** The history of a target: its scans. */

import type { EndedScan } from '../../scan/results/report.ts';
import { hasError } from '../../scan/state/end.ts';
import { parseSnapshot } from '../../scan/state/stored-snapshot.ts';
import { parseTargetState } from '../../scan/state/stored-state.ts';
import * as z from 'zod';
import type { Findings } from '../../scan/results/findings.ts';
import type { Snapshot } from '../../scan/snapshot.ts';
import { type Target, targetId } from '../../scan/target.ts';
import type { Database, Row } from '../database.ts';
import { parseReportBody } from '../reports.ts';
import { findStart } from './scan-requests.ts';
import { keysIn, sql } from '../sql.ts';

export interface StoredScan {
  readonly number: number;
  readonly startedAt: number;
  readonly isStartKnown: boolean;
  /** null while the scan is ongoing. */
  readonly endedAt: number | null;
  readonly state: Snapshot['state'];
  /** Of a part of a completed scan. */
  readonly hasErrors: boolean;
  readonly images: { readonly scanned: number; readonly total: number };
  /** Time of the Console's last response about it, epoch ms; null if unknown. */
  readonly seenAt: number | null;
  /** null if unknown, and for the registry scan. */
  readonly findings: Findings | null;
  /** User ID of who started it from Slack. */
  readonly requestedBy: string | null;
  /** The conversation of that request. */
  readonly requestedIn: string | null;
}

/** Newest first. */
export async function pastScans(database: Database, target: Target, limit: number): Promise<StoredScan[]> {
  const rows = await database.query(
    sql`select s.number, s.started_at, s.ended_at, s.snapshot, r.body,
        case when s.ended_at is null then (select t.state from targets t where t.id = s.target_id) end as target_state
      from scans s left join reports r on r.target_id = s.target_id and r.scan = s.number and r.topic = 'end'
      where s.target_id = ${targetId(target)} order by s.number desc limit ${limit}`,
  );
  return Promise.all(rows.map((row) => toScan(database, target, row)));
}

/** null where none has ended yet. */
export async function latestEndedScan(database: Database, target: Target): Promise<EndedScan | null> {
  return (await latestEndedScans(database, [target])).get(targetId(target)) ?? null;
}

/** By the target's id; without those of which none has ended yet. */
export async function latestEndedScans(
  database: Database,
  targets: readonly Target[],
): Promise<ReadonlyMap<string, EndedScan>> {
  if (targets.length === 0) return new Map();
  const rows = await database.query(
    sql`with wanted (id) as ${keysIn(targets.map(targetId))}
      select s.target_id, s.ended_at, s.snapshot, r.body
      from wanted w join scans s on s.target_id = w.id and s.number = (
          select max(e.number) from scans e where e.target_id = w.id and e.ended_at is not null)
        left join reports r on r.target_id = w.id and r.scan = s.number and r.topic = 'end'`,
  );
  return new Map(
    rows.map((row) => {
      const { target_id, ended_at: endedAt, snapshot, body } = endedRow.parse(row);
      // Written only by saveScan.
      return [target_id, { endedAt, ...outcomeOf(parseSnapshot(snapshot), body) }];
    }),
  );
}

const endedRow = z.object({
  target_id: z.string(),
  ended_at: z.coerce.number(),
  snapshot: z.string(),
  body: z.string().nullable(),
});

/** `body`: of its report, which may say that it failed. */
function outcomeOf({ state, registries }: Snapshot, body: string | null): Omit<EndedScan, 'endedAt'> {
  const report = parseReportBody(body);
  return {
    state: report?.kind === 'image' && report.error !== '' ? 'failed' : state,
    hasErrors: state === 'completed' && registries.some(hasError),
    findings: report?.kind === 'image' ? report.findings : null,
  };
}

const scanRow = z.object({
  number: z.coerce.number(),
  started_at: z.coerce.number(),
  ended_at: z.coerce.number().nullable(),
  snapshot: z.string(),
  // null of one that has ended
  target_state: z.string().nullable(),
  body: z.string().nullable(),
});

async function toScan(database: Database, target: Target, row: Row): Promise<StoredScan> {
  const { number, started_at, ended_at, body, ...scanned } = scanRow.parse(row);
  const snapshot = snapshotOf(number, scanned);
  const scan = { scan: number, startedAt: started_at, now: started_at };
  const start = await findStart(database, target, scan);
  return {
    number,
    startedAt: started_at,
    isStartKnown: snapshot.isStartKnown,
    endedAt: ended_at,
    ...outcomeOf(snapshot, body),
    images: { scanned: snapshot.images.scanned, total: snapshot.images.total },
    seenAt: snapshot.answeredAt,
    requestedBy: start?.userId ?? null,
    requestedIn: start?.channel ?? null,
  };
}

/** Its row has how it began and ended; what is in between, its target remembers. */
function snapshotOf(
  number: number,
  { snapshot, target_state: state }: Pick<z.infer<typeof scanRow>, 'snapshot' | 'target_state'>,
): Snapshot {
  const latest = state === null ? null : parseTargetState(state).snapshot;
  // Written only by saveScan.
  return latest?.scan === number ? latest : parseSnapshot(snapshot);
}
