/** Stopping a watch, or a board with all its watches. After the commit only the final state is sent. */

import * as z from 'zod';
import { sumBoard } from '../scan/board.ts';
import type { DeliveryContent } from '../scan/delivery.ts';
import type { Database, Row, Statement } from './database.ts';
import { boardDelivery, boardOf, endLines } from './outbox/board-lines.ts';
import { deleteSuperseded, insertDelivery, insertStoppedBy } from './outbox/enqueue.ts';
import { insertNextSubscriptionWatches } from './subscriptions.ts';
import { stopPollingIfUnwatched } from './targets.ts';
import { oneRow, sql } from './sql.ts';

export interface StopRequest {
  readonly id: string;
  readonly now: number;
  readonly content: DeliveryContent;
}

/**
 * Ends a watch at a person's request; after this commit only the final state is sent. False where it had ended. A
 * failed start was not requested by anybody, so it is notified.
 */
export async function stopWatch(database: Database, request: StopRequest): Promise<boolean> {
  const { id, now, content } = request;
  const boardId = await boardOf(database, id);
  const result = await database.batch([
    oneRow`update watches set state = 'stopped', ended_at = ${now}
      where id = ${id} and state = 'active' and coalesce(board_id, '') = ${boardId ?? ''} returning id`,
    ...(boardId === null ? stopMessage(request) : stopLine(request, boardId)),
    ...(content.stopped === undefined ? [] : [sayWhoStopped(request, boardId)]),
    // The subscription stays: it watches the next scan.
    ...insertNextSubscriptionWatches({ watchIds: [id], afterScan: content.snapshot.scan, now }),
    stopPollingIfUnwatched({ watchId: id }),
  ]);
  if (result !== null) return true;
  // Moved to a board meanwhile, or ended.
  return (await boardOf(database, id)) !== boardId && stopWatch(database, request);
}

function sayWhoStopped({ id, content, now }: StopRequest, boardId: string | null): Statement {
  const recipient = boardId === null ? { watchId: id } : { watchId: boardId, memberId: id };
  return insertStoppedBy(recipient, { content, now });
}

/** The line shows it; the board may end with it. */
function stopLine({ id, now, content }: StopRequest, boardId: string): readonly Statement[] {
  return endLines({ lines: [{ watchId: id, boardId }], content, now, reportId: null });
}

function stopMessage({ id, now, content }: StopRequest): readonly Statement[] {
  return [
    insertDelivery({ watchId: id, kind: 'final', scan: 0, content, now, dueAt: now }),
    ...(content.end === 'not-started'
      ? [insertDelivery({ watchId: id, kind: 'completion', scan: 0, content, now, dueAt: now })]
      : []),
    ...deleteSuperseded(id),
  ];
}

export interface BoardStop {
  readonly id: string;
  readonly userId: string;
  readonly now: number;
  /** Post who stopped it for others who wait for its end. */
  readonly shouldNotify?: boolean;
}

/** Stops all watches of a board; after this commit only the final state is sent. False where it had ended. */
export async function stopBoard(database: Database, request: BoardStop): Promise<boolean> {
  const { id, userId, now } = request;
  if (!(await isActive(database, id))) return false;
  const members = await activeLines(database, id);
  const result = await database.batch([
    oneRow`update watches set state = 'stopped', ended_at = ${now} where id = ${id} and state = 'active' returning id`,
    ...members.flatMap((member) => stopMember(member, { userId, now })),
    insertDelivery(boardDelivery({ boardId: id, kind: 'final', now })),
    ...(request.shouldNotify === true ? [sayWhoStoppedBoard(request)] : []),
    ...deleteSuperseded(id),
  ]);
  // One of its lines changed meanwhile, or the board ended.
  return result === null ? stopBoard(database, request) : true;
}

function sayWhoStoppedBoard({ id, userId, now }: BoardStop): Statement {
  const content: DeliveryContent = { ...sumBoard([]), stoppedBy: userId, stopped: 'watch' };
  return insertStoppedBy({ watchId: id }, { content, now });
}

async function isActive(database: Database, boardId: string): Promise<boolean> {
  const active = sql`select 1 from watches where id = ${boardId} and target_id is null and state = 'active'`;
  return (await database.query(active)).length > 0;
}

interface ActiveLine {
  readonly id: string;
  readonly lastFingerprint: string;
  readonly content: DeliveryContent;
}

async function activeLines(database: Database, boardId: string): Promise<readonly ActiveLine[]> {
  const rows = await database.query(
    sql`select id, last_fingerprint, content from watches
      where board_id = ${boardId} and state = 'active' order by position`,
  );
  return rows.map(toActiveLine);
}

const lineRow = z.object({ id: z.string(), last_fingerprint: z.string(), content: z.string() });

function toActiveLine(row: Row): ActiveLine {
  const { id, last_fingerprint: lastFingerprint, content } = lineRow.parse(row);
  // Written only by board-lines.ts and this file.
  return { id, lastFingerprint, content: JSON.parse(content) as DeliveryContent };
}

function stopMember(
  { id, lastFingerprint, content }: ActiveLine,
  { userId, now }: { readonly userId: string; readonly now: number },
): readonly Statement[] {
  const stopped: DeliveryContent = { ...content, end: 'stopped', stoppedBy: userId };
  return [
    oneRow`update watches set state = 'stopped', ended_at = ${now}, content = ${JSON.stringify(stopped)}
      where id = ${id} and state = 'active' and last_fingerprint = ${lastFingerprint} returning id`,
    ...insertNextSubscriptionWatches({ watchIds: [id], afterScan: content.snapshot.scan, now }),
    stopPollingIfUnwatched({ watchId: id }),
  ];
}
