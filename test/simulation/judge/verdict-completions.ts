/** What must hold of completions once all is quiet: one for each end, of that end, and no later than it has to be. */

import type { TrueEnd } from '../outside/console.ts';
import { SAME_INSTANT_MS, type WatchRecord } from './ledger.ts';
import { lineMessages } from '../lines.ts';
import type { Message, Shown } from '../outside/messages.ts';
import { hasBrokenDatabase, hasFreeze, isConsoleAloneFaulty, isFaultless } from '../actors/scenario.ts';
import type { Teller } from './verdict-live.ts';
import { judgeQuiet, mayBeQuiet } from './verdict-quiet.ts';
import type { World } from '../world.ts';

/** An observation that cannot be saved is retried for this time. */
const RECORDED_WITHIN_MS = 15_000;
/** Without faults an end is posted within this time after its result shows, with its report, whichever client consumed it. */
const NOTIFIED_WITHIN_MS = 60_000;
/** Interval of retries for a report. */
const AGAIN_MS = 10_000;
/** One message per second and channel, a poll every half second, and the call. */
const QUEUE_MS = 12_000;
/** Same, with few messages. */
const SHORT_QUEUE_MS = 5_000;

export function judgeCompletions(world: World, watch: WatchRecord, completions: readonly Message[]): void {
  judgeCount(world, watch, { completions, mayBeQuiet: mayBeQuiet(world, watch) });
  const shown = completions[0]?.shown[0];
  if (shown === undefined) return;
  judgeTruth(world, watch, shown);
  judgeWaiting(world, watch, shown);
  judgeHeld(world, watch, shown);
  judgeQuiet(world, watch, shown);
  judgeReport(world, watch, shown);
}

interface Notified {
  readonly completions: readonly Message[];
  /** Its channel may want to hear nothing of it. */
  readonly mayBeQuiet: boolean;
}

export function judgeCount(world: World, watch: Teller, { completions, mayBeQuiet: isFree }: Notified): void {
  const { judge, slack, scenario, names } = world;
  const name = names.of(watch.id);
  const isOwed = watch.state === 'scan-ended' && !isFree && !slack.wasArchived(watch.channel, watch.bornAt);
  const least = isOwed ? 1 : 0;
  const most = watch.state === 'scan-ended' ? 1 : 0;
  if (completions.length < least) judge.accuse('I1', `${name} ended and has no completion`);
  // Without the history there is no means but to post again.
  if (completions.length > most && !(scenario.isHistoryHidden && most > 0)) {
    judge.accuse('I1', `${name} has ${String(completions.length)} completions (it is ${watch.state})`);
  }
}

export function judgeTruth(world: World, watch: WatchRecord, shown: Shown): void {
  const { judge, names } = world;
  const name = names.of(watch.id);
  if (shown.content.end !== 'scan-ended')
    judge.accuse('I1', `${name} has a completion that says ${String(shown.content.end)}`);
  if (!world.console.ends.some((end) => end.at <= shown.at && isNews(world, end, watch)))
    judge.accuse('I1', `${name} was told of an end that never was`);
}

/**
 * It happened, was reported or was shown while the watch was active, or while another one was that waited for it: all
 * are notified together. A watch made in the same instant may be notified or not.
 */
function isNews(world: World, end: TrueEnd, watch: WatchRecord): boolean {
  const { judge, isClockSet, scenario } = world;
  if (end.target !== watch.target) return false;
  // The program knows a watch's age by that clock only; and a frozen process records requests late.
  if (isClockSet || hasFreeze(scenario)) return true;
  const handedUntil = end.handedAt === null ? -Infinity : end.handedAt + RECORDED_WITHIN_MS;
  const newUntil = Math.max(end.at + SAME_INSTANT_MS, end.shownAt, handedUntil);
  const isBeside = ({ target, bornAt, endedAt }: WatchRecord): boolean =>
    target === watch.target && bornAt <= watch.bornAt && (endedAt === null || endedAt >= watch.bornAt);
  const beside = [...judge.ledger.watches.values()].filter(isBeside);
  const isAwaitedBy = (other: WatchRecord): boolean =>
    newUntil >= other.bornAt || (other.bornAt < watch.bornAt && isNews(world, end, other));
  return watch.isBornIntoScan || beside.some(isAwaitedBy);
}

export function judgeWaiting(
  { judge, scenario, names }: World,
  watch: WatchRecord,
  { at }: { readonly at: number },
): void {
  const name = names.of(watch.id);
  // An end before the previous one was seen is posted with it.
  const last = watch.owed.findLast((end) => end.at <= at);
  const waitedMs = at - (last?.at ?? Infinity);
  const { reportWaitMs, resultsLateMs } = scenario;
  if (isFaultless(scenario) && waitedMs > NOTIFIED_WITHIN_MS + reportWaitMs + resultsLateMs)
    judge.accuse('I7', `${name} was told ${String(waitedMs)} ms late, without any fault`);
}

/** Who waits for the report waits no longer than that, whatever the Console does. */
export function judgeHeld(
  { judge, scenario, names }: World,
  { id, endedAt }: Pick<WatchRecord, 'id' | 'endedAt'>,
  { at }: Shown,
): void {
  const name = names.of(id);
  const { reportWaitMs, resultsLateMs } = scenario;
  const heldMs = at - (endedAt ?? Infinity);
  if (isConsoleAloneFaulty(scenario) && heldMs > reportWaitMs + QUEUE_MS)
    judge.accuse('I7', `the completion of ${name} was held back for ${String(heldMs)} ms`);
  const isQuiet = isFaultless(scenario) && scenario.targets <= 3;
  if (isQuiet && heldMs > Math.min(reportWaitMs, resultsLateMs + AGAIN_MS) + SHORT_QUEUE_MS)
    judge.accuse('I7', `the completion of ${name} waited ${String(heldMs)} ms although its report was there`);
}

/** Findings tell which end they belong to: it is that of this scan, and what was found before is of one before. */
export function judgeReport(world: World, watch: WatchRecord, shown: Shown): void {
  const { judge, scenario, names, console } = world;
  const name = names.of(watch.id);
  const { report, content } = shown;
  const { state } = content.snapshot;
  // A scan that ended just before the watch may be notified, and its result taken for an older one.
  const isScanOwed = watch.owed.length > 0 && watch.target !== 'regular';
  const isOwed = isScanOwed && state === 'completed' && scenario.reportWaitMs > 0;
  if (report === null && isOwed && isFaultless(scenario) && scenario.targets <= 3)
    judge.accuse('I1', `the completion of ${name} tells no findings, without any fault`);
  if (report?.kind !== 'image' || report.findings === null) return;
  const end = console.ends.find(({ number }) => number === report.findings?.low);
  const isOfScan =
    end !== undefined &&
    end.at <= shown.at &&
    isNews(world, end, watch) &&
    end.at > (watch.notifiedBefore ?? 0);
  if (!isOfScan) judge.accuse('I3', `the completion of ${name} tells the findings of another scan`);
  if (report.before !== null && report.before.low >= report.findings.low)
    judge.accuse('I3', `the completion of ${name} compares with what was found later`);
}

export function judgeSubscriptions(world: World): void {
  for (const { id, state, channel, target } of world.judge.ledger.subscriptions.values()) {
    const name = `the subscription of ${channel} to ${target}`;
    if (state === 'resting' && !world.slack.isArchived(channel))
      world.judge.accuse('I15', `${name} rests although its channel takes messages`);
    judgeNotified(world, { id, name });
  }
  for (const watch of world.judge.ledger.watches.values()) judgeSilence(world, watch);
}

/** Successive watches of a subscription are notified of different ends. */
function judgeNotified(world: World, { id, name }: { id: string; name: string }): void {
  const { judge, console } = world;
  const watches = [...judge.ledger.watches.values()].filter(({ subscription }) => subscription === id);
  const [first] = watches;
  if (first === undefined) return;
  const ends = console.ends.filter((end) => isNews(world, end, first));
  const over = watches.filter(({ state }) => state === 'scan-ended').map(({ endedAt }) => endedAt ?? 0);
  for (const [index, endedAt] of over.sort((a, b) => a - b).entries()) {
    const happened = ends.filter(({ at }) => at <= endedAt).length;
    if (happened <= index)
      judge.accuse('I1', `${name} was told of ${String(index + 1)} ends after ${String(happened)}`);
  }
}

/** What waits in silence shows nothing, and shows itself only where that is wanted. */
function judgeSilence(world: World, watch: WatchRecord): void {
  const { judge, slack, names, scenario } = world;
  const { id, isShown, isAskedFor, shownAt, unwantedSince } = watch;
  const own = slack.messages.filter(({ messageId }) => messageId === id);
  if (!isShown && own.some(({ kind }) => kind !== 'completion' && kind !== 'stopped-by'))
    judge.accuse('I12', `${names.of(id)} waits in silence and is heard`);
  const stopped = stoppedScan(world, watch);
  // That somebody stopped this one too is no progress of the scan.
  const progress = own.filter(({ kind }) => kind !== 'stopped-by');
  const messages = [...progress, ...lineMessages(world, watch)];
  if (stopped > 0 && !isAskedFor && messages.some(({ shown }) => isUpTo(stopped, shown)))
    judge.accuse('I12', `${names.of(id)} goes on with the scan that somebody stopped watching`);
  if (shownAt === null || unwantedSince === null || isAskedFor) return;
  // What was planned before may be written down later.
  const mayBeLate = hasBrokenDatabase(scenario) || hasFreeze(scenario);
  if (shownAt - unwantedSince > RECORDED_WITHIN_MS && !mayBeLate)
    judge.accuse('I12', `${names.of(id)} shows itself where only ends are wanted`);
}

/** The scan that the watch before it showed when somebody stopped that; 0 for none. */
function stoppedScan(world: World, { subscription, bornAt }: WatchRecord): number {
  const { judge, slack } = world;
  if (subscription === null) return 0;
  const before = [...judge.ledger.watches.values()].filter(
    (one) => one.subscription === subscription && one.state === 'stopped' && one.endedAt === bornAt,
  );
  const own = slack.messages.filter(({ messageId }) => before.some(({ id }) => id === messageId));
  const shown = [...own, ...before.flatMap((one) => lineMessages(world, one))];
  return Math.max(0, ...shown.flatMap((one) => one.shown.map(({ content }) => content.snapshot.scan)));
}

function isUpTo(scan: number, shown: readonly Shown[]): boolean {
  return shown.some(({ content: { snapshot } }) => snapshot.scan > 0 && snapshot.scan <= scan);
}
