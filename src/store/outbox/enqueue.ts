/**
 * The outbox: every Slack message and edit is recorded here before it is attempted. It holds snapshots, not blocks, and
 * at most one unsent update per watch, so that Slack's limits cost freshness and never an end.
 *
 * pending -> sending (committed before the call) -> sent | pending again | ambiguous (may have been posted) | given-up
 */

import { randomUUID } from 'node:crypto';
import { v5 as uuidV5 } from 'uuid';
import type { DeliveryContent, DeliveryKind } from '../../scan/delivery.ts';
import type { SqlValue, Statement } from '../database.ts';
import { chunk, listFrom, rowsFrom, uncounted } from '../sql.ts';

/** Ends go first, then beginnings, then updates. */
export const PRIORITY: Readonly<Record<DeliveryKind, number>> = {
  completion: 0,
  final: 1,
  live: 2,
  notice: 2,
  'stopped-by': 2,
  update: 3,
};

/** Namespace of the delivery ids; drawn once at random. */
const NAMESPACE = '5f0c6f0e-6c1b-4d6c-9d2a-3a9b8e0f7c41';

export interface NewDelivery {
  readonly watchId: string;
  readonly kind: DeliveryKind;
  /** Number of the scan, 0 where the delivery is not about a certain one: part of the id. */
  readonly scan: number;
  readonly content: DeliveryContent;
  readonly now: number;
  readonly dueAt: number;
  /** The report that it waits for, and shows. */
  readonly reportId?: string | null;
  /** Tells notices of one watch and scan apart. */
  readonly topic?: string;
  /** Of a board's notice: the watch that it is about. */
  readonly memberId?: string;
}

/**
 * The same watch, scan and kind give the same id, which is unique in the table: nothing is ever intended twice. Updates
 * come and go, one per watch at a time, and need no id that Slack could be asked about: an edit is simply repeated.
 */
export function deliveryId({
  watchId,
  kind,
  scan,
  topic,
  memberId,
}: Omit<NewDelivery, 'content' | 'now' | 'dueAt'>): string {
  if (kind === 'update') return randomUUID();
  const parts = [watchId, String(scan), kind, topic, memberId];
  return uuidV5(parts.filter((part) => part !== undefined).join('/'), NAMESPACE);
}

/** The id of the one live message that may take the place of a watch's first. */
export function replacementId(watchId: string): string {
  return uuidV5(`${watchId}/replacement/live`, NAMESPACE);
}

/** Where one goes: to a watch, and a board's notice is about another. */
export type Recipient = Pick<NewDelivery, 'watchId' | 'memberId'>;

/** What is told to many alike. */
export type DeliveryTemplate = Omit<NewDelivery, 'watchId' | 'memberId'>;

/** Inserts a delivery if its watch is there and the delivery is not. */
export function insertDelivery(delivery: NewDelivery): Statement {
  return insertPiece([delivery], delivery);
}

/** The same where its watch is over by then. */
export function insertIfEnded(delivery: NewDelivery): Statement {
  return insertPiece([delivery], delivery, `w.state <> 'active'`);
}

/** The same for each of them. */
export function insertDeliveries(
  recipients: readonly Recipient[],
  told: DeliveryTemplate,
): readonly Statement[] {
  return chunk(recipients).map((piece) => insertPiece(piece, told));
}

function insertPiece(
  recipients: readonly Recipient[],
  told: DeliveryTemplate,
  condition = 'true',
): Statement {
  const rows = recipients.map((one) => [idOf(one, told), one.watchId, one.memberId ?? null]);
  return {
    sql: `with planned (id, watch_id, line_watch_id) as (values ${rowsFrom(7, rows)})
      insert into deliveries (id, watch_id, kind, content, state, priority, due_at, created_at, report_id, line_watch_id)
      select p.id, w.id, $1, $2, 'pending', $3, $4, $5, $6, p.line_watch_id
      from planned p join watches w on w.id = p.watch_id where ${condition}
      on conflict do nothing`,
    params: [...templateParams(told), told.reportId ?? null, ...rows.flat()],
  };
}

/** The same where another delivery to the watch, which `after` tells, is there already and was not given up. */
export function insertDeliveriesAfter(
  recipients: readonly Recipient[],
  told: DeliveryTemplate,
  after: DeliveryTemplate,
): readonly Statement[] {
  return chunk(recipients).map((piece) => {
    const rows = piece.map((one) => [idOf(one, told), one.watchId, one.memberId ?? null, idOf(one, after)]);
    return {
      sql: `with planned (id, watch_id, line_watch_id, other_id) as (values ${rowsFrom(6, rows)})
        insert into deliveries (id, watch_id, kind, content, state, priority, due_at, created_at, line_watch_id)
        select p.id, w.id, $1, $2, 'pending', $3, $4, $5, p.line_watch_id
        from planned p join watches w on w.id = p.watch_id
        where exists (select 1 from deliveries o where o.id = p.other_id and o.state <> 'given-up')
        on conflict do nothing`,
      params: [...templateParams(told), ...rows.flat()],
    };
  });
}

/** What nobody has tried to send yet is no news any more. */
export function dropUntried(recipients: readonly Recipient[], told: DeliveryTemplate): readonly Statement[] {
  return chunk(recipients.map((one) => idOf(one, told))).map((ids) => ({
    sql: `delete from deliveries where id in (${listFrom(1, ids)}) and state = 'pending' and attempts = 0`,
    params: ids,
  }));
}

/** A newer snapshot overwrites the unsent live message, else the one unsent update of a live message that is there. */
export function upsertUpdates(watchIds: readonly string[], told: DeliveryTemplate): readonly Statement[] {
  return [...overwriteUnsentLive(watchIds, told), ...redraw(watchIds, told)];
}

/** The same for live messages whose content is read when it is sent. Nothing of one that has ended. */
export function redraw(watchIds: readonly string[], told: DeliveryTemplate): readonly Statement[] {
  return chunk(watchIds).flatMap((ids) => {
    const rows = ids.map((watchId) => [idOf({ watchId }, told), watchId]);
    return [
      {
        // What the live message says now is newer than an update that waited for it; one given up makes room.
        sql: `delete from deliveries where watch_id in (${listFrom(1, ids)}) and kind = 'update'
          and (state = 'given-up' or state = 'pending' and exists (
            select 1 from deliveries l where l.watch_id = deliveries.watch_id and l.kind = 'live' and ${uncounted('l.state')} = 'pending'))`,
        params: ids,
      },
      {
        sql: `with planned (id, watch_id) as (values ${rowsFrom(6, rows)})
          insert into deliveries (id, watch_id, kind, content, state, priority, due_at, created_at)
          select p.id, w.id, $1, $2, 'pending', $3, $4, $5 from planned p join watches w on w.id = p.watch_id
          where w.is_message_gone = 0 and w.state = 'active'
            and not exists (select 1 from deliveries d where d.watch_id = w.id and d.kind = 'live' and ${uncounted('d.state')} = 'pending')
          on conflict (watch_id) where kind = 'update' do update
            set content = excluded.content, version = deliveries.version + 1, is_plain = 0`,
        params: [...templateParams(told), ...rows.flat()],
      },
    ];
  });
}

/** What the end of a watch waits for. */
export interface AwaitedReport {
  readonly reportId: string;
  /** The end is told without it then, epoch ms. */
  readonly dueAt: number;
  /** It may tell another end than the Console did: the live message must not say one, and the completion another. */
  readonly isDecisive: boolean;
}

/** The end of watches: unsent updates are worthless now, the final state and the one new post are not. */
export function insertEnds(
  watchIds: readonly string[],
  end: Omit<DeliveryTemplate, 'kind' | 'dueAt' | 'reportId'>,
  awaited: AwaitedReport | null = null,
): readonly Statement[] {
  const recipients = watchIds.map((watchId) => ({ watchId }));
  const told = { ...end, dueAt: awaited?.dueAt ?? end.now, reportId: awaited?.reportId ?? null };
  const shown = awaited?.isDecisive === true ? told : { ...end, dueAt: end.now, reportId: null };
  return [
    ...overwriteUnsentLive(watchIds, shown),
    ...insertDeliveries(recipients, { ...shown, kind: 'final' }),
    ...insertDeliveries(recipients, { ...told, kind: 'completion' }),
    ...deleteSuperseded(...watchIds),
  ];
}

/**
 * Of what watches still have to send, drops what must not be sent any more: updates and notices after its end, its live
 * message after *Stop watching* or once a board shows it, and a final state without a message that could show it. To be
 * repeated whenever something that was under way is to be sent again: it may have been overtaken meanwhile.
 */
export function deleteSuperseded(...watchIds: readonly string[]): readonly Statement[] {
  const itsWatch = 'select 1 from watches w where w.id = deliveries.watch_id';
  const another = (kind: DeliveryKind): string =>
    `select 1 from deliveries o where o.watch_id = deliveries.watch_id and o.kind = '${kind}'`;
  const conditions = [
    `kind in ('update', 'notice') and (exists (${another('final')}) or exists (${itsWatch} and w.state <> 'active'))`,
    `kind = 'live' and exists (${itsWatch} and (w.state = 'stopped' or w.board_id is not null))`,
    `kind = 'final' and exists (${itsWatch} and w.message_ts is null) and not exists (${another('live')} and ${uncounted('o.state')} not in ('sent', 'given-up'))`,
  ];
  return chunk(watchIds).flatMap((ids) =>
    conditions.map((condition) => ({
      sql: `delete from deliveries where watch_id in (${listFrom(1, ids)}) and state = 'pending' and ${condition}`,
      params: ids,
    })),
  );
}

/** Says who stopped it, where others wait for its end: another person, or a channel that is subscribed. */
export function insertStoppedBy(
  { watchId, memberId }: Recipient,
  { content, now }: Pick<DeliveryTemplate, 'content' | 'now'>,
): Statement {
  const told = { kind: 'stopped-by', scan: 0, content, now, dueAt: now } as const;
  return {
    sql: `insert into deliveries (id, watch_id, kind, content, state, priority, due_at, created_at, line_watch_id)
      select $6, w.id, $1, $2, 'pending', $3, $4, $5, $7 from watches w where w.id = $8 and exists (
        select 1 from watches m left join followers f on f.watch_id = m.id
        where (m.id = $9 or m.board_id = $9) and (f.user_id <> $10 or m.subscription_id is not null))
      on conflict do nothing`,
    params: [
      ...templateParams(told),
      idOf(memberId === undefined ? { watchId } : { watchId, memberId }, told),
      memberId ?? null,
      watchId,
      memberId ?? watchId,
      content.stoppedBy ?? '',
    ],
  };
}

/** The first snapshot is worth waiting for, so the live message waits a moment; with it, it goes at once. */
function overwriteUnsentLive(
  watchIds: readonly string[],
  { content, dueAt, reportId = null }: Omit<DeliveryTemplate, 'kind'>,
): readonly Statement[] {
  return chunk(watchIds).map((ids) => ({
    sql: `update deliveries set content = $1, report_id = $2,
        due_at = case when attempts = 0 or due_at < $3 then $3 else due_at end
      where watch_id in (${listFrom(4, ids)}) and kind = 'live' and state = 'pending'`,
    params: [JSON.stringify(content), reportId, dueAt, ...ids],
  }));
}

function idOf(recipient: Recipient, told: DeliveryTemplate): string {
  const { watchId, memberId } = recipient;
  return deliveryId({ ...told, watchId, ...(memberId === undefined ? {} : { memberId }) });
}

/** $1 to $5: kind, content, priority, due_at, created_at. */
export function templateParams({ kind, content, dueAt, now }: DeliveryTemplate): readonly SqlValue[] {
  return [kind, JSON.stringify(content), PRIORITY[kind], dueAt, now];
}
