/**
 * What a person can tell apart. Two snapshots with the same fingerprint draw the same message but for its times, so
 * the second one is worth no edit: Slack grants 50 a minute for all messages together.
 */

import type { RegistryProgress, Snapshot, StepProgress } from '../snapshot.ts';

export function fingerprint(snapshot: Snapshot): string {
  return JSON.stringify([
    snapshot.state,
    snapshot.scan,
    snapshot.restarts,
    snapshot.evidence,
    snapshot.failure?.cause ?? null,
    hint(snapshot),
    snapshot.remainingMs ?? null,
    snapshot.registries.map(visible),
    ...(snapshot.scope === undefined ? [] : [snapshot.scope]),
  ]);
}

/** Eight empty answers in a row are the point where clients in the field ask whether an image is out of scope. */
export const EMPTY_RESPONSES_OUT_OF_SCOPE = 8;
/** So long they take them, asking every five seconds. Who asks less often need not count to eight. */
const EMPTY_FOR_MS = 40_000;

/** So many in a row while a scan is known mean that its end was told to somebody else. */
export const EMPTY_RESPONSES_MISSED = 2;

/** The Console has known nothing of it for a while; one empty answer alone may be a hiccup. */
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
