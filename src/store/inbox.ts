/**
 * Events from Slack that must be handled exactly once. They are stored before they are acknowledged, because Slack does
 * not repeat an acknowledged event to a process that crashed. Slack may deliver an event twice: the first claim wins.
 */

import * as z from 'zod';
import type { Database, StatementOptions } from './database.ts';
import { chunk, farthestEnd, join, runBatch, sql, withOptions } from './sql.ts';

export interface StoredEvent {
  readonly id: string;
  /** The raw payload. */
  readonly body: string;
  /** When it was received, epoch ms. */
  readonly at: number;
}

/** True for the first caller with this id, false for later ones. */
export async function claimEvent(database: Database, { id, body, at }: StoredEvent): Promise<boolean> {
  const rows = await database.query(
    sql`insert into events (id, at, body, claimed_at)
      values (${id}, ${at}, ${body}, ${at}) on conflict do nothing returning id`,
  );
  return rows.length === 1;
}

/** Same for requests that no other process can resume: stores the id without the payload. */
export async function claimRequest(
  database: Database,
  { id, at, mayBeLost = false }: Omit<StoredEvent, 'body'> & Pick<StatementOptions, 'mayBeLost'>,
): Promise<boolean> {
  const claim = sql`insert into events (id, at, body, claimed_at)
    values (${id}, ${at}, null, ${at}) on conflict do nothing returning id`;
  return (await runBatch(database, [withOptions(claim, { mayBeLost })])).flat().length === 1;
}

/** The event is handled: its id is kept, its payload is deleted. */
export async function finishEvent(database: Database, id: string): Promise<void> {
  await database.query(sql`update events set body = null where id = ${id}`);
}

/** Handling takes long: keeps other processes from claiming these events. */
export async function extendClaims(
  database: Database,
  { ids, now }: { ids: readonly string[]; now: number },
): Promise<void> {
  await database.batch(
    chunk(ids).map((few) => sql`update events set claimed_at = ${now} where id in (${join(few)})`),
  );
}

/**
 * Claims events received before `before`, epoch ms, that were never finished because their process crashed. Includes
 * events from before the clock moved back; excludes those that a replica with a faster clock has just claimed.
 */
export async function claimUnfinished(
  database: Database,
  { before, now }: { before: number; now: number },
): Promise<readonly StoredEvent[]> {
  const farthest = farthestEnd({ now, leaseMs: now - before });
  // A read first: an idle bot writes nothing.
  const due = await database.query(
    sql`select id from events
      where body is not null and (claimed_at <= ${before} or claimed_at > ${farthest}) limit 1`,
  );
  if (due.length === 0) return [];
  const rows = await database.query(
    sql`update events set claimed_at = ${now}
        where body is not null and (claimed_at <= ${before} or claimed_at > ${farthest})
      returning id, body, at`,
  );
  return rows.map((row) => eventRow.parse(row));
}

const eventRow = z.object({ id: z.string(), body: z.string(), at: z.coerce.number() });
