/**
 * Between Slack and Bolt. Bolt acknowledges an event before any listener has run, and handles repeated deliveries
 * again. Here an event is stored, then acknowledged, and handled once, if necessary by the next process. The same holds
 * for modals that start or stop the registry scan. Commands, clicks and other modals are acknowledged by their
 * listeners after the commit; their IDs are kept for longer than a signature is valid, so that none is handled twice.
 * What comes over Slack's own sockets cannot be replayed, so commands that only read are not stored there.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import type { ReceiverEvent } from '@slack/bolt';
import { z } from 'zod';
import { messageOf } from '../../errors.ts';
import { createFailureLog, type FailureLog } from '../../failure-log.ts';
import { scrubDeep, scrubSecrets } from '../../secrets.ts';
import { withRequestId } from '../../log.ts';
import type { Database } from '../../store/database.ts';
import {
  claimEvent,
  claimRequest,
  finishEvent,
  extendClaims,
  type StoredEvent,
  claimUnfinished,
} from '../../store/inbox.ts';
import { ackIfLate } from './acknowledge.ts';
import type { SlackMeters } from '../web-api/call-report.ts';
import { classOf, eventId, hashOf, isIrrelevant, kindOf, toRequestId, triggerOf } from './identity.ts';
import { isReadOnlyCommand } from './payloads.ts';
import type { SdkLog } from '../web-api/sdk-logger.ts';

export interface InboxOptions {
  readonly database: Database;
  readonly now: () => number;
  /** Called once the acknowledgement is sent; not where sending fails. */
  readonly onAcknowledged: SlackMeters['onAcknowledged'];
  /** A request that leaks can be sent again: it is signed, and comes over no connection of Slack's. Default true. */
  readonly isReplayable?: boolean;
  readonly log: SdkLog;
}

/** Passes an event to Bolt; resolves when its listeners are done. */
type Process = (event: ReceiverEvent) => Promise<void>;

export interface Inbox {
  /** Handles payloads of any socket or request. */
  readonly take: (event: ReceiverEvent, process: Process) => Promise<void>;
  /**
   * Handles unfinished events of crashed processes, and keeps others from claiming those in progress. Never rejects.
   */
  readonly recover: (process: Process) => Promise<void>;
}

/** `retryReason` of events handled after a crash: parts may have been done before. */
export const RECOVERED = 'recovered';

/** Claims in progress are extended at each recovery, several times within this. */
const HELD_FOR_MS = 10_000;
/** Events of a crashed process are resumed within 15 s. */
export const RECOVER_EVERY_MS = 4_000;
/** The sender has given up, or has sent it again. */
const STALE_MS = 15 * 60_000;
/** Copies of one envelope arrive within seconds. */
const DEDUPE_MS = 60_000;

export function createInbox(inboxOptions: InboxOptions): Inbox {
  // Before the database: a second copy waits for the acknowledgement of the first one.
  const dedupe = createDedupe();
  const failureLog = createRecoveryLog(inboxOptions);
  const options: InboxState = { ...inboxOptions, underWay: new Set(), failureLog };
  const take: Inbox['take'] = (event, process) => {
    const id = eventId(event.body);
    // In a direct message Slack sends an event for each of the bot's own edits: these are not stored.
    if (id !== null && isIrrelevant(event.body)) return event.ack();
    if (id !== null) return takeEvent(options, { event, id, process });
    const trigger = triggerOf(event.body);
    if (trigger === null) return process(event);
    // A second reply does no harm, and recording the command costs more than the reply.
    if (inboxOptions.isReplayable === false && isReadOnlyCommand(event.body))
      return dedupe.once(trigger, event, process);
    return dedupe.once(trigger, event, (first) => takeOnce(inboxOptions, { event: first, trigger, process }));
  };
  return {
    take: (event, process) =>
      withRequestId(toRequestId(event.body), () => {
        inboxOptions.log.debug({ what: kindOf(event.body) }, 'event received');
        return take(timed(event, inboxOptions), process);
      }),
    recover: (process) => recover(options, process),
  };
}

function createRecoveryLog({ log }: InboxOptions): FailureLog {
  return createFailureLog({
    log,
    level: 'warn',
    failed: 'unfinished events could not be resumed',
    again: 'unfinished events can be resumed again',
  });
}

/** Measured until the acknowledgement is sent: by then the event is stored. */
function timed(event: ReceiverEvent, { onAcknowledged }: InboxOptions): ReceiverEvent {
  // Monotonic: the wall clock may be set meanwhile.
  const arrivedAt = performance.now();
  const ack: ReceiverEvent['ack'] = async (response) => {
    await event.ack(response);
    onAcknowledged(classOf(event.body), performance.now() - arrivedAt);
  };
  return { ...event, ack };
}

interface InboxState extends InboxOptions {
  /** Ids of events that this process is handling: no other process claims them. */
  readonly underWay: Set<string>;
  readonly failureLog: FailureLog;
}

interface Taken {
  readonly event: ReceiverEvent;
  readonly id: string;
  readonly process: Process;
}

/** Rejects where the event cannot be stored: it is not acknowledged, so Slack sends it again. */
async function takeEvent(options: InboxState, { event, id, process }: Taken): Promise<void> {
  const { database, now, log } = options;
  // Committed before the acknowledgement: Slack does not repeat what it takes for received.
  const isFirst = await claimEvent(database, { id, body: toStored(event.body), at: now() });
  await event.ack().catch((error: unknown) =>
    // Slack sends it again; then it is acknowledged.
    log.warn({ error: messageOf(error) }, 'ack failed'),
  );
  if (isFirst) await handle(options, { event: { ...event, ack: received }, id, process });
}

/** The stored payload contains what people wrote until it is handled; tokens and response URLs are removed. */
function toStored(body: ReceiverEvent['body']): string {
  const fields = Object.entries(body).filter(([name]) => name !== 'token');
  return JSON.stringify(scrubDeep(Object.fromEntries(fields), scrubSecrets));
}

interface Triggered extends Omit<Taken, 'id'> {
  readonly trigger: string;
}

/**
 * A signed request could be replayed for five minutes, to any replica. If the database fails here, the listener gets
 * the same failure and notifies the person.
 */
async function takeOnce(
  { database, now, log }: InboxOptions,
  { event, trigger, process }: Triggered,
): Promise<void> {
  const acknowledging = onceOnly(event.ack);
  // A power cut that forgets a command that only reads lets it be read again, which is not worth waiting for the disk.
  const mayBeLost = isReadOnlyCommand(event.body);
  const claiming = claimRequest(database, {
    id: `request ${hashOf(trigger)}`,
    at: now(),
    mayBeLost,
  }).catch((error: unknown) => {
    log.warn({ error: messageOf(error) }, 'event not saved; handling it anyway');
    return true;
  });
  // Slack's three seconds do not wait for a slow database; the reply then takes another way.
  const isFirst = await ackIfLate(claiming, () => acknowledging().catch(() => undefined));
  if (isFirst) return process({ ...event, ack: acknowledging });
  log.info({}, 'duplicate event ignored');
  await acknowledging();
}

/**
 * Also where the request was acknowledged earlier because of Slack's time limit: a later reply must be sent another way.
 */
function onceOnly(ack: ReceiverEvent['ack']): ReceiverEvent['ack'] {
  let acknowledging: ReturnType<ReceiverEvent['ack']> | null = null;
  return (response) => {
    if (acknowledging !== null && response !== undefined)
      return Promise.reject(new Error('acknowledged before the answer was there'));
    return (acknowledging ??= ack(response));
  };
}

const received = (): Promise<void> => Promise.resolve();

/** Where `process` rejects, the event stays unfinished: the next recovery handles it again. */
async function handle(options: InboxState, { event, id, process }: Taken): Promise<void> {
  const { underWay } = options;
  underWay.add(id);
  try {
    await process(event);
    await finish(options, id);
  } finally {
    underWay.delete(id);
  }
}

/** A locked database must not cause a second handling. */
const FINISH_TRIES = 20;
/** Times the number of tries: three and a half minutes in all. */
const FINISH_PAUSE_MS = 1_000;

/** Never rejects. If all tries fail, the next recovery handles the event again. */
async function finish({ database, log }: InboxOptions, id: string): Promise<void> {
  for (let tries = 1; tries <= FINISH_TRIES; tries += 1) {
    try {
      await finishEvent(database, id);
      return;
    } catch (error) {
      log.warn(
        { event: id, error: messageOf(error) },
        'event handled, but not marked as finished; trying again',
      );
      await sleep(FINISH_PAUSE_MS * tries, undefined, { ref: false });
    }
  }
}

async function recover(options: InboxState, process: Process): Promise<void> {
  const { database, now, failureLog } = options;
  try {
    const at = now();
    // First: otherwise this process would claim what it is still handling.
    await extendClaims(database, { ids: [...options.underWay], now: at });
    const abandoned = await claimUnfinished(database, { before: at - HELD_FOR_MS, now: at });
    // Concurrently: another process would claim those that wait.
    await Promise.all(abandoned.map((stored) => resume(options, stored, process)));
    failureLog.worked();
  } catch (error) {
    failureLog.failed(error);
  }
}

async function resume(options: InboxState, { id, body, at }: StoredEvent, process: Process) {
  const { database, now, log } = options;
  if (Math.abs(now() - at) > STALE_MS) {
    log.warn({ event: id }, 'unfinished event expired; dropped');
    await finishEvent(database, id);
    return;
  }
  log.info({ event: id }, 'resuming unfinished event');
  const event = { body: z.record(z.string(), z.unknown()).parse(JSON.parse(body)), ack: received };
  // `retryReason` reaches the listeners as `context.retryReason`.
  const again = { ...event, retryNum: 1, retryReason: RECOVERED };
  await withRequestId(id, () => handle(options, { event: again, id, process }));
}

/** Two sockets may deliver the same envelope: the second copy is acknowledged with the first, and does nothing else. */
function createDedupe() {
  const seen = new Map<string, Promise<void>>();
  return {
    once(trigger: string, event: ReceiverEvent, process: Process): Promise<void> {
      const first = seen.get(trigger);
      if (first !== undefined) return first.then(() => event.ack());
      const { promise, resolve } = Promise.withResolvers<undefined>();
      seen.set(trigger, promise);
      setTimeout(() => seen.delete(trigger), DEDUPE_MS).unref();
      const acknowledge: ReceiverEvent['ack'] = async (response) => {
        resolve(undefined);
        await event.ack(response);
      };
      return process({ ...event, ack: acknowledge }).finally(() => resolve(undefined));
    },
  };
}
