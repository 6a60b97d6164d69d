/** The two steps of a scan, as counts and as bars. */

import type { Snapshot, Step } from '../scan/snapshot.ts';
import { isOver } from './state.ts';

const BAR_WIDTH = 10;

type Counts = Pick<Step, 'scanned' | 'total'>;

/** `7/12`; never more than the total. */
export function printStep(step: Counts): string {
  const { scanned, total } = toClaim(step);
  return `${scanned}/${total}`;
}

/** `tags 1/1 · images 7/12` */
export function printSteps({ discovery, images }: { discovery: Counts; images: Counts }): string {
  return `tags ${printStep(discovery)} · images ${printStep(images)}`;
}

/** The bars stand first, in code, so that both begin and end at the same edge in every client. mrkdwn. */
export function stepLines({ state, discovery, images }: Snapshot): string[] {
  // Images are found while tags are being discovered: until that is done, their total still grows.
  const isGrowing = !isOver(state) && !isDone(discovery) && images.total > 0;
  return [
    `\`${bar(discovery)}\` Step 1 · Discover tags *${printStep(discovery)}*`,
    `\`${bar(images)}\` Step 2 · Scan images *${printStep(images)}*${isGrowing ? ' so far' : ''}`,
  ];
}

/** Full only when all is done, and empty only when nothing is. */
export function bar(step: Counts): string {
  const { scanned, total } = toClaim(step);
  const filled = scanned === 0 ? 0 : Math.max(1, Math.floor((scanned / total) * BAR_WIDTH));
  return '█'.repeat(filled) + '░'.repeat(BAR_WIDTH - filled);
}

export function isDone(step: Counts): boolean {
  const { scanned, total } = toClaim(step);
  return total > 0 && scanned === total;
}

function toClaim({ scanned, total }: Counts): Counts {
  const most = toCount(total);
  return { scanned: Math.min(toCount(scanned), most), total: most };
}

function toCount(value: number): number {
  return value > 0 ? Math.min(Math.floor(value), Number.MAX_SAFE_INTEGER) : 0;
}
