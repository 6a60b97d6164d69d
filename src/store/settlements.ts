/** What Slack's answer changes: each outcome is one statement or one batch, and only the lease's owner may write it. */

import type { Database, Statement } from './database.ts';
import type { LeasedDelivery } from './deliveries.ts';

export interface Settling {
  readonly delivery: LeasedDelivery;
  readonly owner: string;
  readonly now: number;
}

/** The live message is there: edits and the completion's thread need its `ts`. */
export async function settlePosted(database: Database, settling: Settling, ts: string): Promise<void> {
  const { delivery, now } = settling;
  const statements: Statement[] = [settleAs(settling, { state: 'sent', error: null, ts })];
  if (delivery.kind === 'live') {
    statements.push({
      sql: 'update watches set message_ts = $2, shown_at = $3 where id = $1',
      params: [delivery.watchId, ts, now],
    });
  }
  await database.batch(statements);
}

/** An edit is drawn. An update leaves the outbox unless a newer snapshot arrived meanwhile and no end did. */
export async function settleEdited(database: Database, settling: Settling): Promise<void> {
  const { delivery, owner, now } = settling;
  const shown: Statement = {
    sql: 'update watches set shown_at = $2 where id = $1',
    params: [delivery.watchId, now],
  };
  if (delivery.kind === 'final') {
    await database.batch([settleAs(settling, { state: 'sent', error: null, ts: delivery.messageTs }), shown]);
    return;
  }
  await database.batch([
    {
      sql: `delete from deliveries where id = $1 and lease_owner = $2
        and (version = $3 or exists (select 1 from deliveries f where f.watch_id = $4 and f.kind = 'final'))`,
      params: [delivery.id, owner, delivery.version, delivery.watchId],
    },
    requeue(settling, { dueAt: now, error: null }),
    shown,
  ]);
}

/** Nothing was sent, or an edit may be repeated: due again at `dueAt`. An update that an end has overtaken is dropped. */
export async function settleLater(
  database: Database,
  settling: Settling,
  retry: { dueAt: number; error: string },
) {
  const { delivery, owner } = settling;
  const statements: Statement[] = [requeue(settling, retry)];
  if (delivery.kind === 'update') {
    statements.unshift({
      sql: `delete from deliveries where id = $1 and lease_owner = $2
        and exists (select 1 from deliveries f where f.watch_id = $3 and f.kind = 'final')`,
      params: [delivery.id, owner, delivery.watchId],
    });
  }
  await database.batch(statements);
}

/** It may have been posted: it is looked for in the conversation from `dueAt` on before it is sent again. */
export async function settleAmbiguous(
  database: Database,
  settling: Settling,
  doubt: { dueAt: number; error: string },
) {
  const { delivery, owner } = settling;
  await database.query(
    `update deliveries set state = 'ambiguous', due_at = $3, error = $4, lease_owner = null, lease_until = null
      where id = $1 and lease_owner = $2`,
    [delivery.id, owner, doubt.dueAt, doubt.error],
  );
}

/** Slack refused the blocks: the text alone is tried next. */
export async function settlePlain(database: Database, settling: Settling, error: string): Promise<void> {
  const { delivery, now } = settling;
  await database.batch([
    { sql: 'update deliveries set is_plain = 1 where id = $1', params: [delivery.id] },
    requeue(settling, { dueAt: now, error }),
  ]);
}

export async function settleGivenUp(database: Database, settling: Settling, error: string): Promise<void> {
  await database.batch([settleAs(settling, { state: 'given-up', error, ts: null })]);
}

/** Somebody deleted the live message: no more edits, the completion stays. */
export async function settleMessageGone(
  database: Database,
  settling: Settling,
  error: string,
): Promise<void> {
  const { delivery } = settling;
  await database.batch([
    settleAs(settling, { state: 'given-up', error, ts: null }),
    {
      sql: 'update watches set message_ts = null, is_message_gone = 1 where id = $1',
      params: [delivery.watchId],
    },
    {
      sql: `delete from deliveries where watch_id = $1 and kind = 'update'`,
      params: [delivery.watchId],
    },
    {
      sql: `update deliveries set state = 'given-up', error = $2, settled_at = $3
        where watch_id = $1 and kind = 'final' and state = 'pending'`,
      params: [delivery.watchId, error, settling.now],
    },
  ]);
}

function settleAs(
  { delivery, owner, now }: Settling,
  as: { state: string; error: string | null; ts: string | null },
) {
  return {
    sql: `update deliveries set state = $3, error = $4, ts = $5, settled_at = $6, lease_owner = null, lease_until = null
      where id = $1 and lease_owner = $2`,
    params: [delivery.id, owner, as.state, as.error, as.ts, now],
  };
}

function requeue({ delivery, owner }: Settling, retry: { dueAt: number; error: string | null }): Statement {
  return {
    sql: `update deliveries set state = 'pending', due_at = $3, error = $4, lease_owner = null, lease_until = null
      where id = $1 and lease_owner = $2`,
    params: [delivery.id, owner, retry.dueAt, retry.error],
  };
}
