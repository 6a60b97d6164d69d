/**
 * The outbox: every Slack message and edit is recorded here before it is attempted. It holds snapshots, not blocks, and
 * at most one unsent update per watch, so Slack's rate limits cost freshness and never an end.
 *
 * pending -> sending (committed before the call) -> sent | pending again | ambiguous (may have been posted) | failed
 */

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
  readonly watchId: string;
  readonly kind: DeliveryKind;
  /** Part of the id; 0 where the delivery is not about one scan. */
  readonly scan: number;
  /** null for what its target, or its board, says when it is sent. */
  readonly content: DeliveryContent | null;
  readonly now: number;
  readonly dueAt: number;
  /** The report that it waits for and shows. */
  readonly reportId?: string | null;
  /** Distinguishes notices of one watch and scan. */
  readonly topic?: string;
  /** Of a board's notice: the watch that it is about. */
  readonly memberId?: string;
}

/**
 * The same watch, scan and kind give the same unique id: a post is never recorded twice. Updates have other ids: an edit
 * is simply repeated.
 */
export function deliveryId({
  watchId,
  kind,
  scan,
  topic,
  memberId,
}: Omit<NewDelivery, 'content' | 'now' | 'dueAt'>): string {
  const parts = [watchId, String(scan), kind, topic, memberId];
  return uuidV5(parts.filter((part) => part !== undefined).join('/'), NAMESPACE);
}

/** The id of the one live message that may replace a watch's first. */
export function replacementId(watchId: string): string {
  return uuidV5(`${watchId}/replacement/live`, NAMESPACE);
}

/** A watch; for a notice on a board, also the watch that it is about. */
export type Recipient = Pick<NewDelivery, 'watchId' | 'memberId'>;

/** The same content for many watches. */
export type DeliveryTemplate = Omit<NewDelivery, 'watchId' | 'memberId'>;

/** Inserts a delivery if its watch exists and the delivery does not. */
export function insertDelivery(delivery: NewDelivery): Statement {
  return insertPiece([delivery], delivery);
}

/** Same, if its watch has ended. */
export function insertIfEnded(delivery: NewDelivery): Statement {
  return insertPiece([delivery], delivery, sql`w.state <> 'active'`);
}

/** Same, for many recipients. */
export function insertDeliveries(
  recipients: readonly Recipient[],
  template: DeliveryTemplate,
): readonly Statement[] {
  return chunk(recipients).map((piece) => insertPiece(piece, template));
}

function insertPiece(
  recipients: readonly Recipient[],
  template: DeliveryTemplate,
  condition = sql`true`,
): Statement {
  const rows = recipients.map((one) => [idOf(one, template), one.watchId, one.memberId ?? null]);
  return sql`with planned (id, watch_id, line_watch_id) as (values ${bulk(rows)})
    insert into deliveries (id, watch_id, kind, content, state, priority, due_at, created_at, report_id, line_watch_id)
    select p.id, w.id, ${cellsOf(template)}, ${template.reportId ?? null}, p.line_watch_id
    from planned p join watches w on w.id = p.watch_id where ${condition}
    on conflict do nothing`;
}

/** Same, where another delivery to the watch, described by `after`, exists and has not failed. */
export function insertDeliveriesAfter(
  recipients: readonly Recipient[],
  template: DeliveryTemplate,
  after: DeliveryTemplate,
): readonly Statement[] {
  return chunk(recipients).map((piece) => {
    const rows = piece.map((one) => [
      idOf(one, template),
      one.watchId,
      one.memberId ?? null,
      idOf(one, after),
    ]);
    return sql`with planned (id, watch_id, line_watch_id, other_id) as (values ${bulk(rows)})
      insert into deliveries (id, watch_id, kind, content, state, priority, due_at, created_at, line_watch_id)
      select p.id, w.id, ${cellsOf(template)}, p.line_watch_id
      from planned p join watches w on w.id = p.watch_id
      where exists (select 1 from deliveries o where o.id = p.other_id and o.state <> 'given-up')
      on conflict do nothing`;
  });
}

/** Deletes deliveries without an attempt: they are outdated. */
export function dropUntried(
  recipients: readonly Recipient[],
  template: DeliveryTemplate,
): readonly Statement[] {
  return chunk(recipients.map((one) => idOf(one, template))).map(
    (ids) => sql`delete from deliveries where id in (${join(ids)}) and state = 'pending' and attempts = 0`,
  );
}

/** A newer snapshot overwrites the unsent live message, else there is one unsent update of a posted live message. */
export function upsertUpdates(
  watchIds: readonly string[],
  { content, now }: { readonly content: DeliveryContent; readonly now: number },
): readonly Statement[] {
  return [
    ...overwriteUnsentLive(watchIds, { content, dueAt: now }),
    ...renderAgain(watchIds, { now, dueAt: now }),
  ];
}

/** An update has no content: it shows what is newest when it is sent, so one that waits is left alone. Nothing for an ended one. */
export function renderAgain(
  watchIds: readonly string[],
  { now, dueAt }: { readonly now: number; readonly dueAt: number },
): readonly Statement[] {
  if (watchIds.length === 0) return [];
  const ids = keysIn(watchIds);
  return [
    // The new content supersedes a waiting update; a failed one makes room.
    sql`delete from deliveries where watch_id in ${ids} and kind = 'update'
      and (state = 'given-up' or state = 'pending' and exists (
        select 1 from deliveries l
          where l.watch_id = deliveries.watch_id and l.kind = 'live' and ${uncounted('l.state')} = 'pending'))`,
    sql`insert into deliveries (id, watch_id, kind, content, state, priority, due_at, created_at)
      select w.id || ' update ' || cast(${now} as text), w.id, 'update', ${CURRENT}, 'pending', ${PRIORITY.update},
        ${dueAt}, ${now} from watches w
      where w.id in ${ids} and w.is_message_gone = 0 and w.state = 'active'
        and not exists (select 1 from deliveries d
          where d.watch_id = w.id and d.kind = 'live' and ${uncounted('d.state')} = 'pending')
      on conflict (watch_id) where kind = 'update' do update set version = deliveries.version + 1, is_plain = 0
        where deliveries.state <> 'pending' or deliveries.is_plain = 1`,
  ];
}

/** A report that the end of a watch waits for. */
export interface AwaitedReport {
  readonly reportId: string;
  /** The end is sent without the report then, epoch ms. */
  readonly dueAt: number;
  /** The report may change the outcome: then the live message waits for it as well, so that both say the same. */
  readonly isDecisive: boolean;
}

/** At the end of watches: deletes unsent updates, inserts the final state and the completion. */
export function insertEnds(
  watchIds: readonly string[],
  end: Omit<DeliveryTemplate, 'kind' | 'dueAt' | 'reportId'>,
  awaited: AwaitedReport | null = null,
): readonly Statement[] {
  const recipients = watchIds.map((watchId) => ({ watchId }));
  const template = { ...end, dueAt: awaited?.dueAt ?? end.now, reportId: awaited?.reportId ?? null };
  const shown = awaited?.isDecisive === true ? template : { ...end, dueAt: end.now, reportId: null };
  return [
    ...overwriteUnsentLive(watchIds, shown),
    ...insertDeliveries(recipients, { ...shown, kind: 'final' }),
    ...insertDeliveries(recipients, { ...template, kind: 'completion' }),
    ...deleteSuperseded(...watchIds),
  ];
}

/**
 * Deletes deliveries of watches that must not be sent any more: updates and notices after the end or once a board shows the
 * watch, the live message after *Stop watching* or then, and a final state without a message. Must be repeated whenever an
 * interrupted delivery becomes pending again.
 */
export function deleteSuperseded(...watchIds: readonly string[]): readonly Statement[] {
  return chunk(watchIds).flatMap((ids) =>
    SUPERSEDED.map(
      (condition) =>
        sql`delete from deliveries where watch_id in (${join(ids)}) and state = 'pending' and ${condition}`,
    ),
  );
}

const ITS_WATCH = sql`select 1 from watches w where w.id = deliveries.watch_id`;
const ANOTHER = sql`select 1 from deliveries o where o.watch_id = deliveries.watch_id`;

const SUPERSEDED = [
  sql`kind in ('update', 'notice') and (exists (${ANOTHER} and o.kind = 'final')
    or exists (${ITS_WATCH} and (w.state <> 'active' or w.board_id is not null)))`,
  sql`kind = 'live' and exists (${ITS_WATCH} and (w.state = 'stopped' or w.board_id is not null))`,
  sql`kind = 'final' and exists (${ITS_WATCH} and w.message_ts is null)
    and not exists (${ANOTHER} and o.kind = 'live' and ${uncounted('o.state')} not in ('sent', 'given-up'))`,
];

/** Posts who stopped it, where others wait for its end: another person, or a subscribed channel. */
export function insertStoppedBy(
  { watchId, memberId }: Recipient,
  { content, now }: Pick<DeliveryTemplate, 'content' | 'now'>,
): Statement {
  const template = { kind: 'stopped-by', scan: 0, content, now, dueAt: now } as const;
  const id = idOf(memberId === undefined ? { watchId } : { watchId, memberId }, template);
  const stopped = memberId ?? watchId;
  return sql`insert into deliveries (id, watch_id, kind, content, state, priority, due_at, created_at, line_watch_id)
    select ${id}, w.id, ${cellsOf(template)}, ${memberId ?? null} from watches w where w.id = ${watchId} and exists (
      select 1 from watches m left join followers f on f.watch_id = m.id
      where (m.id = ${stopped} or m.board_id = ${stopped})
        and (f.user_id <> ${content?.stoppedBy ?? ''} or m.subscription_id is not null))
    on conflict do nothing`;
}

/** The live message waits a moment for the first snapshot, then is sent immediately. */
function overwriteUnsentLive(
  watchIds: readonly string[],
  { content, dueAt, reportId = null }: Pick<DeliveryTemplate, 'content' | 'dueAt' | 'reportId'>,
): readonly Statement[] {
  return [
    sql`update deliveries set content = ${toText(content)}, report_id = ${reportId},
        due_at = case when attempts = 0 or due_at < ${dueAt} then ${dueAt} else due_at end
      where watch_id in ${keysIn(watchIds)} and kind = 'live' and state = 'pending'`,
  ];
}

function idOf(recipient: Recipient, template: DeliveryTemplate): string {
  const { watchId, memberId } = recipient;
  return deliveryId({ ...template, watchId, ...(memberId === undefined ? {} : { memberId }) });
}

/** kind, content, state, priority, due_at, created_at. */
export function cellsOf({ kind, content, dueAt, now }: DeliveryTemplate): Fragment {
  return sql`${kind}, ${toText(content)}, 'pending', ${PRIORITY[kind]}, ${dueAt}, ${now}`;
}
/** Of a delivery that says what its target, or its board, says when it is sent. */
export const CURRENT = '{}';

function toText(content: DeliveryContent | null): string {
  return content === null ? CURRENT : JSON.stringify(content);
}
