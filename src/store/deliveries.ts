/**
 * The outbox: every Slack message and edit is recorded here before it is attempted. It holds snapshots, not blocks, and
 * at most one unsent update per watch, so that Slack's limits cost freshness and never an end.
 *
 * pending -> sending (committed before the call) -> sent | pending again | ambiguous (may have been posted) | given-up
 */

import { randomUUID } from 'node:crypto';
import { v5 as uuidV5 } from 'uuid';
import type { DeliveryContent, DeliveryKind } from '../scan/delivery.ts';
import type { SqlValue, Statement } from './database.ts';

/** Ends go first, then beginnings, then updates. */
export const PRIORITY: Readonly<Record<DeliveryKind, number>> = {
  completion: 0,
  final: 1,
  live: 2,
  notice: 2,
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

/** Inserts a delivery if its watch is there and the delivery is not. */
export function insertDelivery(delivery: NewDelivery): Statement {
  return {
    sql: `insert into deliveries (id, watch_id, kind, content, state, priority, due_at, created_at, report_id, member_id)
      select $1, w.id, $3, $4, 'pending', $5, $6, $7, $8, $9 from watches w where w.id = $2
      on conflict do nothing`,
    params: [...insertParams(delivery), delivery.reportId ?? null, delivery.memberId ?? null],
  };
}

/** The same, where another delivery is there already, and was not given up. */
export function insertDeliveryAfter(delivery: NewDelivery, otherId: string): Statement {
  return {
    sql: `insert into deliveries (id, watch_id, kind, content, state, priority, due_at, created_at, member_id)
      select $1, w.id, $3, $4, 'pending', $5, $6, $7, $9 from watches w
      where w.id = $2 and exists (select 1 from deliveries o where o.id = $8 and o.state <> 'given-up')
      on conflict do nothing`,
    params: [...insertParams(delivery), otherId, delivery.memberId ?? null],
  };
}

/** What nobody has tried to send yet is no news any more. */
export function dropUntried(id: string): Statement {
  return {
    sql: `delete from deliveries where id = $1 and state = 'pending' and attempts = 0`,
    params: [id],
  };
}

/** A newer snapshot overwrites the unsent live message, else the one unsent update of a live message that is there. */
export function upsertUpdate(delivery: NewDelivery): readonly Statement[] {
  return [overwriteUnsentLive(delivery), ...redraw(delivery)];
}

/** The same for a live message whose content is read when it is sent. Nothing of one that has ended. */
export function redraw(delivery: NewDelivery): readonly Statement[] {
  return [
    {
      // What the live message says now is newer than an update that waited for it; one given up makes room.
      sql: `delete from deliveries where watch_id = $1 and kind = 'update' and (state = 'given-up' or state = 'pending'
        and exists (select 1 from deliveries l where l.watch_id = $1 and l.kind = 'live' and l.state = 'pending'))`,
      params: [delivery.watchId],
    },
    {
      sql: `insert into deliveries (id, watch_id, kind, content, state, priority, due_at, created_at)
        select $1, w.id, $3, $4, 'pending', $5, $6, $7 from watches w
        where w.id = $2 and w.is_message_gone = 0 and w.state = 'active'
          and not exists (select 1 from deliveries d where d.watch_id = w.id and d.kind = 'live' and d.state = 'pending')
        on conflict (watch_id) where kind = 'update' do update
          set content = excluded.content, version = deliveries.version + 1, is_plain = 0`,
      params: insertParams(delivery),
    },
  ];
}

/** What the end of a watch waits for. */
export interface AwaitedReport {
  readonly reportId: string;
  /** The end is told without it then, epoch ms. */
  readonly dueAt: number;
  /** It may tell another end than the Console did: the live message must not say one, and the completion another. */
  readonly isDecisive: boolean;
}

/** The end of a watch: unsent updates are worthless now, the final state and the one new post are not. */
export function insertEnd(
  end: Omit<NewDelivery, 'kind' | 'dueAt' | 'reportId'>,
  awaited: AwaitedReport | null = null,
): readonly Statement[] {
  const told = { ...end, dueAt: awaited?.dueAt ?? end.now, reportId: awaited?.reportId ?? null };
  const shown = awaited?.isDecisive === true ? told : { ...end, dueAt: end.now, reportId: null };
  return [
    overwriteUnsentLive({ ...shown, kind: 'live' }),
    insertDelivery({ ...shown, kind: 'final' }),
    insertDelivery({ ...told, kind: 'completion' }),
    ...dropOvertaken(end.watchId),
  ];
}

/**
 * Of what a watch still has to send, drops what must not be sent any more: updates and notices after its end, its live message after
 * *Stop watching* or once a board shows it, and a final state without a message that could show it. To be repeated
 * whenever something that was under way is to be sent again: it may have been overtaken meanwhile.
 */
export function dropOvertaken(watchId: string): readonly Statement[] {
  return [
    {
      sql: `delete from deliveries where watch_id = $1 and kind in ('update', 'notice') and state = 'pending'
        and (exists (select 1 from deliveries f where f.watch_id = $1 and f.kind = 'final')
          or exists (select 1 from watches w where w.id = $1 and w.state <> 'active'))`,
      params: [watchId],
    },
    {
      sql: `delete from deliveries where watch_id = $1 and kind = 'live' and state = 'pending'
        and exists (select 1 from watches w where w.id = $1 and (w.state = 'stopped' or w.board_id is not null))`,
      params: [watchId],
    },
    {
      sql: `delete from deliveries where watch_id = $1 and kind = 'final' and state = 'pending'
        and exists (select 1 from watches w where w.id = $1 and w.message_ts is null)
        and not exists (select 1 from deliveries l where l.watch_id = $1 and l.kind = 'live' and l.${OPEN})`,
      params: [watchId],
    },
  ];
}

/** Neither sent nor given up. SQLite takes the index on open deliveries only where its very condition is repeated. */
export const OPEN = `state in ('pending', 'sending', 'ambiguous')`;

/** The first snapshot is worth waiting for, so the live message waits a moment; with it, it goes at once. */
function overwriteUnsentLive({ watchId, content, dueAt, reportId = null }: NewDelivery): Statement {
  return {
    sql: `update deliveries set content = $2, report_id = $4,
        due_at = case when attempts = 0 or due_at < $3 then $3 else due_at end
      where watch_id = $1 and kind = 'live' and state = 'pending'`,
    params: [watchId, JSON.stringify(content), dueAt, reportId],
  };
}

export function insertParams(delivery: NewDelivery): readonly SqlValue[] {
  const { watchId, kind, content, dueAt, now } = delivery;
  return [deliveryId(delivery), watchId, kind, JSON.stringify(content), PRIORITY[kind], dueAt, now];
}
