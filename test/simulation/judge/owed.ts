/**
 * A watch at the end of a scan must be notified: where the program was polling that scan, or where results show it. A
 * registry scan that was not seen leaves no trace; and a clock that changed cannot order events. Several ends between
 * two polls are one message.
 */

import { parseTargetState } from '../../../src/scan/state/stored-state.ts';
import { scanOf } from '../../../src/scan/state/target-state.ts';
import type { TrueEnd } from '../outside/console.ts';
import type { World } from '../world.ts';
import { sql } from '../../../src/store/sql.ts';

export async function noteOwed(
  { names, judge, isClockSet }: Pick<World, 'names' | 'judge' | 'isClockSet'>,
  end: TrueEnd,
): Promise<void> {
  const [row] = await names.database.query(sql`select state from targets where id = ${end.target}`);
  const seen = row === undefined ? null : scanOf(parseTargetState(String(row['state'])));
  const isShown = end.target !== 'regular' && !isClockSet;
  if (seen?.isFollowed !== true && !isShown) return;
  for (const watch of judge.ledger.watches.values()) {
    if (watch.target !== end.target || watch.state !== 'active' || end.at < watch.owedFrom) continue;
    // Its live message was stopped: the subscription goes on with the next scan.
    if (seen !== null && seen.number <= watch.afterScanNumber) continue;
    watch.owed.push({ at: end.at, isShown });
  }
}
