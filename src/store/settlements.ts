/**
 * What Slack's answer changes. Each outcome is one batch that begins with its lease: where that is over, or was taken
 * again since, the answer comes too late and nothing of it is written.
 */

import type { Database, Statement } from './database.ts';
import { dropOvertaken, type LeasedDelivery } from './deliveries.ts';

export interface Settling {
  readonly delivery: LeasedDelivery;
  readonly owner: string;
  readonly now: number;
}

/** The live message is there: edits and the completion's thread need its `ts`. */
export async function settlePosted(database: Database, settling: Settling, ts: string): Promise<void> {
  const { delivery, now } = settling;
  const live: Statement = {
    sql: 'update watches set message_ts = $2, shown_at = $3 where id = $1',
    params: [delivery.watchId, ts, now],
  };
  await settle(database, settling, [markSent(settling, ts), ...(delivery.kind === 'live' ? [live] : [])]);
}

/** An edit is drawn. An update leaves the outbox unless a newer snapshot arrived meanwhile and no end did. */
export async function settleEdited(database: Database, settling: Settling): Promise<void> {
  const { delivery, now } = settling;
  const shown: Statement = {
    sql: 'update watches set shown_at = $2 where id = $1',
    params: [delivery.watchId, now],
  };
  if (delivery.kind === 'final') {
    await settle(database, settling, [markSent(settling, delivery.messageTs), shown]);
    return;
  }
  const drawn: Statement = {
    sql: 'delete from deliveries where id = $1 and version = $2',
    params: [delivery.id, delivery.version],
  };
  await settle(database, settling, [drawn, ...sendNewer(settling), shown]);
}

/** Nothing was sent, or an edit may be repeated: due again at `dueAt`, unless an end has overtaken it. */
export async function settleLater(
  database: Database,
  settling: Settling,
  retry: { dueAt: number; error: string },
) {
  await settle(database, settling, [requeue(settling, retry), ...dropOvertaken(settling.delivery.watchId)]);
}

/** It may have been posted: it is looked for in the conversation from `dueAt` on before it is sent again. */
export async function settleAmbiguous(
  database: Database,
  settling: Settling,
  doubt: { dueAt: number; error: string },
) {
  const ambiguous: Statement = {
    sql: `update deliveries set state = 'ambiguous', due_at = $2, error = $3, lease_owner = null, lease_until = null
      where id = $1`,
    params: [settling.delivery.id, doubt.dueAt, doubt.error],
  };
  await settle(database, settling, [ambiguous]);
}

/** Slack refused the blocks: the text alone is tried next, unless a newer snapshot has other blocks. */
export async function settlePlain(database: Database, settling: Settling, error: string): Promise<void> {
  const { delivery, now } = settling;
  const plain: Statement = {
    sql: `update deliveries
      set state = 'pending', is_plain = 1, due_at = $3, error = $4, lease_owner = null, lease_until = null
      where id = $1 and version = $2`,
    params: [delivery.id, delivery.version, now, error],
  };
  await settle(database, settling, [plain, ...sendNewer(settling)]);
}

/** Slack refuses it for good; a newer snapshot that arrived meanwhile is another matter. */
export async function settleGivenUp(database: Database, settling: Settling, error: string): Promise<void> {
  await settle(database, settling, [giveUp(settling, error), ...sendNewer(settling)]);
}

/** Somebody deleted the live message: no more edits, and the completion goes to the channel. */
export async function settleMessageGone(
  database: Database,
  settling: Settling,
  error: string,
): Promise<void> {
  const { delivery, now } = settling;
  await settle(database, settling, [
    delivery.kind === 'completion' ? requeue(settling, { dueAt: now, error }) : giveUp(settling, error),
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
      params: [delivery.watchId, error, now],
    },
  ]);
}

/**
 * A lease is told by its owner and its attempt: a process that was stopped for longer than its lease may have taken the
 * same delivery up again itself.
 */
async function settle(
  database: Database,
  { delivery, owner }: Settling,
  statements: readonly Statement[],
): Promise<void> {
  const held: Statement = {
    sql: 'update deliveries set lease_until = lease_until where id = $1 and lease_owner = $2 and attempted_at = $3',
    params: [delivery.id, owner, delivery.attemptedAt],
    expect: 1,
  };
  await database.batch([held, ...statements]);
}

function requeue({ delivery }: Settling, retry: { dueAt: number; error: string }): Statement {
  return {
    sql: `update deliveries set state = 'pending', due_at = $2, error = $3, lease_owner = null, lease_until = null
      where id = $1`,
    params: [delivery.id, retry.dueAt, retry.error],
  };
}

function markSent({ delivery, now }: Settling, ts: string | null): Statement {
  return {
    sql: `update deliveries
      set state = 'sent', error = null, ts = $2, settled_at = $3, lease_owner = null, lease_until = null
      where id = $1`,
    params: [delivery.id, ts, now],
  };
}

function giveUp({ delivery, now }: Settling, error: string): Statement {
  return {
    sql: `update deliveries
      set state = 'given-up', error = $3, settled_at = $4, lease_owner = null, lease_until = null
      where id = $1 and version = $2`,
    params: [delivery.id, delivery.version, error, now],
  };
}

/** What overwrote it while it was being sent is due at once, as if it had never been tried. */
function sendNewer({ delivery, now }: Settling): readonly Statement[] {
  return [
    {
      sql: `update deliveries
        set state = 'pending', attempts = 0, due_at = $3, error = null, lease_owner = null, lease_until = null
        where id = $1 and version <> $2`,
      params: [delivery.id, delivery.version, now],
    },
    ...dropOvertaken(delivery.watchId),
  ];
}
