/** `watch [IMAGE…]`: a live message here until the scan ends; who watches twice in one place joins the first watch. */

import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../../errors.ts';
import type { NamedTarget } from '../../scan/command.ts';
import type { Snapshot } from '../../scan/snapshot.ts';
import { type Target, targetId } from '../../scan/target.ts';
import { NEW_TARGET, toWatchedSnapshot } from '../../scan/target-state.ts';
import { findTarget } from '../../store/targets.ts';
import { findWatch, startWatch } from '../../store/watches.ts';
import type { Message } from '../../views/blocks.ts';
import { alreadyWatchedView, brokenView, cannotPostView, watchingView } from '../../views/watching.ts';
import type { Bot, Finish, LiveOutcome, Request } from '../bot.ts';
import { liveMessageUrl } from '../links.ts';
import { freshSnapshot } from '../reading.ts';

/** The live message waits this long for the first reading: it is nicer to begin with counts than with "waiting". */
const LIVE_DELAY_MS = 1_500;
/** A person who sees nothing happen for longer is told that it will. */
const LIVE_PATIENCE_MS = 4_000;
/** Live messages follow each other by the second: the tick reads the rest in time, and leaves others their turn. */
const READ_AT_ONCE = 3;

/** A response_url takes five answers, of which two may be needed for what is new. */
const JOINED_MAX = 3;

interface Begun {
  readonly named: NamedTarget;
  readonly id: string;
  readonly isNew: boolean;
  readonly hasJoined: boolean;
  /** What is known of the target is as new as the tick makes it. */
  readonly isFresh: boolean;
  /** null for a watch that was there. */
  readonly live: Promise<LiveOutcome> | null;
}

export async function beginWatch(request: Request, targets: readonly NamedTarget[]): Promise<Finish> {
  const begun: Begun[] = [];
  for (const named of targets) begun.push(await begin(request, named));
  request.bot.wake();
  return () => finishWatch(request, begun);
}

async function begin({ bot, asker }: Request, named: NamedTarget): Promise<Begun> {
  const { target } = named;
  const { place, userId } = asker;
  const fresh = await freshSnapshot(bot, target);
  const snapshot = fresh ?? (await followedSnapshot(bot, target));
  const started = await startWatch(bot.database, {
    target,
    place,
    userId,
    now: bot.now(),
    content: { snapshot: toWatchedSnapshot(snapshot), end: null, stoppedBy: null },
    liveDelayMs: fresh === null ? LIVE_DELAY_MS : 0,
  });
  const { id, isNew } = started;
  bot.log.info({ watch: id, target: targetId(target), isNew, user: userId, ...place }, 'watch');
  return { named, ...started, isFresh: fresh !== null, live: isNew ? bot.liveOutcome(id) : null };
}

/** What was seen last of a target that nobody reads any more may be hours old: nothing is claimed from it. */
async function followedSnapshot({ database }: Bot, target: Target): Promise<Snapshot> {
  const stored = await findTarget(database, target);
  return stored === null || stored.nextReadingAt === null ? NEW_TARGET.snapshot : stored.state.snapshot;
}

async function* finishWatch(request: Request, begun: readonly Begun[]): AsyncGenerator<Message> {
  const fresh = begun.filter(({ isNew }) => isNew);
  const unread = fresh.filter(({ isFresh }) => !isFresh);
  for (const { named } of unread.slice(0, READ_AT_ONCE)) readAtOnce(request.bot, named.target);
  const isNews = ({ isNew, hasJoined }: Begun): boolean => !isNew && (hasJoined || !request.asker.isRepeated);
  for (const joined of begun.filter(isNews).slice(0, JOINED_MAX)) {
    yield await joinedMessage(request, joined);
  }
  const live = fresh[0]?.live ?? null;
  if (live === null) return;
  // They all go to the same conversation: what becomes of the first one becomes of all.
  const early = await Promise.race([live, sleep(LIVE_PATIENCE_MS, null, { ref: false })]);
  const isSelfEvident = early === 'posted' && !fresh.some(({ named }) => named.isTagAssumed);
  if ((early === null || early === 'posted') && !isSelfEvident) {
    yield watchingView({ targets: fresh.map(({ named }) => named), isPosted: early === 'posted' });
  }
  // A mention is done: its answer goes where the live message does, and would be refused like it.
  const outcome = early ?? (request.asker.isEphemeral ? await live : null);
  if (outcome === 'refused') yield cannotPostView();
  if (outcome === 'other') yield brokenView();
}

/** The tick would do it within seconds; a person who has just asked should not wait for it. */
function readAtOnce({ observe, log }: Bot, target: Target): void {
  observe(target).catch((error: unknown) =>
    log.warn({ error: messageOf(error) }, 'the first reading failed'),
  );
}

async function joinedMessage({ bot }: Request, { named, id, hasJoined }: Begun): Promise<Message> {
  const watch = await findWatch(bot.database, id);
  const url = watch === null ? null : liveMessageUrl(bot, watch);
  return alreadyWatchedView({ target: named.target, hasJoined, liveMessageUrl: url });
}
