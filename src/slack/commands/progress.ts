/** `/scanprogress [IMAGE]`: progress of a scan. */

import { setTimeout as sleep } from 'node:timers/promises';
import type { NamedTarget } from '../../scan/command.ts';
import type { Snapshot } from '../../scan/snapshot.ts';
import { toWatchedSnapshot } from '../../scan/state/target-state.ts';
import { type Target, targetId } from '../../scan/target.ts';
import { isEndReportPending } from '../../store/reports.ts';
import { readReplyContext } from '../../store/scans/reply-context.ts';
import { latestEndedScan } from '../../store/scans/scans.ts';
import { watchesInChannel } from '../../store/watches.ts';
import { progressReply } from '../../views/replies/progress.ts';
import type { Message } from '../../views/kit/blocks.ts';
import type { RunningScan } from '../../views/parts/progress.ts';
import { asOfLastResponse, isAbsent, isEnded } from '../../views/parts/state.ts';
import { rateLimitedView, stillPollingView } from '../../views/replies/watch.ts';
import { isInside } from '../access/inside.ts';
import type { CommandContext, Request } from '../context.ts';
import { liveMessageUrl } from '../outgoing/permalinks.ts';
import { SNAPSHOT_LIMIT_MS, readSnapshot } from './snapshot.ts';

/** Polls the Console where no fresh snapshot is stored. Rejects only where the database does. */
export function showProgress(request: Request, named: NamedTarget, scanBefore = 0): Promise<Message> {
  return show(request, named, { isEphemeral: request.invocation.isEphemeral, sharedBy: null, scanBefore });
}

/** Same, visible to all, with the name of who shared it. */
export function showShared(request: Request, target: Target): Promise<Message> {
  const shared = { isEphemeral: false, sharedBy: request.invocation.userId, scanBefore: 0 };
  return show(request, { target, isTagAssumed: false }, shared);
}

interface Audience {
  readonly isEphemeral: boolean;
  readonly sharedBy: string | null;
  /** What a refreshed reply showed, 0 for none. */
  readonly scanBefore: number;
}

async function show(request: Request, named: NamedTarget, audience: Audience): Promise<Message> {
  const { bot } = request;
  const { target, isTagAssumed } = named;
  const { scanBefore, ...shownTo } = audience;
  const requestedAt = bot.now();
  const snapshot = await readSnapshot(bot, target);
  if (snapshot === null) return noResponseView(bot, target);
  if (!audience.isEphemeral && bot.now() - requestedAt < WAIT_MS)
    await waitForFindings(bot, target, snapshot.scan);
  const { messageTs, ...context } = await readContext(request, target, snapshot);
  const running = target.kind === 'regular' ? await runningHere(request) : [];
  return progressReply({
    target,
    snapshot,
    ...context,
    isTagAssumed,
    ...shownTo,
    runningHere: running,
    isNewer: scanBefore > 0 && snapshot.scan > scanBefore,
    liveMessageUrl: context.isWatchedHere
      ? liveMessageUrl(bot, { conversation: request.invocation.conversation, messageTs })
      : null,
    consoleUrl: bot.consoleLink(target),
    now: bot.now(),
  });
}

/** A reply for all is rarely refreshed: it waits for what an ended scan has found. */
const WAIT_MS = 5_000;
const WAIT_STEP_MS = 500;

/** No longer than until the process stops: then the reply says that they are not known yet. */
async function waitForFindings(
  { database, shutdown }: CommandContext,
  target: Target,
  scan: number,
): Promise<void> {
  for (let ms = 0; ms < WAIT_MS && !shutdown.aborted; ms += WAIT_STEP_MS) {
    if (!(await isEndReportPending(database, target, scan))) return;
    await sleep(WAIT_STEP_MS, undefined, { signal: shutdown }).catch(() => undefined);
  }
}

/** Only members see what the conversation watches. */
export async function readContext(request: Request, target: Target, snapshot: Snapshot | null) {
  const { bot, invocation } = request;
  const { conversation } = invocation;
  const scan = snapshot?.scan ?? 0;
  const { isWatched, ...context } = await readReplyContext(bot.database, {
    target,
    scan,
    conversation,
  });
  // "Is it vulnerable?" is known also while it is scanned again.
  const before =
    snapshot !== null && isEnded(snapshot.state) ? null : await latestEndedScan(bot.database, target);
  return { ...context, before, isWatchedHere: isWatched && (await isInside(request)) === 'yes' };
}

/** Scans of images that the conversation watches: "what is running?" may mean them. Only members see these. */
async function runningHere(request: Request): Promise<readonly RunningScan[]> {
  const { bot, invocation } = request;
  if ((await isInside(request)) !== 'yes') return [];
  const watches = await watchesInChannel(bot.database, invocation.conversation.channel);
  const scans = watches.map(({ target, snapshot }) => ({ target, snapshot: toWatchedSnapshot(snapshot) }));
  const running = scans.filter(
    ({ target, snapshot }) =>
      target.kind === 'image' && snapshot.scan > 0 && !isAbsent(asOfLastResponse(snapshot).state),
  );
  return [...new Map(running.map((scan) => [targetId(scan.target), scan])).values()];
}

/** Our rate limit or the Console: depends on whether the request was sent. */
function noResponseView({ pollWaitMs }: CommandContext, target: Target): Message {
  const againInMs = pollWaitMs();
  return againInMs > 0
    ? rateLimitedView({ target, againInMs })
    : stillPollingView({ target, waitedMs: SNAPSHOT_LIMIT_MS });
}
