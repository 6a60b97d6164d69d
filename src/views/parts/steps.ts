/** The two steps of a scan, as counts and as bars. */

import type { Snapshot, StepProgress } from '../../scan/snapshot.ts';

const BAR_WIDTH = 10;

type Counts = Pick<StepProgress, 'scanned' | 'total'>;

/** `7/12`; never more than the total. */
export function printStep(step: Counts): string {
  const { scanned, total } = toClaim(step);
  return `${scanned}/${total}`;
}

/** `tags 1/1 · images 7/12` */
export function printSteps({ discovery, images }: { discovery: Counts; images: Counts }): string {
  return `tags ${printStep(discovery)} · images ${printStep(images)}`;
}

/** Same for people: `tags 1/1 · images not known yet`. */
export function knownSteps({ discovery, images }: { discovery: Counts; images: Counts }): string {
  if (!isKnown(discovery) && !isKnown(images)) return 'counts not known yet';
  return `tags ${knownStep(discovery)} · images ${knownStep(images)}`;
}

/** For an ongoing scan. Counts come first, because a screen reader spells out a bar. mrkdwn. */
export function stepLines({ discovery, images }: Pick<Snapshot, 'discovery' | 'images'>): string[] {
  // Images are found during discovery: until it is done, their total grows.
  const isGrowing = !isStepComplete(discovery) && isKnown(images);
  return [
    `Tags *${knownStep(discovery)}*${barAfter(discovery)}`,
    `Images *${knownStep(images)}*${isGrowing ? ' so far' : ''}${barAfter(images)}`,
  ];
}

/** In a code span: there all bars are equally wide. */
export function barAfter(step: Counts): string {
  return isKnown(step) ? `  \`${bar(step)}\`` : '';
}

function knownStep(step: Counts): string {
  return isKnown(step) ? printStep(step) : 'not known yet';
}

function isKnown(step: Counts): boolean {
  return toClaim(step).total > 0;
}

/** Full only when all is done, and empty only when nothing is. */
export function bar(step: Counts): string {
  const { scanned, total } = toClaim(step);
  const filled = scanned === 0 ? 0 : Math.max(1, Math.floor((scanned / total) * BAR_WIDTH));
  return '█'.repeat(filled) + '░'.repeat(BAR_WIDTH - filled);
}

export function isStepComplete(step: Counts): boolean {
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
