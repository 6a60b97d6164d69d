/** What must hold of live messages: one at a time, which never goes backwards, and nothing after its final state. */

import type { WatchRecord } from './ledger.ts';
import type { Message, Shown } from '../outside/messages.ts';
import type { World } from '../world.ts';

/** A watch, or a board. */
export type Teller = Pick<WatchRecord, 'id' | 'state' | 'channel' | 'bornAt'>;

/** After a deleted one, or one that takes no more edits, another one may follow. */
export function judgeLiveMessages(world: World, { id, state }: Teller, live: readonly Message[]): void {
  const { judge, scenario, names } = world;
  const most = 1 + live.filter(({ isDeleted, isClosed }) => isDeleted || isClosed).length;
  if (live.length > most && !scenario.isHistoryHidden)
    judge.accuse('I4', `${names.of(id)} (${state}) has ${String(live.length)} live messages`);
}

/** Or the line of a board. */
export function judgeShown(world: World, watch: Teller, { shown, isDeleted, isClosed }: Message): void {
  const { judge, slack, scenario, names } = world;
  const name = names.of(watch.id);
  const isOutOfReach =
    isDeleted || isClosed || slack.wasArchived(watch.channel, watch.bornAt) || scenario.isHistoryHidden;
  if (watch.state !== 'active' && !isOutOfReach && shown.at(-1)?.content.end === null)
    judge.accuse('I2', `${name}’s live message does not show its final state`);
  const inTime = shown.filter(({ isLate }) => !isLate);
  const firstFinal = inTime.findIndex(({ content }) => content.end !== null);
  if (firstFinal >= 0 && inTime.slice(firstFinal).some(({ content }) => content.end === null))
    judge.accuse('I2', `${name} was updated after its final state`);
  for (const [index, now] of inTime.entries()) {
    const before = inTime[index - 1];
    if (before === undefined) continue;
    if (now.content.end === 'stopped' && now.content.snapshot.scan < before.content.snapshot.scan)
      judge.accuse('I3', `${name} was stopped and shows an earlier scan`);
    if (scansIn(before) !== scansIn(now)) continue;
    for (const step of ['discovery', 'images'] as const) {
      const [from, to] = [before, now].map(({ content }) => content.snapshot[step].scanned);
      if (Number(to) < Number(from))
        judge.accuse('I3', `${name} shows ${String(to)} of its ${step} after ${String(from)}`);
    }
  }
}

/** Of a board those of each line: where one image has a scan more and another one less, their sum is the same. */
function scansIn({ content, lines }: Shown): string {
  return [content, ...lines.map((line) => line.content)]
    .map(({ snapshot }) => `${String(snapshot.scan)}/${String(snapshot.restarts)}`)
    .join(' ');
}
