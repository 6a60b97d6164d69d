/**
 * What a person can see of a snapshot. Snapshots with equal fingerprints render equal messages except for times, so the
 * second is worth no edit: Slack allows 50 per minute for all messages together.
 */

import type { RegistryProgress, Snapshot, StepProgress } from '../snapshot.ts';

/** Compare for equality only. Titles are left out: one that changes alone is worth no edit. */
export function fingerprint(snapshot: Snapshot): string {
  const visibleParts = JSON.stringify([
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
  return digest(visibleParts);
}

/** Earlier versions stored the visible parts themselves. */
export function shortFingerprint(stored: string): string {
  return stored.startsWith('[') ? digest(stored) : stored;
}

/** 64 bits, because every watch stores one. A collision would leave an edit out, until the next change. */
function digest(text: string): string {
  // The hash function cyrb53, with all of its 64 bits.
  let [high, low] = [0xdeadbeef, 0x41c6ce57];
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    high = Math.imul(high ^ code, 2_654_435_761);
    low = Math.imul(low ^ code, 1_597_334_677);
  }
  high = Math.imul(high ^ (high >>> 16), 2_246_822_507) ^ Math.imul(low ^ (low >>> 13), 3_266_489_909);
  low = Math.imul(low ^ (low >>> 16), 2_246_822_507) ^ Math.imul(high ^ (high >>> 13), 3_266_489_909);
  // Padded to the longest 32-bit number in base 36, so that two pairs never give one text.
  return `${(high >>> 0).toString(36)}${(low >>> 0).toString(36).padStart(7, '0')}`;
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
