/**
 * What Slack told us and has to be answered once: written down before Slack is told "received", since it would not say it
 * again to a process that was killed. Slack sends an event again when it is ambiguous: the first claim wins.
 */

import * as z from 'zod';
import type { Database } from './database.ts';
import { farthestEnd, chunk, listFrom } from './sql.ts';

export interface StoredEvent {
  readonly id: string;
  /** As it came. */
  readonly body: string;
  /** When it came, epoch ms. */
  readonly at: number;
}

/** True for the first caller with this id, false for every later one. */
export async function claimEvent(database: Database, { id, body, at }: StoredEvent): Promise<boolean> {
  const rows = await database.query(
    'insert into events (id, at, body, claimed_at) values ($1, $2, $3, $2) on conflict do nothing returning id',
    [id, at, body],
  );
  return rows.length === 1;
}

/** The same for what is not answered by another process: only that it came is kept. */
export async function claimRequest(
  database: Database,
  { id, at }: Omit<StoredEvent, 'body'>,
): Promise<boolean> {
  const rows = await database.query(
    'insert into events (id, at, body, claimed_at) values ($1, $2, null, $2) on conflict do nothing returning id',
    [id, at],
  );
  return rows.length === 1;
}

/** It is answered: that it came is kept, what people said is not. */
export async function finishEvent(database: Database, id: string): Promise<void> {
  await database.query('update events set body = null where id = $1', [id]);
}

/** Their answers take their time: nobody else is to take them up. */
export async function extendClaims(
  database: Database,
  { ids, now }: { ids: readonly string[]; now: number },
): Promise<void> {
  await database.batch(
    chunk(ids).map((some) => ({
      sql: `update events set claimed_at = $1 where body is not null and id in (${listFrom(2, some)})`,
      params: [now, ...some],
    })),
  );
}

/**
 * Takes up what was taken before `before`, epoch ms, and never answered: its process was killed. Also what was taken before
 * the clock was set back, and not what another replica has just taken whose clock is ahead of ours.
 */
export async function claimUnfinished(
  database: Database,
  { before, now }: { before: number; now: number },
): Promise<readonly StoredEvent[]> {
  const farthest = farthestEnd({ now, leaseMs: now - before });
  // Read first: an idle bot writes nothing.
  const due = await database.query(
    'select id from events where body is not null and (claimed_at <= $1 or claimed_at > $2) limit 1',
    [before, farthest],
  );
  if (due.length === 0) return [];
  const rows = await database.query(
    `update events set claimed_at = $2 where body is not null and (claimed_at <= $1 or claimed_at > $3)
      returning id, body, at`,
    [before, now, farthest],
  );
  return rows.map((row) => eventRow.parse(row));
}

const eventRow = z.object({ id: z.string(), body: z.string(), at: z.coerce.number() });
