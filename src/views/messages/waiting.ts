/** Text of a live message while no scan is seen: what is known of the cause. */

import type { EndedScan } from '../../scan/results/report.ts';
import { isLikelyOutOfScope } from '../../scan/state/fingerprint.ts';
import type { Requesters } from '../../scan/control.ts';
import type { DeliveryContent } from '../../scan/delivery.ts';
import type { Target } from '../../scan/target.ts';
import { absenceLines } from '../parts/progress.ts';
import { MAYBE_OUTSIDE, OUTSIDE } from '../parts/cause.ts';
import { endedScanLine } from '../parts/result.ts';

/** A person who watches first and then starts the scan needs no hint, unless nothing shows up for a while. mrkdwn. */
export function waitingLines({ target, content, requests, before = null }: Waiting): string[] {
  const { snapshot, end } = content;
  if (snapshot.scope === 'outside') return OUTSIDE;
  const isLong = end !== null || isLikelyOutOfScope(snapshot);
  const requested = requestedLine(requests);
  if (requested !== null)
    return isLong ? [requested, ...maybeOutside('If this goes on, perhaps', target, content)] : [requested];
  if (end !== null) return absenceLines(target, snapshot);
  const last = before === null ? [] : [`${endedScanLine(before)}. I’m waiting for the next one.`];
  if (isLong) return [...last, ...notStartedLines(target, content)];
  if (before !== null) return last;
  return [snapshot.answeredAt === null ? 'I’m asking the Console.' : 'The Console reports no scan yet.'];
}

function notStartedLines(target: Target, content: DeliveryContent): string[] {
  if (target.kind === 'regular') return absenceLines(target, content.snapshot);
  if (content.snapshot.scope === 'inside')
    return ['Nobody has started it yet. The image’s registry is configured in the Console.'];
  return maybeOutside('Nobody has started it, or', target, content);
}

interface Waiting {
  readonly target: Target;
  readonly content: DeliveryContent;
  readonly requests: Requesters;
  readonly before?: EndedScan | null;
}

/** null without a start from Slack. */
function requestedLine({ startedBy, requestedBy }: Requesters): string | null {
  if (startedBy !== null) return 'The Console accepted the start, and reports no scan yet.';
  if (requestedBy === null) return null;
  return requestedBy.isAmbiguous
    ? 'The Console did not say whether it started the scan, and reports none yet.'
    : 'I’m asking the Console to start it.';
}

function maybeOutside(beginning: string, target: Target, { snapshot }: DeliveryContent): string[] {
  const isKnown = target.kind === 'regular' || snapshot.scope !== undefined;
  return isKnown ? [] : [`${beginning} ${MAYBE_OUTSIDE}`];
}
