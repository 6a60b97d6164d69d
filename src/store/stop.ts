/** Stopping a watch, or all watches of a message. After the commit only the final state is sent. */

import { stringifyContent } from '../scan/state/stored-snapshot.ts';
import { sumBoard } from '../scan/board.ts';
import type { DeliveryContent } from '../scan/delivery.ts';
import type { Database, Statement } from './database.ts';
import { deleteSuperseded, insertDelivery, insertStoppedBy } from './outbox/enqueue.ts';
import { endLines, messageOf, readLines, type ShownWatch } from './outbox/messages.ts';
import { insertNextSubscriptionWatches } from './subscriptions.ts';
import { stopPollingIfUnwatched } from './targets.ts';
import { type Fragment, oneRow, sql } from './sql.ts';

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
  const messageId = await messageOf(database, id);
  if (messageId === null) return false;
  const line = { watchId: id, messageId };
  const result = await database.batch([
    ...endWatch(request, sql`message_id = ${messageId}`),
    ...endLines([line], { content, scan: 0, now }),
    ...(content.stopped === undefined ? [] : [insertStoppedBy(line, { content, now })]),
  ]);
  if (result !== null) return true;
  // Moved to a board meanwhile, or ended.
  return (await messageOf(database, id)) !== messageId && stopWatch(database, request);
}

/** Unless it has changed. The subscription stays: it watches the next scan. */
function endWatch({ id, content, now }: StopRequest, isUnchanged: Fragment): readonly Statement[] {
  return [
    oneRow`update watches set state = 'stopped', ended_at = ${now}, content = ${stringifyContent(content)}
      where id = ${id} and state = 'active' and ${isUnchanged} returning id`,
    ...insertNextSubscriptionWatches({ watchIds: [id], afterScan: content.snapshot.scan, now }),
    stopPollingIfUnwatched({ watchId: id }),
  ];
}

export interface MessageStop {
  readonly id: string;
  readonly userId: string;
  readonly now: number;
  /** Post who stopped it for others who wait for its end. */
  readonly shouldNotify?: boolean;
}

/** Ends a message with all its watches; after this commit only the final state is sent. False where it had ended. */
export async function stopMessage(database: Database, request: MessageStop): Promise<boolean> {
  const { id, now } = request;
  if (!(await isActive(database, id))) return false;
  const lines = await readLines(database, id);
  const result = await database.batch([
    oneRow`update messages set state = 'stopped', ended_at = ${now} where id = ${id} and state = 'active' returning id`,
    ...lines.filter(({ isActive }) => isActive).flatMap((line) => stopLine(line, request)),
    insertDelivery({ messageId: id, kind: 'final', scan: 0, content: null, now, dueAt: now }),
    ...(request.shouldNotify === true ? [insertStopNotice(request)] : []),
    ...deleteSuperseded(id),
  ]);
  // One of its watches changed meanwhile, or it ended.
  return result === null ? stopMessage(database, request) : true;
}

function stopLine(
  { watchId, lastFingerprint, content }: ShownWatch,
  { userId, now }: MessageStop,
): readonly Statement[] {
  const stopped: DeliveryContent = { ...content, end: 'stopped', stoppedBy: userId };
  return endWatch({ id: watchId, content: stopped, now }, sql`last_fingerprint = ${lastFingerprint}`);
}

function insertStopNotice({ id, userId, now }: MessageStop): Statement {
  const content: DeliveryContent = { ...sumBoard([]), stoppedBy: userId, stopped: 'watch' };
  return insertStoppedBy({ messageId: id }, { content, now });
}

async function isActive(database: Database, messageId: string): Promise<boolean> {
  const active = sql`select 1 from messages where id = ${messageId} and state = 'active'`;
  return (await database.query(active)).length > 0;
}
