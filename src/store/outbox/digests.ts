/**
 * Weekly digests: when a channel's is due, what it is made of, and the delivery that carries it. The time moves on in the
 * transaction that writes the delivery, so that each week has one, whatever restarts and however many processes look.
 */

import { parseSnapshot } from '../../scan/state/stored-snapshot.ts';
import { v5 as uuidV5 } from 'uuid';
import * as z from 'zod';
import type { Target } from '../../scan/target.ts';
import { type DigestFacts, type DigestTime, WEEK_MS, type WeeklyDigest } from '../../scan/weekly-digest.ts';
import { parseSettings } from '../channel-settings.ts';
import type { Database, Row } from '../database.ts';
import { parseReportBody, withoutDiagnosis } from '../reports.ts';
import { parseTarget } from '../targets.ts';
import { deliveryId, PRIORITY } from './enqueue.ts';
import { type Fragment, oneRow, sql } from '../sql.ts';

export interface DueDigest {
  readonly channel: string;
  readonly dueAt: number;
  /** When the one before was made, epoch ms; null for the first. */
  readonly from: number | null;
  /** null where the channel wants none any more. */
  readonly time: DigestTime | null;
  /** No week is that long: the clock was set back since. */
  readonly isFarAhead: boolean;
}

const DAY_MS = 24 * 3_600_000;

export async function readDueDigests(database: Database, now: number): Promise<readonly DueDigest[]> {
  const farAhead = now + WEEK_MS + 2 * DAY_MS;
  const rows = await database.query(
    sql`select channel, settings, digest_at, digest_from from channel_settings
      where digest_at is not null and (digest_at <= ${now} or digest_at > ${farAhead}) order by digest_at`,
  );
  return rows.map((row) => {
    const { channel, settings, digest_at: dueAt, digest_from: from } = dueRow.parse(row);
    return { channel, dueAt, from, time: parseSettings(settings).digest, isFarAhead: dueAt > farAhead };
  });
}

const dueRow = z.object({
  channel: z.string(),
  settings: z.string(),
  digest_at: z.coerce.number(),
  digest_from: z.coerce.number().nullable(),
});

/** Of what the channel followed in that time, and of nothing else. Both epoch ms. */
export async function readDigestFacts(
  database: Database,
  { channel, from, until }: { readonly channel: string; readonly from: number; readonly until: number },
): Promise<DigestFacts> {
  const followedBy = (condition: Fragment): Fragment =>
    sql`select id from targets
      where number in (select target_number from watches where channel = ${channel} and ${condition})`;
  const followed = followedBy(sql`(state = 'active' or ended_at > ${from})`);
  const [scans, stalls, never] = await Promise.all([
    database.query(
      sql`select t.reference, s.snapshot, r.body from scans s join targets t on t.id = s.target_id
        left join reports r on r.target_id = s.target_id and r.scan = s.number and r.topic = 'end'
        where s.ended_at > ${from} and s.ended_at <= ${until} and s.target_id in (${followed})`,
    ),
    database.query(
      sql`select count(*) as stalled from reports where topic = 'stall'
        and created_at > ${from} and created_at <= ${until} and target_id in (${followed})`,
    ),
    database.query(
      sql`select t.reference from targets t where t.id in (${followedBy(sql`state = 'active'`)})
        and not exists (select 1 from scans s where s.target_id = t.id) order by t.id`,
    ),
  ]);
  return {
    from,
    until,
    scans: scans.map(toEndedScan),
    stalled: stallsRow.parse(stalls[0]).stalled,
    neverScanned: never.map((row) => toTarget(row)),
  };
}

const stallsRow = z.object({ stalled: z.coerce.number() });
const scanRow = z.object({ snapshot: z.string(), body: z.string().nullable() });
const targetRow = z.object({ reference: z.string().nullable() });

function toEndedScan(row: Row): DigestFacts['scans'][number] {
  const { snapshot, body } = scanRow.parse(row);
  const report = withoutDiagnosis(parseReportBody(body));
  // Written by recordPlan alone.
  return { target: toTarget(row), snapshot: parseSnapshot(snapshot), report };
}

function toTarget(row: Row): Target {
  return parseTarget(targetRow.parse(row).reference);
}

/** Namespace of the uuid v5 ids; random. */
const NAMESPACE = '0b1f3a0e-5a55-4b0e-9c1d-6f0f6b6c2d55';

export interface RecordedDigest {
  readonly due: DueDigest;
  /** null where nothing is to be posted. */
  readonly digest: WeeklyDigest | null;
  /** null where the channel wants no other. */
  readonly nextAt: number | null;
  readonly now: number;
}

/** False where another process was faster. */
export async function recordDigest(
  database: Database,
  { due: { channel, dueAt }, digest, nextAt, now }: RecordedDigest,
): Promise<boolean> {
  const messageId = uuidV5(`${channel}/${dueAt}`, NAMESPACE);
  const id = deliveryId({ messageId, kind: 'digest', scan: 0 });
  const results = await database.batch([
    oneRow`update channel_settings set digest_at = ${nextAt}, 
        digest_from = coalesce(${digest?.until ?? null}, digest_from)
      where channel = ${channel} and digest_at = ${dueAt}`,
    ...(digest === null
      ? []
      : [
          // It is never edited, so it is over.
          sql`insert into messages (id, channel, thread, state, ended_at)
            values (${messageId}, ${channel}, '', 'digest', ${now}) on conflict do nothing`,
          sql`insert into deliveries (id, message_id, kind, content, state, priority, due_at, created_at)
            values (${id}, ${messageId}, 'digest', ${JSON.stringify(digest)}, 'pending', ${PRIORITY.digest}, ${now},
              ${now}) on conflict do nothing`,
        ]),
  ]);
  return results !== null;
}
