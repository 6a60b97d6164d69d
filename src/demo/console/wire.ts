/**
 * The Console's JSON: elements of the progress response, spelled as in the vendor's samples. As there, kinds and ids
 * are empty even where the schema has an enumeration, `discovery` is false inside `discovery`, and the start time is
 * Go's zero time.
 */

import type { ImageReference } from '../../image/reference.ts';
import type { RegistryScript, ScriptProgress } from './scan-script.ts';

export interface WireElement {
  readonly discovery: WireStep;
  readonly imageScan: WireStep;
  readonly isScanOngoing: boolean;
  readonly specScanStartTime: string;
}

interface WireStep {
  readonly id: string;
  readonly type: string;
  readonly discovery: boolean;
  readonly total: number;
  readonly scanned: number;
  readonly title: string;
  readonly error?: string;
}

interface Titles {
  readonly discovery: string;
  readonly images: string;
}

const NO_START_TIME = '0001-01-01T00:00:00Z';

/** An on-demand scan keeps its titles to the end. */
export function imageElement(reference: ImageReference, progress: ScriptProgress): WireElement {
  const what = reference.tag === '' ? `digest: ${reference.digest}` : `tag: ${reference.tag}`;
  return element(progress, {
    discovery: `Step 1/2 discovering tags in repository: ${reference.repository}, ${what}`,
    images: `Step 2/2 scanning images in repository: ${reference.repository}, ${what}`,
  });
}

/** A finished registry loses its titles, which alone name its host. */
export function registryElement(script: RegistryScript, progress: ScriptProgress): WireElement {
  if (!progress.isOngoing) return element(progress, { discovery: '', images: '' });
  const { discovered, repositories, scanned, images } = progress;
  // The plural of the first and the singular of the second are the vendor's.
  const defenders = script.defenders === 1 ? '1 Defender' : `${script.defenders} Defenders`;
  return element(progress, {
    discovery:
      `Step 1/2 discovering tags in registry ${script.host}: ` +
      `Discovered tags in ${discovered}/${repositories} repositories with ${script.defenders} Defenders`,
    images:
      `Step 2/2 scanning images in registry ${script.host}: ` +
      `Scanned ${scanned}/${images} images with ${defenders}`,
  });
}

function element(progress: ScriptProgress, titles: Titles): WireElement {
  const imageScan = step(progress.scanned, progress.images, titles.images);
  return {
    discovery: step(progress.discovered, progress.repositories, titles.discovery),
    imageScan: progress.error === '' ? imageScan : { ...imageScan, error: progress.error },
    isScanOngoing: progress.isOngoing,
    specScanStartTime: NO_START_TIME,
  };
}

function step(scanned: number, total: number, title: string): WireStep {
  return { id: '', type: '', discovery: false, total, scanned, title };
}
