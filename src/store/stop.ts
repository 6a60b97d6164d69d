/** Stopping a watch, or all watches of a message. After the commit only the final state is sent. */

import { stringifyContent } from '../scan/state/stored-snapshot.ts';
import { retryConflicts } from '../async.ts';
import { sumBoard } from '../scan/board.ts';
import type { DeliveryContent } from '../scan/delivery.ts';
import type { Database, Statement } from './database.ts';
import { deleteSuperseded, insertDelivery, insertStoppedBy } from './outbox/enqueue.ts';
import { endLines, readLines, readShown, type ShownWatch } from './outbox/messages.ts';
import { insertNextSubscriptionWatches } from './subscriptions.ts';
import { stopPollingIfUnwatched } from './targets.ts';
import { type Fragment, oneRow, sql } from './sql.ts';

export interface StopRequest {
  readonly id: string;
  readonly now: number;
  /** The final state, from what the watch shows now; null where it is to go on. */
  readonly toFinal: (shown: DeliveryContent) => DeliveryContent | null;
}

/**
 * Ends a watch at a person's request; after this commit only the final state is sent. False where it had ended. A
 * failed start was not requested by anybody, so it is notified.
 */
export function stopWatch(database: Database, { id, now, toFinal }: StopRequest): Promise<boolean> {
  return stop(database, async () => {
    const [watch] = await readShown(database, sql`w.id = ${id} and w.state = 'active'`);
    // One that waits in silence ends with its subscription.
    if (watch === undefined || watch.messageId === null) return null;
    const { messageId, lastFingerprint } = watch;
    const content = toFinal(watch.content);
    if (content === null) return null;
    const line = { watchId: id, messageId };
    const isUnchanged = sql`message_id = ${messageId} and last_fingerprint = ${lastFingerprint}`;
    return [
      ...endWatch({ id, content, now }, isUnchanged),
      ...endLines([line], { content, scan: 0, now }),
      ...(content.stopped === undefined ? [] : [insertStoppedBy(line, { content, now })]),
    ];
  });
}

/** `read` gives what ends it as it is now, null where it has ended. Repeated where it changes meanwhile. */
function stop(database: Database, read: () => Promise<readonly Statement[] | null>): Promise<boolean> {
  return retryConflicts('stop', async () => {
    const statements = await read();
    if (statements === null) return false;
    return (await database.batch(statements)) === null ? null : true;
  });
}

/** Unless it has changed. The subscription stays: it watches the next scan. */
function endWatch(
  { id, content, now }: { readonly id: string; readonly content: DeliveryContent; readonly now: number },
  isUnchanged: Fragment,
): readonly Statement[] {
  return [
    oneRow`update watches set state = 'stopped', ended_at = ${now}, content = ${stringifyContent(content)}
      where id = ${id} and state = 'active' and ${isUnchanged} returning id`,
    ...insertNextSubscriptionWatches({ watchIds: [id], afterScanNumber: content.snapshot.scan, now }),
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
export function stopMessage(database: Database, request: MessageStop): Promise<boolean> {
  const { id, now } = request;
  return stop(database, async () => {
    if (!(await isActive(database, id))) return null;
    const lines = await readLines(database, id);
    return [
      oneRow`update messages set state = 'stopped', ended_at = ${now} where id = ${id} and state = 'active' returning id`,
      ...lines.filter((line) => line.isActive).flatMap((line) => stopLine(line, request)),
      insertDelivery({ messageId: id, kind: 'final', scan: 0, content: null, now, dueAt: now }),
      ...(request.shouldNotify === true ? [insertStopNotice(request)] : []),
      deleteSuperseded(id),
    ];
  });
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
