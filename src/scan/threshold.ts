/**
 * Which ends a channel wants to be posted. All others are shown by an edit of the live message only, which notifies no
 * one. Unknown never counts as zero: an end with unknown findings is posted.
 */

import type { Severity } from './results/findings.ts';
import type { ImageReport, RegularReport, Report } from './results/report.ts';
import type { Snapshot } from './snapshot.ts';
import type { Target } from './target.ts';

/** What a channel can choose; stored. `new` is what the scan before did not find. */
export const THRESHOLDS = ['every-end', 'new', 'high', 'new-high', 'critical', 'new-critical'] as const;

export type Threshold = (typeof THRESHOLDS)[number];

/** What an end must have found to be posted; stored. `failures`: a part of it failed. */
export const NOTIFY_FROM = ['new', 'high', 'new-high', 'critical', 'new-critical', 'failures'] as const;

export type NotifyFrom = (typeof NOTIFY_FROM)[number];

/** What a channel has chosen. */
export interface NotificationRule {
  readonly threshold: Threshold;
  /** Ends of the registry scan are posted whatever they found: their findings are those of all images. */
  readonly areRegistryEndsPosted: boolean;
}

export const EVERY_END: NotificationRule = { threshold: 'every-end', areRegistryEndsPosted: true };

/** null for an end that is posted whatever its results: a failure, a stop, and an end that was not seen. */
export function notifyFrom(target: Target, ended: Snapshot, rule: NotificationRule): NotifyFrom | null {
  if (ended.state !== 'completed' || hasError(ended)) return null;
  if (target.kind === 'regular') return rule.areRegistryEndsPosted ? null : 'failures';
  return rule.threshold === 'every-end' ? null : rule.threshold;
}

function hasError({ discovery, images, registries }: Snapshot): boolean {
  const steps = [
    discovery,
    images,
    ...registries.flatMap((registry) => [registry.discovery, registry.images]),
  ];
  return steps.some(({ error }) => error.trim() !== '');
}

/** Whether an end is known to be below its channel's threshold; false if its findings are unknown. */
export function isBelow(from: NotifyFrom, report: Report | null): boolean {
  switch (report?.kind) {
    case undefined:
      return false;
    case 'regular':
      return from === 'failures' && isSound(report);
    case 'image':
      return from !== 'failures' && hasFoundLess(from, report);
  }
}

function isSound({ errors, failed }: RegularReport): boolean {
  return errors.length === 0 && failed.length === 0;
}

interface Wanted {
  readonly severities: readonly Severity[];
  readonly isNewOnly: boolean;
}

const WANTED: Readonly<Record<Exclude<NotifyFrom, 'failures'>, Wanted>> = {
  new: { severities: ['critical', 'high', 'medium', 'low'], isNewOnly: true },
  high: { severities: ['critical', 'high'], isNewOnly: false },
  'new-high': { severities: ['critical', 'high'], isNewOnly: true },
  critical: { severities: ['critical'], isNewOnly: false },
  'new-critical': { severities: ['critical'], isNewOnly: true },
};

function hasFoundLess(from: Exclude<NotifyFrom, 'failures'>, report: ImageReport): boolean {
  const { findings, before, error } = report;
  if (findings === null || error.trim() !== '') return false;
  const { severities, isNewOnly } = WANTED[from];
  // Compliance issues have no ids here: more of them than before are new, and as many are not.
  const hasNewIssues = from === 'new' && findings.compliance > (before?.compliance ?? 0);
  return (
    !hasNewIssues &&
    severities.every((severity) => findings[severity] === 0 || (isNewOnly && hasNoNew(report, severity)))
  );
}

/** As many as before may be others: only where each is known by its id, none of them is new. */
function hasNoNew({ difference }: ImageReport, severity: Severity): boolean {
  return difference?.added[severity] === 0;
}
