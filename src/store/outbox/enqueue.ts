/**
 * The outbox: every Slack message and edit is recorded here before it is attempted. It holds snapshots, not blocks, and
 * at most one unsent update per message, so Slack's rate limits cost freshness and never an end.
 *
 * pending -> sending (committed before the call) -> sent | pending again | ambiguous (may have been posted) | given-up
 */

import { stringifyContent } from '../../scan/state/stored-snapshot.ts';
import { v5 as uuidV5 } from 'uuid';
import type { DeliveryContent, DeliveryKind } from '../../scan/delivery.ts';
import type { Statement } from '../database.ts';
import { bulk, chunk, type Fragment, join, keysIn, sql, uncounted } from '../sql.ts';

/** Ends first, then live messages, then updates. */
export const PRIORITY: Readonly<Record<DeliveryKind, number>> = {
  completion: 0,
  final: 1,
  live: 2,
  notice: 2,
  'stopped-by': 2,
  digest: 2,
  update: 3,
};

/** Namespace of the uuid v5 delivery ids; random. */
const NAMESPACE = '5f0c6f0e-6c1b-4d6c-9d2a-3a9b8e0f7c41';

export interface NewDelivery {
  readonly messageId: string;
  /** The watch that it is about; left out where it is about all that its message shows. */
  readonly watchId?: string;
  readonly kind: DeliveryKind;
  /** Part of the id; 0 where the delivery is not about one scan. */
  readonly scan: number;
  /** null for what its message says when it is sent. */
  readonly content: DeliveryContent | null;
  readonly now: number;
  readonly dueAt: number;
  /** The report that it waits for and shows. */
  readonly reportId?: string | null;
  /** Distinguishes notices of one watch and scan. */
  readonly topic?: string;
}

/**
 * The same message, watch, scan and kind give the same unique id: a post is never recorded twice. Updates have other
 * ids: an edit is simply repeated.
 */
export function deliveryId({
  messageId,
  watchId = messageId,
  kind,
  scan,
  topic,
}: Pick<NewDelivery, 'messageId' | 'watchId' | 'kind' | 'scan' | 'topic'>): string {
  const parts = [messageId, String(scan), kind, topic, lineOf({ messageId, watchId }) ?? undefined];
  return uuidV5(parts.filter((part) => part !== undefined).join('/'), NAMESPACE);
}

/** The id of the one delivery that may replace a message that cannot be edited any more. */
export function replacementId(messageId: string): string {
  return uuidV5(`${messageId}/replacement/live`, NAMESPACE);
}

/** A watch on its message. */
export interface Line {
  readonly watchId: string;
  readonly messageId: string;
}

/** The message of a single watch has its id. The one on a board has another. */
export function hasOwnMessage({ watchId, messageId }: Line): boolean {
  return watchId === messageId;
}

/** The same of rows of watches. */
export const IS_ALONE = sql`message_id = id`;

/** A message, or a watch on it. */
export type Recipient = Pick<NewDelivery, 'messageId' | 'watchId'>;

/** The same content for many. */
export type DeliveryTemplate = Omit<NewDelivery, 'messageId' | 'watchId'>;

/** Inserts a delivery if its message exists and the delivery does not. */
export function insertDelivery(delivery: NewDelivery): Statement {
  return insertPiece([delivery], delivery);
}

/** Same, for many recipients. */
export function insertDeliveries(
  recipients: readonly Recipient[],
  template: DeliveryTemplate,
): readonly Statement[] {
  return chunk(recipients).map((piece) => insertPiece(piece, template));
}

function insertPiece(recipients: readonly Recipient[], template: DeliveryTemplate): Statement {
  const rows = recipients.map((to) => [idOf(to, template), to.messageId, lineOf(to)]);
  return sql`with planned (id, message_id, watch_id) as (values ${bulk(rows)})
    insert into deliveries (id, message_id, watch_id, kind, content, state, priority, due_at, created_at, report_id)
    select p.id, m.id, p.watch_id, ${cellsOf(template)}, ${template.reportId ?? null}
    from planned p join messages m on m.id = p.message_id where true
    on conflict do nothing`;
}

/** Same, where another delivery to the recipient, described by `after`, exists and has not failed. */
export function insertDeliveriesAfter(
  recipients: readonly Recipient[],
  template: DeliveryTemplate,
  after: DeliveryTemplate,
): readonly Statement[] {
  return chunk(recipients).map((piece) => {
    const rows = piece.map((to) => [idOf(to, template), to.messageId, lineOf(to), idOf(to, after)]);
    return sql`with planned (id, message_id, watch_id, other_id) as (values ${bulk(rows)})
      insert into deliveries (id, message_id, watch_id, kind, content, state, priority, due_at, created_at)
      select p.id, m.id, p.watch_id, ${cellsOf(template)}
      from planned p join messages m on m.id = p.message_id
      where exists (select 1 from deliveries o where o.id = p.other_id and o.state <> 'given-up')
      on conflict do nothing`;
  });
}

/** Deletes deliveries without an attempt: they are outdated. */
export function dropUntried(
  recipients: readonly Recipient[],
  template: DeliveryTemplate,
): readonly Statement[] {
  return chunk(recipients.map((to) => idOf(to, template))).map(
    (ids) => sql`delete from deliveries where id in (${join(ids)}) and attempts = 0`,
  );
}

/** A tick polls the images of a board one after the other: changes within this time share one edit. */
export const BATCH_WINDOW_MS = 2_000;

/** Of `m`: when an edit is due that shows a change of one watch. */
function editDueAt(now: number): Fragment {
  return sql`cast(${now} as bigint) + m.is_board * ${BATCH_WINDOW_MS}`;
}

/**
 * What is watched there has changed. An update has no content: it shows what is newest when it is sent, so one that
 * waits is left alone. Nothing for an ended message.
 */
export function updateMessages(messageIds: readonly string[], now: number): readonly Statement[] {
  if (messageIds.length === 0) return [];
  const ids = keysIn(messageIds);
  return [
    sendUnsentLive(messageIds, sql`${now}`),
    // A waiting update is superseded by a live message that is not posted yet; a failed one makes room.
    sql`delete from deliveries where message_id in ${ids} and kind = 'update'
      and (state = 'given-up' or state = 'pending' and exists (
        select 1 from deliveries l
          where l.message_id = deliveries.message_id and l.kind = 'live' and ${uncounted('l.state')} = 'pending'))`,
    sql`insert into deliveries (id, message_id, kind, content, state, priority, due_at, created_at)
      select m.id || ' update ' || cast(${now} as text), m.id, 'update', ${CURRENT}, 'pending', ${PRIORITY.update},
        ${editDueAt(now)}, ${now} from messages m
      where m.id in ${ids} and m.is_gone = 0 and m.state = 'active'
        and not exists (select 1 from deliveries d
          where d.message_id = m.id and d.kind = 'live' and ${uncounted('d.state')} = 'pending')
      on conflict (message_id) where kind = 'update' do update set version = deliveries.version + 1, is_plain = 0
        where deliveries.state <> 'pending' or deliveries.is_plain = 1`,
  ];
}

/** The live message of a watch waits a moment for its first snapshot, then is sent; a board's waits for all of them. */
export function sendUnsentLive(messageIds: readonly string[], dueAt: Fragment): Statement {
  return sql`update deliveries set content = ${CURRENT},
      due_at = case when attempts = 0 or due_at < ${dueAt} then ${dueAt} else due_at end
    where message_id in ${keysIn(messageIds)} and kind = 'live' and state = 'pending'
      and not exists (select 1 from messages m where m.id = deliveries.message_id and m.is_board = 1)`;
}

/**
 * Deletes deliveries that must not be sent any more: updates and notices after the end of their message, the live
 * message after *Stop watching* or of a message that moved to a board, and a final state without a message. Must be repeated
 * whenever an interrupted delivery becomes pending again.
 */
export function deleteSuperseded(...messageIds: readonly string[]): Statement {
  return sql`delete from deliveries
    where message_id in ${keysIn(messageIds)} and ${uncounted('state')} = 'pending' and (${IS_SUPERSEDED})`;
}

const ITS_MESSAGE = sql`select 1 from messages m where m.id = deliveries.message_id`;
const ANOTHER = sql`select 1 from deliveries o where o.message_id = deliveries.message_id`;
/** Of a message: its live post must not be made any more. */
const IS_LIVE_UNWANTED = sql`m.state in ('stopped', 'moved-to-board')`;

/** A final state needs a live message; one that this statement deletes is none. */
const IS_SUPERSEDED = sql`kind in ('update', 'notice') and exists (${ITS_MESSAGE} and m.state <> 'active')
    or kind = 'live' and exists (${ITS_MESSAGE} and ${IS_LIVE_UNWANTED})
    or kind = 'final' and exists (${ITS_MESSAGE} and m.ts is null) and not exists (
      ${ANOTHER} and o.kind = 'live' and ${uncounted('o.state')} not in ('sent', 'given-up')
        and not (${uncounted('o.state')} = 'pending' and exists (${ITS_MESSAGE} and ${IS_LIVE_UNWANTED})))`;

/** Posts who stopped it, where others wait for its end: another person, or a subscribed channel. */
export function insertStoppedBy(
  recipient: Recipient,
  { content, now }: Pick<DeliveryTemplate, 'content' | 'now'>,
): Statement {
  const template = { kind: 'stopped-by', scan: 0, content, now, dueAt: now } as const;
  const { messageId } = recipient;
  const line = lineOf(recipient);
  const isStopped = line === null ? sql`w.message_id = ${messageId}` : sql`w.id = ${line}`;
  return sql`insert into deliveries (id, message_id, watch_id, kind, content, state, priority, due_at, created_at)
    select ${idOf(recipient, template)}, m.id, ${line}, ${cellsOf(template)} from messages m
    where m.id = ${messageId} and exists (
      select 1 from watches w left join followers f on f.watch_id = w.id
      where ${isStopped} and (f.user_id <> ${content?.stoppedBy ?? ''} or w.subscription_id is not null))
    on conflict do nothing`;
}

/** null where it is about all that the message shows: so it is where that is one watch. */
function lineOf({ messageId, watchId = messageId }: Recipient): string | null {
  return hasOwnMessage({ watchId, messageId }) ? null : watchId;
}

function idOf(recipient: Recipient, template: DeliveryTemplate): string {
  const { messageId, watchId = messageId } = recipient;
  return deliveryId({ ...template, messageId, watchId });
}

/** kind, content, state, priority, due_at, created_at. */
function cellsOf({ kind, content, dueAt, now }: DeliveryTemplate): Fragment {
  return sql`${kind}, ${toText(content)}, 'pending', ${PRIORITY[kind]}, ${dueAt}, ${now}`;
}

/** Of a delivery that says what its message does when it is sent. */
export const CURRENT = '{}';

function toText(content: DeliveryContent | null): string {
  return content === null ? CURRENT : stringifyContent(content);
}
