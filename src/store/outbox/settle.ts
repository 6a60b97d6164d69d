/**
 * Records the outcome of a delivery. Each outcome is one batch that starts with its lease: if the lease expired or was
 * taken again, nothing is written, and the result is false.
 */

import type { Database, Statement } from '../database.ts';
import { deleteSuperseded, BATCH_WINDOW_MS, replacementId } from './enqueue.ts';
import type { LeasedDelivery } from './load.ts';
import { type Fragment, oneRow, OPEN, sql } from '../sql.ts';

export interface Settling {
  readonly delivery: LeasedDelivery;
  readonly owner: string;
  readonly now: number;
}

/** A post was made, or found. Of a live message, edits and the completion's thread need its `ts`. */
export function settlePosted(database: Database, settling: Settling, ts: string): Promise<boolean> {
  const { delivery, now } = settling;
  const live: Statement = sql`update messages set ts = ${ts}, last_rendered_at = ${now}
    where id = ${delivery.messageId}`;
  return settle(database, settling, [markSent(settling, ts), ...(delivery.kind === 'live' ? [live] : [])]);
}

/**
 * An edit was applied. It is repeated once if an earlier one, of unknown outcome, may still apply; otherwise an update
 * is deleted, unless a newer snapshot came meanwhile and no end did.
 */
export function settleEdited(database: Database, settling: Settling): Promise<boolean> {
  const { delivery, now } = settling;
  const rendered = sql`update messages set last_rendered_at = ${now} where id = ${delivery.messageId}`;
  const done = delivery.kind === 'final' ? markRendered(settling) : dropRendered(settling);
  // The rendered content was current until now: only what overwrote it meanwhile is unseen.
  const newer = sendNewer(settling, sql`${now}`);
  return settle(database, settling, [done, renderAgain(settling), ...newer, rendered, forgetPost(settling)]);
}

/** Longer than the pause between posts of a channel, which counts them, and than a person waits for the reply. */
const POST_COUNTS_MS = 10_000;

/** A message that was edited needs no record of its post: `ts` says that it was made. */
function forgetPost({ delivery, now }: Settling): Statement {
  return sql`delete from deliveries where message_id = ${delivery.messageId} and kind = 'live' and state = 'sent'
    and settled_at < ${now - POST_COUNTS_MS}`;
}

function isUndisturbed(now: number): Fragment {
  return sql`not exists (
    select 1 from messages m where m.id = deliveries.message_id and m.late_edit_until > ${now})`;
}

function markRendered({ delivery, now }: Settling): Statement {
  return sql`update deliveries
    set state = 'sent', error = null, ts = ${delivery.messageTs}, settled_at = ${now}, lease_owner = null,
      lease_until = null
    where id = ${delivery.id} and ${isUndisturbed(now)}`;
}

function dropRendered({ delivery, now }: Settling): Statement {
  return sql`delete from deliveries
    where id = ${delivery.id} and ${isUndisturbed(now)} and version = ${delivery.version}`;
}

function renderAgain({ delivery }: Settling): Statement {
  return sql`update deliveries
    set state = 'pending', error = 'an edit before it may still land', lease_owner = null, lease_until = null,
      due_at = (select m.late_edit_until from messages m where m.id = deliveries.message_id)
    where id = ${delivery.id} and state = 'sending'`;
}

export interface Retry {
  readonly dueAt: number;
  readonly error: string;
  /** Until when an edit of unknown outcome may still apply, epoch ms; null where certainly nothing was sent. */
  readonly mayStillApplyUntil?: number | null;
}

/** Nothing was sent, or an edit may be repeated: due again at `dueAt`, unless superseded by an end. */
export function settleLater(database: Database, settling: Settling, retry: Retry): Promise<boolean> {
  const { messageId } = settling.delivery;
  const until = retry.mayStillApplyUntil ?? 0;
  const mayLand: Statement = sql`update messages set late_edit_until = ${until}
    where id = ${messageId} and late_edit_until < ${until}`;
  return settle(database, settling, [requeue(settling, retry), mayLand, deleteSuperseded(messageId)]);
}

/**
 * The post is ambiguous: from `dueAt` on it is searched in the conversation before it is repeated. `missed`: lookups to
 * count as made.
 */
export function settleAmbiguous(
  database: Database,
  settling: Settling,
  ambiguity: { dueAt: number; error: string; missed?: number },
): Promise<boolean> {
  const ambiguous: Statement = sql`update deliveries set state = 'ambiguous', due_at = ${ambiguity.dueAt},
    error = ${ambiguity.error}, missed_lookups = missed_lookups + ${ambiguity.missed ?? 0},
      lease_owner = null, lease_until = null
    where id = ${settling.delivery.id}`;
  return settle(database, settling, [ambiguous]);
}

const PLAIN = { text: 1, 'no-table': 2 } as const;

/** Slack rejected the blocks: the text alone, or text for tables, is tried next, unless a newer snapshot has other blocks. */
export function settleSimplified(
  database: Database,
  settling: Settling,
  { form, error }: { readonly form: keyof typeof PLAIN; readonly error: string },
): Promise<boolean> {
  const { delivery, now } = settling;
  const plain: Statement = sql`update deliveries
    set state = 'pending', is_plain = ${PLAIN[form]}, due_at = ${now}, error = ${error}, lease_owner = null, lease_until = null
    where id = ${delivery.id} and version = ${delivery.version}`;
  return settle(database, settling, [plain, ...sendNewer(settling)]);
}

/** Slack rejects it for good. A newer snapshot that came meanwhile is still sent. */
export function settleFailed(database: Database, settling: Settling, error: string): Promise<boolean> {
  return settle(database, settling, [giveUp(settling, error), ...sendNewer(settling)]);
}

/**
 * The message to edit, or the thread's root, was deleted. If it was the thread of the watch, everything else goes to
 * the channel; if it was the live message, edits end and the completion goes on.
 */
export function settleMessageNotFound(
  database: Database,
  settling: Settling,
  error: string,
): Promise<boolean> {
  const { delivery, now } = settling;
  const isOwnThread = delivery.conversation.thread !== '';
  const isEnd = delivery.kind === 'completion' || delivery.kind === 'stopped-by';
  const isPost = isEnd || (delivery.kind === 'live' && isOwnThread);
  const again = isPost ? requeue(settling, { dueAt: now, error }) : giveUp(settling, error);
  if (isOwnThread && (isPost || delivery.kind === 'notice')) {
    const noted = sql`update messages set is_thread_gone = 1 where id = ${delivery.messageId}`;
    return settle(database, settling, [again, noted, deleteSuperseded(delivery.messageId)]);
  }
  return settle(database, settling, [
    again,
    sql`update messages set ts = null, is_gone = 1 where id = ${delivery.messageId}`,
    ...endEdits(settling, error),
  ]);
}

/**
 * Slack allows no more edits of the live message: a new one is posted instead, once, and edited from then on.
 * Not for an end: the completion says it all.
 */
export function settleEditWindowClosed(
  database: Database,
  settling: Settling,
  error: string,
): Promise<boolean> {
  const { delivery, now } = settling;
  const newId = replacementId(delivery.messageId);
  const isReplaced = sql`exists (select 1 from deliveries n where n.id = ${newId})`;
  return settle(database, settling, [
    sql`insert into deliveries (id, message_id, kind, content, state, priority, due_at, created_at)
      select ${newId}, d.message_id, 'live', d.content, 'pending', 2, ${now}, ${now}
      from deliveries d join messages m on m.id = d.message_id
      where d.id = ${delivery.id} and d.kind = 'update' and m.replacements = 0 and m.state = 'active'
        and not exists (select 1 from deliveries f where f.message_id = d.message_id and f.kind = 'final')
      on conflict do nothing`,
    giveUp(settling, error),
    // If no new one is posted, the old one stays, and the completion goes below it.
    sql`update messages set replacements = 1,
        ts = case when replacements = 0 and ${isReplaced} then null else ts end,
        is_gone = case when replacements = 0 and ${isReplaced} then 0 else 1 end
      where id = ${delivery.messageId}`,
    ...endEdits(settling, error),
  ]);
}

/** Of a live message that can no longer be edited. */
function endEdits({ delivery, now }: Settling, error: string): readonly Statement[] {
  return [
    sql`delete from deliveries where message_id = ${delivery.messageId} and kind = 'update'`,
    sql`update deliveries set state = 'given-up', error = ${error}, settled_at = ${now}
      where message_id = ${delivery.messageId} and kind = 'final' and state = 'pending'`,
  ];
}

/** The channel accepts no messages: the watches end, their subscriptions are paused, and the other deliveries fail. */
export async function settleChannelUnavailable(
  database: Database,
  settling: Settling,
  error: string,
): Promise<boolean> {
  const { delivery, now } = settling;
  const { messageId, conversation } = delivery;
  const itsWatches = sql`watches v where v.message_id = ${messageId}`;
  const isSettled = await settle(database, settling, [
    oneRow`select id from messages where id = ${messageId} and channel = ${conversation.channel}`,
    sql`update messages set state = 'undeliverable', ended_at = ${now} where state = 'active' and id = ${messageId}`,
    sql`update watches set state = 'undeliverable', ended_at = ${now}
      where state = 'active' and message_id = ${messageId}`,
    sql`update subscriptions set state = 'paused'
      where state = 'active' and id in (select v.subscription_id from ${itsWatches})`,
    // The silent watch for the next scan, where this scan's watch had ended.
    sql`update watches set state = 'undeliverable', ended_at = ${now} where state = 'active' and message_id is null
      and subscription_id in (select v.subscription_id from ${itsWatches})`,
    sql`update targets set version = version + 1 where number in (select v.target_number from ${itsWatches})`,
    sql`update deliveries
      set state = 'given-up', error = ${error}, settled_at = ${now}, lease_owner = null, lease_until = null
      where message_id = ${messageId} and ${OPEN}`,
  ]);
  // Slack renamed the conversation meanwhile: it accepts messages under the new ID.
  return isSettled || settleLater(database, settling, { dueAt: now, error });
}

/**
 * A lease is identified by owner and attempt: a process suspended for longer than its lease may have leased the same
 * delivery again.
 */
async function settle(
  database: Database,
  { delivery, owner }: Settling,
  statements: readonly Statement[],
): Promise<boolean> {
  const held: Statement = oneRow`update deliveries set lease_until = lease_until
    where id = ${delivery.id} and lease_owner = ${owner} and attempted_at = ${delivery.attemptedAt}`;
  return (await database.batch([held, ...statements])) !== null;
}

function requeue({ delivery }: Settling, retry: Retry): Statement {
  return sql`update deliveries set state = 'pending', due_at = ${retry.dueAt}, error = ${retry.error},
    lease_owner = null, lease_until = null
    where id = ${delivery.id}`;
}

function markSent({ delivery, now }: Settling, ts: string | null): Statement {
  return sql`update deliveries
    set state = 'sent', error = null, ts = ${ts}, settled_at = ${now}, lease_owner = null, lease_until = null
    where id = ${delivery.id}`;
}

function giveUp({ delivery, now }: Settling, error: string): Statement {
  return sql`update deliveries
    set state = 'given-up', error = ${error}, settled_at = ${now}, lease_owner = null, lease_until = null
    where id = ${delivery.id}`;
}

/** Content that came while the delivery was being sent is due now, or collects with others of a board. */
function sendNewer({ delivery, now }: Settling, unseenSince = sql`created_at`): readonly Statement[] {
  const isOfBoard = delivery.subject.kind === 'board';
  return [
    sql`update deliveries
      set state = 'pending', attempts = 0, due_at = ${isOfBoard ? now + BATCH_WINDOW_MS : now}, error = null,
        created_at = ${unseenSince}, lease_owner = null, lease_until = null
      where id = ${delivery.id} and version <> ${delivery.version}`,
    deleteSuperseded(delivery.messageId),
  ];
}
