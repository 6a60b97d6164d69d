/**
 * What a person can tell apart. Two snapshots with the same fingerprint draw the same message but for its times, so
 * the second one is worth no edit: Slack grants 50 a minute for all messages together.
 */

import type { RegistryProgress, Snapshot, Step } from './snapshot.ts';

export function fingerprint(snapshot: Snapshot): string {
  return JSON.stringify([
    snapshot.state,
    snapshot.scan,
    snapshot.restarts,
    snapshot.evidence,
    snapshot.failure?.cause ?? null,
    hint(snapshot.emptyAnswers),
    snapshot.registries.map(visible),
  ]);
}

/** Eight empty answers in a row are the point where clients in the field take an image to be out of scope. */
export const EMPTY_ANSWERS_OUT_OF_SCOPE = 8;

function hint(emptyAnswers: number): boolean {
  return emptyAnswers >= EMPTY_ANSWERS_OUT_OF_SCOPE;
}

function visible({ host, discovery, images, isOngoing }: RegistryProgress) {
  return [host, counts(discovery), counts(images), isOngoing];
}

function counts({ scanned, total, error }: Step): string {
  return `${String(scanned)}/${String(total)} ${error}`;
}
