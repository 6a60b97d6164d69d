/** Starting boards: one message that shows several images, each with a watch of its own. */

import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import type { DeliveryContent } from '../scan/delivery.ts';
import { fingerprint } from '../scan/state/fingerprint.ts';
import { type Target, targetId } from '../scan/target.ts';
import type { Conversation } from '../scan/watch.ts';
import { boardDelivery } from './outbox/board-lines.ts';
import type { Database, Statement } from './database.ts';
import { deleteSuperseded, insertDelivery } from './outbox/enqueue.ts';
import { ensureTarget, parseTarget, schedulePollNow } from './targets.ts';
import { follow } from './watches.ts';
import { oneRow, sql } from './sql.ts';

export interface BoardImage {
  readonly target: Target;
  /** Content of its line until the next poll. */
  readonly content: DeliveryContent;
}

export interface BoardRequest {
  readonly conversation: Conversation;
  /** User ID to mention at the end; null to show existing watches only. */
  readonly userId: string | null;
  readonly images: readonly BoardImage[];
  readonly now: number;
  /** How long the board may wait for the first polls. */
  readonly liveDelayMs: number;
}

export interface StartedBoard {
  /** null where a board here shows all images already, or fewer than two are left for a new one. */
  readonly boardId: string | null;
  readonly shown: readonly Target[];
  /** Images on a board here already, and whether the person is a new follower. */
  readonly before: readonly {
    readonly target: Target;
    readonly watchId: string;
    readonly hasJoined: boolean;
  }[];
}

/**
 * Starts a board with all images that no board of the conversation shows yet, in one transaction with its message. An
 * image with a live message of its own there moves to the board.
 */
export async function startBoard(database: Database, request: BoardRequest): Promise<StartedBoard> {
  const { conversation, userId, now } = request;
  const active = await activeWatches(database, conversation);
  const there = ({ target }: BoardImage): ActiveWatch | undefined => active.get(targetId(target));
  const isTaken = (image: BoardImage): boolean => (there(image)?.boardId ?? null) !== null;
  const taken = request.images.filter(isTaken);
  const unseen = request.images.filter((image) => !isTaken(image));
  const free = userId === null ? loose(unseen.filter((image) => there(image)?.isShown === true)) : unseen;
  const boardId = free.length === 0 ? null : randomUUID();
  const begin =
    boardId === null
      ? []
      : beginBoard(
          request,
          boardId,
          free.map((image) => ({ image, watch: there(image) })),
        );
  const people =
    userId === null ? [] : request.images.map(({ target }) => follow({ target, conversation, userId, now }));
  const result = await database.batch([...begin, ...people]);
  // One of them was started or stopped concurrently.
  if (result === null) return startBoard(database, request);
  const joined = result.slice(begin.length);
  return {
    boardId,
    shown: free.map(({ target }) => target),
    before: taken.map((image) => ({
      target: image.target,
      watchId: there(image)?.id ?? '',
      hasJoined: joined[request.images.indexOf(image)]?.length === 1,
    })),
  };
}

/** Some may have ended since the request: a board needs two, and none waits for its next scan. */
function loose(images: readonly BoardImage[]): readonly BoardImage[] {
  return images.length < 2 ? [] : images;
}

interface ActiveWatch {
  readonly id: string;
  readonly boardId: string | null;
  /** False for the silent watch of a subscription. */
  readonly isShown: boolean;
}

async function activeWatches(
  database: Database,
  { channel, thread }: Conversation,
): Promise<Map<string, ActiveWatch>> {
  const rows = await database.query(
    sql`select id, target_id, board_id, has_message from watches
      where channel = ${channel} and thread = ${thread} and state = 'active' and target_id is not null`,
  );
  return new Map(rows.map((row) => toActive(activeRow.parse(row))));
}

const activeRow = z.object({
  id: z.string(),
  target_id: z.string(),
  board_id: z.string().nullable(),
  has_message: z.coerce.number(),
});

function toActive(row: z.infer<typeof activeRow>): [string, ActiveWatch] {
  const { id, target_id, board_id, has_message } = row;
  return [target_id, { id, boardId: board_id, isShown: has_message === 1 }];
}

interface Placed {
  readonly image: BoardImage;
  readonly watch: ActiveWatch | undefined;
}

function beginBoard(
  { conversation, now, liveDelayMs }: BoardRequest,
  boardId: string,
  placed: readonly Placed[],
): readonly Statement[] {
  const insert: Statement = sql`insert into watches (id, channel, thread, state, created_at)
    values (${boardId}, ${conversation.channel}, ${conversation.thread}, 'active', ${now})`;
  const live = boardDelivery({ boardId, kind: 'live', now, dueAt: now + liveDelayMs });
  return [
    insert,
    ...placed.flatMap(({ image, watch }, position) => [
      ensureTarget(image.target, now),
      schedulePollNow(targetId(image.target), now),
      ...(watch === undefined
        ? [insertLine({ boardId, image, conversation, position, now })]
        : moveOntoBoard({ boardId, watchId: watch.id, image, position, now })),
    ]),
    insertDelivery(live),
  ];
}

function insertLine(line: {
  readonly boardId: string;
  readonly image: BoardImage;
  readonly conversation: Conversation;
  readonly position: number;
  readonly now: number;
}): Statement {
  const { boardId, image, conversation, position, now } = line;
  const { target, content } = image;
  const { channel, thread } = conversation;
  return oneRow`insert into watches (id, target_id, channel, thread, state, created_at, board_id, position, content)
    values (${randomUUID()}, ${targetId(target)}, ${channel}, ${thread}, 'active', ${now}, ${boardId}, ${position},
      ${JSON.stringify(content)}) on conflict do nothing returning id`;
}

/** Its own message says where it continues; a silent watch has none. */
function moveOntoBoard(line: {
  readonly boardId: string;
  readonly watchId: string;
  readonly image: BoardImage;
  readonly position: number;
  readonly now: number;
}): readonly Statement[] {
  const { boardId, watchId, image, position, now } = line;
  const folded: DeliveryContent = { ...image.content, end: 'folded' };
  return [
    // Also for a scan that was stopped before, while the watch was silent: its end is wanted now.
    // The line may differ from the last content of its own message.
    oneRow`update watches set board_id = ${boardId}, position = ${position},
        content = ${JSON.stringify(image.content)}, last_fingerprint = ${fingerprint(image.content.snapshot)},
          has_message = 1,
        after_scan_number = case when has_message = 0 then 0 else after_scan_number end
      where id = ${watchId} and state = 'active' and board_id is null returning id`,
    insertDelivery({ watchId, kind: 'final', scan: 0, content: folded, now, dueAt: now }),
    ...deleteSuperseded(watchId),
  ];
}

/** Targets of active lines on boards in that conversation. */
export async function boardTargets(
  database: Database,
  conversation: Conversation,
): Promise<ReadonlySet<string>> {
  const active = [...(await activeWatches(database, conversation))];
  return new Set(active.filter(([, { boardId }]) => boardId !== null).map(([id]) => id));
}

/** Images with live messages of their own there, requested by people, oldest first. */
export async function unboardedTargets(
  database: Database,
  { channel, thread }: Conversation,
): Promise<readonly Target[]> {
  const rows = await database.query(
    sql`select t.reference from watches w join targets t on t.id = w.target_id
      where w.channel = ${channel} and w.thread = ${thread} and w.state = 'active' and w.board_id is null
        and w.has_message = 1
        and w.subscription_id is null and t.reference is not null
      order by w.created_at, w.id`,
  );
  return rows.map(({ reference }) => parseTarget(String(reference)));
}
