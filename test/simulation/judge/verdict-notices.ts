/** Invariants of notices: a stall is posted once, then its end, and nothing of it after the scan's end. */

import type { WatchRecord } from './ledger.ts';
import type { Message, Shown } from '../outside/messages.ts';
import { targetId } from '../../../src/scan/target.ts';
import { targetOf } from '../actors/places.ts';
import { isConsoleAloneFaulty } from '../actors/scenario.ts';
import type { World } from '../world.ts';

/** One message per second and channel, a poll every half second, and the call. */
export const QUEUE_MS = 15_000;

export function judgeNotices(world: World, watch: WatchRecord, messages: readonly Message[]): void {
  const { judge, scenario, names } = world;
  const name = names.of(watch.id);
  const notices = messages.filter(({ kind }) => kind === 'notice').flatMap(({ shown }) => shown.slice(0, 1));
  // Without the history there is no means but to post again.
  if (!scenario.isHistoryHidden) {
    const [silent, others] = [notices.filter(isOfStart), notices.filter((one) => !isOfStart(one))];
    const keys = others.map(keyOf);
    const twice = keys.find((key, index) => keys.indexOf(key) !== index);
    if (twice !== undefined) judge.accuse('I1', `${name} is noticed twice: ${twice}`);
    // Each silent start is posted once.
    if (silent.length > countStarts(world, watch))
      judge.accuse('I1', `${name} is noticed of more starts than there were`);
    // What was to be posted below a message that is gone by then is not posted at all.
    if (!messages.some(({ isDeleted }) => isDeleted)) judgeOrder(world, watch, notices);
  }
  if (isConsoleAloneFaulty(scenario))
    for (const { shown } of messages) judgeStalls(world, { watch, shown, notices });
}

function isOfStart({ content }: Shown): boolean {
  return content.notice === 'not-begun';
}

function countStarts({ scenario }: World, { target }: WatchRecord): number {
  const isOfTarget = (index: number): boolean => targetId(targetOf(scenario, index)) === target;
  return scenario.people.filter((person) => person.kind === 'start' && isOfTarget(person.target)).length;
}

/** `moves` identifies the stall that ended only by its position after it. */
function keyOf({ content: { notice, snapshot } }: Shown): string {
  return `${String(notice)} of #${String(snapshot.scan)} since ${String(snapshot.movedAt)}`;
}

function judgeOrder({ judge, names }: World, { id }: WatchRecord, notices: readonly Shown[]): void {
  let before: string | undefined;
  for (const { content } of notices.filter((one) => !isOfStart(one))) {
    const { notice, snapshot } = content;
    const scan = `of scan ${String(snapshot.scan)}`;
    const after = before === `stalled ${scan}`;
    if (notice === 'moves' && !after)
      judge.accuse('I3', `${names.of(id)} moves again and was not said to stand still ${scan}`);
    if (notice === 'stalled' && after)
      judge.accuse('I3', `${names.of(id)} stands still again and was not said to move ${scan}`);
    before = `${String(notice)} ${scan}`;
  }
}

interface Seen {
  readonly watch: WatchRecord;
  /** What a message has shown. */
  readonly shown: readonly Shown[];
  readonly notices: readonly Shown[];
}

/** A live message that stayed stalled had a notice. */
function judgeStalls({ judge, names, scenario }: World, { watch, shown, notices }: Seen): void {
  for (const [index, { at, content }] of shown.entries()) {
    const { state, scan, movedAt } = content.snapshot;
    const [before, next] = [shown[index - 1]?.content.snapshot, shown[index + 1]];
    const hasCome = before?.scan === scan && before.state !== 'stalled' && before.state !== 'unknown';
    if (state !== 'stalled' || !hasCome || next === undefined || content.end !== null) continue;
    const isLong = next.at - at > scenario.reportWaitMs + QUEUE_MS;
    const shouldNotify = notices.some(
      (one) => one.content.notice === 'stalled' && one.content.snapshot.movedAt === movedAt,
    );
    if (isLong && !shouldNotify)
      judge.accuse('I1', `${names.of(watch.id)} was not told that its scan stands still`);
  }
}
