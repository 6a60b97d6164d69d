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
import { alreadyWatchedView, cannotPostView, watchingView } from '../../views/watching.ts';
import type { Bot, Finish, LiveOutcome, Request } from '../bot.ts';
import { liveMessageUrl } from '../links.ts';

/** The live message waits this long for the first reading: it is nicer to begin with counts than with "waiting". */
const LIVE_DELAY_MS = 1_500;
/** A person who sees nothing happen for longer is told that it will. */
const LIVE_PATIENCE_MS = 4_000;

interface Begun {
  readonly named: NamedTarget;
  readonly id: string;
  readonly isNew: boolean;
  readonly hasJoined: boolean;
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
  const content = { snapshot: await firstSnapshot(bot, target), end: null, stoppedBy: null };
  const started = await startWatch(bot.database, {
    target,
    place,
    userId,
    now: bot.now(),
    content,
    liveDelayMs: LIVE_DELAY_MS,
  });
  bot.log.info(
    { watch: started.id, target: targetId(target), isNew: started.isNew, user: userId, ...place },
    'watch',
  );
  return { named, ...started, live: started.isNew ? bot.liveOutcome(started.id) : null };
}

async function firstSnapshot(bot: Bot, target: Target): Promise<Snapshot> {
  const stored = await findTarget(bot.database, target);
  return toWatchedSnapshot((stored?.state ?? NEW_TARGET).snapshot);
}

async function* finishWatch(request: Request, begun: readonly Begun[]): AsyncGenerator<Message> {
  const fresh = begun.filter(({ isNew }) => isNew);
  for (const { named } of fresh) readAtOnce(request.bot, named.target);
  for (const joined of begun.filter(({ isNew }) => !isNew)) yield await joinedMessage(request, joined);
  const [first] = fresh;
  if (first === undefined || first.live === null) return;
  // They all go to the same conversation: what becomes of the first one becomes of all.
  const outcome = await Promise.race([first.live, sleep(LIVE_PATIENCE_MS, null, { ref: false })]);
  const hasSomethingToSay = outcome === null || fresh.some(({ named }) => named.isTagAssumed);
  if (outcome !== 'refused' && hasSomethingToSay)
    yield watchingView({ targets: fresh.map(({ named }) => named) });
  if ((outcome ?? (await first.live)) === 'refused') yield cannotPostView();
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
