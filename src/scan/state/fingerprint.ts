/**
 * What a person can see of a snapshot. Snapshots with equal fingerprints render equal messages except for times, so the
 * second is worth no edit: Slack allows 50 per minute for all messages together.
 */

import type { RegistryProgress, Snapshot, StepProgress } from '../snapshot.ts';

export function fingerprint(snapshot: Snapshot): string {
  return JSON.stringify([
    snapshot.state,
    snapshot.scan,
    snapshot.restarts,
    snapshot.evidence,
    snapshot.failure?.cause,
    hint(snapshot),
    snapshot.remainingMs,
    snapshot.registries.map(visible),
    ...(snapshot.scope === undefined ? [] : [snapshot.scope]),
  ]);
}

/** Eight consecutive empty responses are where other clients suspect that an image is out of scope. */
export const EMPTY_RESPONSES_OUT_OF_SCOPE = 8;
/** Eight responses at their interval of five seconds. Slower clients need fewer. */
const EMPTY_FOR_MS = 40_000;

/** Consecutive empty responses with a known scan that mean: another client consumed its end. */
export const EMPTY_RESPONSES_MISSED = 2;

/** The Console has shown no scan for a while; one empty response alone may be a hiccup. */
export function isLikelyOutOfScope({
  emptyAnswers,
  emptySince = null,
  answeredAt,
}: Pick<Snapshot, 'emptyAnswers' | 'emptySince' | 'answeredAt'>): boolean {
  if (emptyAnswers >= EMPTY_RESPONSES_OUT_OF_SCOPE) return true;
  if (emptyAnswers < 2 || emptySince === null || answeredAt === null) return false;
  return answeredAt - emptySince >= EMPTY_FOR_MS;
}

function hint(snapshot: Snapshot): boolean {
  const isUnderWay = snapshot.scan > 0 && snapshot.endedAt === null;
  return isUnderWay ? snapshot.emptyAnswers >= EMPTY_RESPONSES_MISSED : isLikelyOutOfScope(snapshot);
}

function visible({ host, discovery, images, isOngoing }: RegistryProgress) {
  return [host, counts(discovery), counts(images), isOngoing];
}

function counts({ scanned, total, error }: StepProgress): string {
  return `${String(scanned)}/${String(total)} ${error}`;
}
