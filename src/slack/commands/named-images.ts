/** A mention without words in a thread, and the message shortcut: the images named there. */

import { z } from 'zod';
import { extractReferences } from '../../image/extract.ts';
import type { ImageReference } from '../../image/reference.ts';
import { MAX_IMAGES } from '../../scan/command.ts';
import { type Target, targetId } from '../../scan/target.ts';
import type { Message } from '../../views/kit/blocks.ts';
import { withRemarks } from '../../views/replies/command-error.ts';
import {
  cannotReadNowView,
  cannotReadView,
  namedImagesView,
  noImagesView,
} from '../../views/replies/images.ts';
import type { Request } from '../context.ts';
import type { PointingVerb } from '../grammar/command.ts';
import { offerOf } from '../grammar/not-understood.ts';
import { readSnapshot } from './snapshot.ts';
import { readContext, showProgress } from './progress.ts';
import { scrubSecrets } from '../../secrets.ts';

/** Each may cost a poll of the Console. */
const IMAGES_MAX = 5;

/** `verb`: what is wanted with the images; it is offered as a command. */
export async function showNamedInThread(
  request: Request,
  verb: PointingVerb | null = null,
): Promise<Message> {
  const read = await request.bot.calls.readThread(request.invocation.conversation);
  if (read.kind === 'no-access') return cannotReadView();
  if (read.kind === 'not-now') return cannotReadNowView();
  // Below a live message the question is about its image.
  const newestFirst = withoutReplies(read.messages, request.bot.ownUserId()).toReversed();
  const reply = await showNamed(request, newestFirst, read.isWhole ? 'thread' : 'part-of-thread');
  const images = namedIn(newestFirst)
    .map(targetId)
    .slice(0, verb === 'scan' ? 1 : MAX_IMAGES);
  const isOffered = verb !== null && images.length > 0;
  return isOffered ? withRemarks(reply, [{ kind: 'offer', meant: offerOf(verb, images) }]) : reply;
}

/** Includes the bot's own messages: the person chose the message. */
export function showNamedIn(request: Request, message: unknown): Promise<Message> {
  return showNamed(request, [message], 'message');
}

/** Latest first: that is what people talk about. */
async function showNamed(
  request: Request,
  newestFirst: readonly unknown[],
  where: 'thread' | 'part-of-thread' | 'message',
): Promise<Message> {
  const targets = namedIn(newestFirst);
  const isWhole = where !== 'part-of-thread';
  const [only] = targets;
  if (only === undefined) return isWhole ? noImagesView(where) : cannotReadNowView();
  // In a partly read thread it may not be the right one: it is shown in a list.
  if (targets.length === 1 && isWhole) {
    return showProgress(request, { target: only, isTagAssumed: false });
  }
  return showImages(request, targets, isWhole);
}

/** Several images named in a text: progress of each, and a button to watch all. */
export async function showImages(
  request: Request,
  targets: readonly Target[],
  isWhole = true,
): Promise<Message> {
  const images = await Promise.all(targets.slice(0, IMAGES_MAX).map((target) => lookUp(request, target)));
  return namedImagesView({ images, all: targets, isWhole, now: request.bot.now() });
}

/** Of a thread from its root: the root may be a live message. */
export function withoutReplies(messages: readonly unknown[], ownUserId: string | null): readonly unknown[] {
  return messages.filter((message, index) => index === 0 || isByOthers(message, ownUserId));
}

/** The bot's own replies name images too, and would be found again; not every Slack returns their metadata. */
function isByOthers(message: unknown, ownUserId: string | null): boolean {
  const isOurs = ownUserId !== null && messageAuthor.safeParse(message).data?.user === ownUserId;
  return !isOurs && !JSON.stringify(message ?? null).includes('"scanprogress_delivery"');
}

const messageAuthor = z.object({ user: z.string() });

export function imagesNamedIn(messages: readonly unknown[]): readonly ImageReference[] {
  return messages.flatMap((message) => extractReferences(messageText(message)));
}

function namedIn(messages: readonly unknown[]): readonly Target[] {
  const targets = imagesNamedIn(messages).map((reference): Target => ({ kind: 'image', reference }));
  return [...new Map(targets.map((target) => [targetId(target), target])).values()];
}

async function lookUp(request: Request, target: Target) {
  const snapshot = await readSnapshot(request.bot, target);
  const { report, isReportPending, isWatchedHere, before } = await readContext(request, target, snapshot);
  return { target, snapshot, report, isReportPending, isWatchedHere, before };
}

/** A message has a few hundred values at most; a person reads no more. */
const VALUES_MAX = 2_000;
const TEXT_MAX = 40_000;
/** Keys with visible text; others have IDs, colours and image URLs. */
const TEXT_KEYS: ReadonlySet<string> = new Set([
  'text',
  'fallback',
  'title',
  'pretext',
  'value',
  'footer',
  'url',
]);

/** Lines in the order of the message; `''` for anything else. */
export function messageText(message: unknown): string {
  const lines: string[] = [];
  // A queue instead of recursion: the message is not ours, and may be deep.
  const left: [key: string, value: unknown][] = [['', message]];
  for (let count = 0; left.length > 0 && count < VALUES_MAX; count += 1) {
    const [key, value] = left.shift() ?? ['', null];
    if (typeof value === 'string') {
      if (TEXT_KEYS.has(key)) lines.push(value);
    } else if (Array.isArray(value)) {
      left.push(...value.map((item): [string, unknown] => [key, item]));
    } else if (typeof value === 'object' && value !== null) {
      left.push(...Object.entries(value));
    }
  }
  // `text` and `blocks` often say the same: each line counts once.
  return scrubSecrets([...new Set(lines)].join('\n').slice(0, TEXT_MAX));
}
