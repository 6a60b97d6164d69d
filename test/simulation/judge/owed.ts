/**
 * Who watches when a scan ends is owed its end: where the program was following that scan, or where results tell of it.
 * Of a regular scan that nobody saw, nothing tells; and a clock that was set does not tell before from after. What
 * several ends between two readings come to is one message.
 */

import { parseTargetState } from '../../../src/scan/state/stored-state.ts';
import { scanOf } from '../../../src/scan/state/target-state.ts';
import type { TrueEnd } from '../outside/console.ts';
import type { World } from '../world.ts';

export async function noteOwed(
  { names, judge, isClockSet }: Pick<World, 'names' | 'judge' | 'isClockSet'>,
  end: TrueEnd,
): Promise<void> {
  const [row] = await names.database.query('select state from targets where id = $1', [end.target]);
  const seen = row === undefined ? null : scanOf(parseTargetState(String(row['state'])));
  const isShown = end.target !== 'regular' && !isClockSet;
  if (seen?.isFollowed !== true && !isShown) return;
  for (const watch of judge.ledger.watches.values()) {
    if (watch.target !== end.target || watch.state !== 'active' || end.at < watch.owedFrom) continue;
    // Its live message was stopped: the subscription goes on with the next scan.
    if (seen !== null && seen.number <= watch.afterScan) continue;
    watch.owed.push({ at: end.at, isShown });
  }
}
