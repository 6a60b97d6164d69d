/** Starting a message: the live message of one watch, or a board of several images, each with a watch of its own. */

import { stringifyContent } from '../scan/state/stored-snapshot.ts';
import * as z from 'zod';
import { retryConflicts } from '../async.ts';
import type { DeliveryContent } from '../scan/delivery.ts';
import { type Target, targetId } from '../scan/target.ts';
import type { Conversation } from '../scan/watch.ts';
import type { Database, Statement } from './database.ts';
import { deleteSuperseded, insertDelivery, IS_ALONE, hasOwnMessage } from './outbox/enqueue.ts';
import { newId } from './ids.ts';
import { type Fragment, keysIn, oneRow, sql } from './sql.ts';
import { ensureTarget, numberOf, parseTarget, schedulePollNow } from './targets.ts';

export interface WatchedImage {
  readonly target: Target;
  /** What the message says of it until the next poll. */
  readonly content: DeliveryContent;
}

interface StartOptions {
  readonly conversation: Conversation;
  readonly now: number;
  /** How long the message may wait for the first polls. */
  readonly liveDelayMs: number;
}

export interface SingleRequest extends StartOptions {
  readonly isBoard: false;
  readonly userId: string;
  readonly images: readonly [WatchedImage];
}

/** One message with a line for each image. */
export interface BoardRequest extends StartOptions {
  readonly isBoard: true;
  /** User ID to mention at the end; null to show existing watches only. */
  readonly userId: string | null;
  readonly images: readonly WatchedImage[];
}

export type StartRequest = SingleRequest | BoardRequest;

export interface Started {
  /** null where all images are watched here already, on boards for a board; or fewer than two are left to move. */
  readonly messageId: string | null;
  readonly shown: readonly Target[];
  /** Images that were watched here already, and whether the person is a new follower. */
  readonly before: readonly {
    readonly target: Target;
    readonly watchId: string;
    readonly hasJoined: boolean;
  }[];
}

/**
 * Starts the watches that the conversation does not have yet, in one transaction with their message, and joins the
 * others. A silent watch of a subscription is shown from now on; a board takes in what has a message of its own.
 */
export function startMessage(database: Database, request: StartRequest): Promise<Started> {
  return retryConflicts('start', () => tryStart(database, request));
}

/** null where one of the watches was started or stopped concurrently. */
async function tryStart(database: Database, request: StartRequest): Promise<Started | null> {
  const { userId, images, now } = request;
  const { taken, free } = await divide(database, request);
  const messageId = free.length === 0 ? null : toMessageId(request, free);
  if (messageId === null && userId === null) return { messageId, shown: [], before: [] };
  const begin = [
    ...images.flatMap(({ target }) => [ensureTarget(target, now), schedulePollNow(targetId(target), now)]),
    ...(messageId === null ? [] : beginMessage(request, messageId, free)),
    ...(userId === null ? [] : taken.map(({ watch }) => hold(watch))),
  ];
  const people = userId === null ? [] : images.map(({ target }) => follow(target, { ...request, userId }));
  const results = await database.batch([...begin, ...people]);
  if (results === null) return null;
  const joined = images.filter((_, index) => results[begin.length + index]?.length === 1);
  return {
    messageId,
    shown: free.map(({ image }) => image.target),
    before: taken.map(({ image, watch }) => ({
      target: image.target,
      watchId: watch.watchId,
      hasJoined: joined.includes(image),
    })),
  };
}

interface RequestedLine {
  readonly image: WatchedImage;
  /** Its watch in the conversation; null where there is none. */
  readonly watch: ActiveWatch | null;
}

interface TakenLine extends RequestedLine {
  readonly watch: ActiveWatch;
}

/** The images that are shown already, and those that the message will show. */
async function divide(
  database: Database,
  { conversation, userId, images, isBoard }: StartRequest,
): Promise<{ readonly taken: readonly TakenLine[]; readonly free: readonly RequestedLine[] }> {
  const ids = keysIn(images.map(({ target }) => targetId(target)));
  const active = await activeWatches(database, conversation, sql`t.id in ${ids}`);
  const taken: TakenLine[] = [];
  const unseen: RequestedLine[] = [];
  for (const image of images) {
    const watch = active.get(targetId(image.target)) ?? null;
    if (watch !== null && (isBoard ? isOnBoard(watch) : watch.messageId !== null))
      taken.push({ image, watch });
    else unseen.push({ image, watch });
  }
  return { taken, free: userId === null ? movable(unseen) : unseen };
}

/** A silent watch that gets a message of its own gives it its id. */
function toMessageId({ isBoard, now }: StartRequest, [first]: readonly RequestedLine[]): string {
  return (isBoard ? null : first?.watch?.watchId) ?? newId(now);
}

/** Some may have ended since the request: a board needs two, and none waits for its next scan. */
function movable(lines: readonly RequestedLine[]): readonly RequestedLine[] {
  const shown = lines.filter(({ watch }) => watch !== null && watch.messageId !== null);
  return shown.length < 2 ? [] : shown;
}

/** Unmet where it has ended since it was read: a person who joins it would miss the next end. */
function hold({ watchId }: ActiveWatch): Statement {
  return oneRow`update watches set position = position where id = ${watchId} and state = 'active' returning id`;
}

const activeWatch = z.object({
  watchId: z.string(),
  target: z.string(),
  /** null for the silent watch of a subscription. */
  messageId: z.string().nullable(),
});

type ActiveWatch = Readonly<z.infer<typeof activeWatch>>;

function isOnBoard({ watchId, messageId }: ActiveWatch): boolean {
  return messageId !== null && !hasOwnMessage({ watchId, messageId });
}

/** By target. */
async function activeWatches(
  database: Database,
  { channel, thread }: Conversation,
  condition: Fragment,
): Promise<ReadonlyMap<string, ActiveWatch>> {
  const rows = await database.query(
    sql`select w.id as "watchId", t.id as target, w.message_id as "messageId"
      from watches w join targets t on t.number = w.target_number
      where w.channel = ${channel} and w.thread = ${thread} and w.state = 'active' and ${condition}`,
  );
  return new Map(
    z
      .array(activeWatch)
      .parse(rows)
      .map((watch) => [watch.target, watch]),
  );
}

function beginMessage(
  request: StartRequest,
  messageId: string,
  lines: readonly RequestedLine[],
): readonly Statement[] {
  const { conversation, isBoard, now, liveDelayMs } = request;
  const { channel, thread } = conversation;
  return [
    sql`insert into messages (id, channel, thread, state, is_board)
      values (${messageId}, ${channel}, ${thread}, 'active', ${isBoard ? 1 : 0}) on conflict do nothing`,
    ...lines.flatMap((image, position) => placeOnMessage({ request, messageId, ...image, position })),
    insertDelivery({ messageId, kind: 'live', scan: 0, content: null, now, dueAt: now + liveDelayMs }),
  ];
}

interface NewLine extends RequestedLine {
  readonly request: StartRequest;
  readonly messageId: string;
  readonly position: number;
}

function placeOnMessage(line: NewLine): readonly Statement[] {
  const { watch, messageId, image, position } = line;
  if (watch === null) return [insertWatch(line)];
  if (watch.messageId !== null) return moveOntoBoard(line, watch.watchId);
  // Also for a scan that was stopped before, while the watch was silent: its end is wanted now.
  return [
    oneRow`update watches set message_id = ${messageId}, position = ${position}, after_scan_number = 0,
        content = ${stringifyContent(image.content)}
      where id = ${watch.watchId} and state = 'active' and message_id is null returning id`,
  ];
}

/** The message of a single watch has its id. */
function insertWatch({ request, messageId, image, position }: NewLine): Statement {
  const { conversation, isBoard, now } = request;
  const { channel, thread } = conversation;
  const id = isBoard ? newId(now) : messageId;
  return oneRow`insert into watches (id, target_number, message_id, channel, thread, state, position, content, created_at)
    values (${id}, ${numberOf(targetId(image.target))}, ${messageId}, ${channel}, ${thread}, 'active', ${position},
      ${stringifyContent(image.content)}, ${now}) on conflict do nothing returning id`;
}

/** Its own message says where it continues. */
function moveOntoBoard(
  { request: { now }, messageId, image, position }: NewLine,
  watchId: string,
): readonly Statement[] {
  const content: DeliveryContent = { ...image.content, end: 'folded' };
  return [
    oneRow`update watches set message_id = ${messageId}, position = ${position}
      where id = ${watchId} and state = 'active' and ${IS_ALONE} returning id`,
    sql`update messages set state = 'moved-to-board', ended_at = ${now} where id = ${watchId}`,
    insertDelivery({ messageId: watchId, kind: 'final', scan: 0, content, now, dueAt: now }),
    deleteSuperseded(watchId),
  ];
}

/** Returns a row where the person is a new follower of the existing watch. */
function follow(
  target: Target,
  { conversation: { channel, thread }, userId, now }: StartOptions & { readonly userId: string },
): Statement {
  return sql`insert into followers (watch_id, user_id, followed_at)
    select id, ${userId}, ${now} from watches
      where target_number = ${numberOf(targetId(target))} and channel = ${channel} and thread = ${thread} and state = 'active'
    on conflict do nothing returning user_id`;
}

/** Targets of active watches on boards in that conversation. */
export async function boardTargets(
  database: Database,
  conversation: Conversation,
): Promise<ReadonlySet<string>> {
  return new Set((await activeWatches(database, conversation, sql`w.message_id <> w.id`)).keys());
}

/** Images with live messages of their own there, requested by people, oldest first. */
export async function unboardedTargets(
  database: Database,
  { channel, thread }: Conversation,
): Promise<readonly Target[]> {
  const rows = await database.query(
    sql`select t.reference from watches w join targets t on t.number = w.target_number
      where w.channel = ${channel} and w.thread = ${thread} and w.state = 'active' and w.message_id = w.id
        and w.subscription_id is null and t.reference is not null order by w.created_at, w.id`,
  );
  return rows.map(({ reference }) => parseTarget(String(reference)));
}
