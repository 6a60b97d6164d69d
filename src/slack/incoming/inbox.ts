/**
 * What stands between Slack and Bolt. Bolt acknowledges an event before anybody has heard of it, and answers it as often
 * as it comes; here it is written down first, acknowledged then, and answered once, also by the process after this one.
 * So is a dialog that starts or stops everybody's scan. Commands, clicks and dialogs are acknowledged by their listeners,
 * after the commit; that they came is remembered for longer than a signature lives, so that none is heeded twice. Over
 * Slack's own sockets nobody sends anything again, and what only asks is not written down.
 */

import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ReceiverEvent } from '@slack/bolt';
import { z } from 'zod';
import { messageOf, scrubDeep, scrubSecrets } from '../../errors.ts';
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
import { CALLBACK_IDS } from '../../views/parts/buttons.ts';
import { ackIfLate } from './acknowledge.ts';
import type { SlackMeters } from '../web-api/call-report.ts';
import { changesNothing } from '../grammar/parse.ts';
import { eventPayload, messageKey } from './payloads.ts';
import type { Log } from '../web-api/sdk-logger.ts';

export interface InboxOptions {
  readonly database: Database;
  readonly now: () => number;
  readonly onAcknowledged: SlackMeters['onAcknowledged'];
  /** Whoever has a request can send it again: it is signed, and comes over no connection of Slack's. Default true. */
  readonly isReplayable?: boolean;
  readonly log: Log;
}

/** Hands an event on to Bolt; resolves when its listeners are done. */
type Process = (event: ReceiverEvent) => Promise<void>;

export interface Inbox {
  /** Takes what comes in by any socket or request. */
  readonly take: (event: ReceiverEvent, process: Process) => Promise<void>;
  /** Answers what a killed process left unanswered, and keeps others from taking up what is under way. Never rejects. */
  readonly recover: (process: Process) => Promise<void>;
}

/** Set as `retryReason` of what is answered after a kill: parts of it may have been done before. */
export const RECOVERED = 'recovered';

/** What is under way is held anew at each look, of which there are several in this time. */
const HELD_FOR_MS = 10_000;
/** What a killed process left is taken up within 15 s. */
export const RECOVER_EVERY_MS = 4_000;
/** Whoever asked longer ago has given up, or asked again. */
const STALE_MS = 15 * 60_000;
/** Copies of one envelope come within seconds of each other. */
const DEDUPE_MS = 60_000;

export function createInbox(given: InboxOptions): Inbox {
  const dedupe = createDedupe();
  const options: Parts = { ...given, underWay: new Set() };
  const take: Inbox['take'] = (event, process) => {
    const id = eventId(event.body);
    // In a direct message Slack tells of each of the bot's own edits: nothing is written down for those.
    if (id !== null && isNobodysBusiness(event.body)) return event.ack();
    if (id !== null) return takeEvent(options, { event, id, process });
    const trigger = triggerOf(event.body);
    if (trigger === null) return process(event);
    // Twice the same answer harms nobody, and writing it down costs more than the answer.
    if (given.isReplayable === false && isQuestion(event.body)) return dedupe.once(trigger, event, process);
    return dedupe.once(trigger, event, (first) => takeOnce(given, { event: first, trigger, process }));
  };
  return {
    take: (event, process) =>
      withRequestId(toRequestId(event.body), () => {
        given.log.debug({ what: kindOf(event.body) }, 'event received');
        return take(timed(event, given), process);
      }),
    recover: (process) => recover(options, process),
  };
}

/** Measured until it has left: by then the database has taken what was to be written down. */
function timed(event: ReceiverEvent, { onAcknowledged }: InboxOptions): ReceiverEvent {
  const arrivedAt = performance.now();
  const ack: ReceiverEvent['ack'] = async (response) => {
    await event.ack(response);
    onAcknowledged(classOf(event.body), performance.now() - arrivedAt);
  };
  return { ...event, ack };
}

function classOf(body: unknown): 'event' | 'command' | 'interaction' {
  const named = namedBody.safeParse(body).data;
  if (named?.command !== undefined) return 'command';
  return named?.type === 'event_callback' ? 'event' : 'interaction';
}

/**
 * The event's own id; of a trigger a part of its hash, since whoever has the trigger may open dialogs with it. Copies of
 * one payload have the same.
 */
function toRequestId(body: unknown): string {
  const trigger = triggerOf(body);
  return eventId(body) ?? (trigger === null ? randomUUID() : hashOf(trigger)).slice(0, 12);
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

interface Parts extends InboxOptions {
  /** Ids of events that this process is answering: they are taken up by nobody else. */
  readonly underWay: Set<string>;
}

function isNobodysBusiness(body: unknown): boolean {
  const said = z.object({ event: z.object({ type: z.enum(['app_mention', 'message']) }) }).safeParse(body);
  return said.success && eventPayload(body) === null;
}

interface Taken {
  readonly event: ReceiverEvent;
  readonly id: string;
  readonly process: Process;
}

/** Rejects where it cannot be written down: Slack is told nothing then, and sends it again. */
async function takeEvent(options: Parts, { event, id, process }: Taken): Promise<void> {
  const { database, now, log } = options;
  const isFirst = await claimEvent(database, { id, body: toStored(event.body), at: now() });
  await event.ack().catch((error: unknown) =>
    // Slack sends it again, and is told "received" then.
    log.warn({ error: messageOf(error) }, 'ack failed'),
  );
  if (isFirst) await answer(options, { event: { ...event, ack: received }, id, process });
}

/** What people say lies there until it is answered: without credentials, and without Slack's own. */
function toStored(body: ReceiverEvent['body']): string {
  const fields = Object.entries(body).filter(([name]) => name !== 'token');
  return JSON.stringify(scrubDeep(Object.fromEntries(fields), scrubSecrets));
}

interface Triggered extends Omit<Taken, 'id'> {
  readonly trigger: string;
}

/**
 * A signed request is as good as new for five minutes, for any replica. Where the database cannot say whether it came
 * before, its listener meets the same database, and tells the person.
 */
async function takeOnce(
  { database, now, log }: InboxOptions,
  { event, trigger, process }: Triggered,
): Promise<void> {
  const acknowledging = onceOnly(event.ack);
  const claiming = claimRequest(database, { id: `request ${hashOf(trigger)}`, at: now() }).catch(
    (error: unknown) => {
      log.warn({ error: messageOf(error) }, 'event not saved; answering it all the same');
      return true;
    },
  );
  const isFirst = await ackIfLate(claiming, () => acknowledging().catch(() => undefined));
  if (isFirst) return process({ ...event, ack: acknowledging });
  log.info({}, 'duplicate event ignored');
  await acknowledging();
}

/** Also where Slack's patience has made it acknowledge before: an answer that comes then has to take another way. */
function onceOnly(ack: ReceiverEvent['ack']): ReceiverEvent['ack'] {
  let acknowledging: ReturnType<ReceiverEvent['ack']> | null = null;
  return (response) => {
    if (acknowledging !== null && response !== undefined)
      return Promise.reject(new Error('acknowledged before the answer was there'));
    return (acknowledging ??= ack(response));
  };
}

const received = (): Promise<void> => Promise.resolve();

async function answer(options: Parts, { event, id, process }: Taken): Promise<void> {
  const { underWay } = options;
  underWay.add(id);
  try {
    await process(event);
    await finish(options, id);
  } finally {
    underWay.delete(id);
  }
}

/** A locked database must not have it answered twice. */
const FINISH_TRIES = 20;
const FINISH_PAUSE_MS = 1_000;

async function finish({ database, log }: InboxOptions, id: string): Promise<void> {
  for (let tries = 1; tries <= FINISH_TRIES; tries += 1) {
    try {
      await finishEvent(database, id);
      return;
    } catch (error) {
      log.warn({ event: id, error: messageOf(error) }, 'event answered, but not yet marked as finished');
      await sleep(FINISH_PAUSE_MS * tries, undefined, { ref: false });
    }
  }
}

async function recover(options: Parts, process: Process): Promise<void> {
  const { database, now, log } = options;
  try {
    const at = now();
    await extendClaims(database, { ids: [...options.underWay], now: at });
    const unanswered = await claimUnfinished(database, { before: at - HELD_FOR_MS, now: at });
    const abandoned = unanswered.filter(({ id }) => !options.underWay.has(id));
    // All at once: one that waited for another would be taken up by somebody else meanwhile.
    await Promise.all(abandoned.map((stored) => answerAgain(options, stored, process)));
  } catch (error) {
    log.warn({ error: messageOf(error) }, 'unfinished events could not be resumed');
  }
}

async function answerAgain(options: Parts, { id, body, at }: StoredEvent, process: Process) {
  const { database, now, log } = options;
  if (Math.abs(now() - at) > STALE_MS) {
    log.warn({ event: id }, 'unfinished event expired; dropped');
    await finishEvent(database, id);
    return;
  }
  log.info({ event: id }, 'resuming unfinished event');
  const event = { body: z.record(z.string(), z.unknown()).parse(JSON.parse(body)), ack: received };
  const again = { ...event, retryNum: 1, retryReason: RECOVERED };
  await withRequestId(id, () => answer(options, { event: again, id, process }));
}

/** Two sockets may bring the same envelope: the second copy is acknowledged when the first is, and does nothing. */
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

const eventBody = z.object({ type: z.literal('event_callback'), event_id: z.string().min(1) });
const confirmationBody = z.object({
  type: z.literal('view_submission'),
  view: z.object({
    id: z.string().min(1),
    callback_id: z.enum([CALLBACK_IDS.startRegular, CALLBACK_IDS.stopRegular]),
  }),
});
const triggeredBody = z.object({ trigger_id: z.string().min(1) });

/** Of what is written down; null for the rest. A dialog is sent once. */
function eventId(body: unknown): string | null {
  const view = confirmationBody.safeParse(body).data?.view;
  if (view !== undefined) return `view ${view.id}`;
  const id = eventBody.safeParse(body).data?.event_id;
  // An edit tells of a message anew, under another id: what was answered is not answered again.
  return id === undefined ? null : (messageKey(body) ?? id);
}

const namedBody = z.object({
  type: z.string().optional(),
  command: z.string().optional(),
  event: z.object({ type: z.string() }).optional(),
});

function isQuestion(body: unknown): boolean {
  const text = typedBody.safeParse(body).data?.text;
  return text !== undefined && changesNothing(text);
}

const typedBody = z.object({ command: z.string(), text: z.string() });

/** Such as `app_mention`, `/scanprogress`, `block_actions`. */
function kindOf(body: unknown): string {
  const named = namedBody.safeParse(body).data;
  return named?.event?.type ?? named?.command ?? named?.type ?? 'unknown';
}

/** Slack makes one for each command, click and shortcut. */
function triggerOf(body: unknown): string | null {
  return triggeredBody.safeParse(body).data?.trigger_id ?? null;
}
