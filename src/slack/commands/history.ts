/** `history [IMAGE]`: the last scans of a target that the bot has seen. */

import type { NamedTarget } from '../../scan/command.ts';
import type { Target } from '../../scan/target.ts';
import { pastScans, type StoredScan } from '../../store/scans/scans.ts';
import { findTarget } from '../../store/targets.ts';
import type { Message } from '../../views/kit/blocks.ts';
import { asOfLastResponse } from '../../views/parts/state.ts';
import { historyView } from '../../views/replies/history.ts';
import type { CommandContext, Request } from '../context.ts';

const SCANS_MAX = 10;

export async function showHistory({ bot, invocation }: Request, named: NamedTarget): Promise<Message> {
  const { target, isTagAssumed } = named;
  const scans = (await pastScans(bot.database, target, SCANS_MAX)).map(await asOfLastPoll(bot, target));
  // Who started a scan is only for members of that conversation; a public reply names no one.
  const starts = invocation.isEphemeral ? scans.flatMap(startOf) : [];
  const shown = await bot.access.visible(invocation.userId, starts);
  const open = new Set(shown.map(({ number }) => number));
  return historyView({
    target,
    scans: scans.map((scan) => (open.has(scan.number) ? scan : { ...scan, requestedBy: null })),
    consoleUrl: bot.consoleLink(target),
    isTagAssumed,
    isEphemeral: invocation.isEphemeral,
    now: bot.now(),
  });
}

/** No scan goes on once a later one has begun, or the Console has said that nothing runs. */
async function asOfLastPoll(
  { database }: CommandContext,
  target: Target,
): Promise<(scan: StoredScan) => StoredScan> {
  const snapshot = (await findTarget(database, target))?.state.snapshot;
  if (snapshot === undefined) return (scan) => scan;
  const isGone = asOfLastResponse(snapshot).state === 'not running';
  return (scan) =>
    scan.endedAt === null && (scan.number < snapshot.scan || (scan.number === snapshot.scan && isGone))
      ? { ...scan, state: 'not running' }
      : scan;
}

/** Scans that no person started from Slack have no owner. */
function startOf({ number, requestedIn, requestedBy }: StoredScan) {
  return requestedIn === null ? [] : [{ number, channel: requestedIn, createdBy: requestedBy }];
}
