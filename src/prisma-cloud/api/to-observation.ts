/**
 * The Console's progress as our value. Counts are passed on as they are: `scanned` may exceed `total`. A title is
 * free text and the only carrier of the registry's host; a reader would expect the element to name it.
 */

import type { Observation, RegistryProgress, Step } from '../../scan/snapshot.ts';
import { cleanText } from '../http/sanitize.ts';
import type { WireProgress, WireStep } from '../http/schema.ts';

const TEXT_LENGTH = 300;
const HOST_LENGTH = 255;

/** The clocks when the answer was complete, epoch ms: ours, and the Console's where it shows it. */
interface AnsweredAt {
  readonly at: number;
  readonly consoleAt: number | null;
}

export function toObservation(answer: WireProgress, when: AnsweredAt): Observation {
  if (answer === null || answer.length === 0) return { kind: 'absent', ...when };
  return { kind: 'progress', ...when, registries: answer.map(toRegistryProgress) };
}

function toRegistryProgress(element: NonNullable<WireProgress>[number]): RegistryProgress {
  const discovery = toStep(element.discovery);
  const images = toStep(element.imageScan);
  return {
    host: parseHost(discovery.title) || parseHost(images.title),
    discovery,
    images,
    isOngoing: element.isScanOngoing,
    startedAt: parseTime(element.specScanStartTime),
  };
}

function toStep(step: WireStep | null | undefined): Step {
  return {
    scanned: step?.scanned ?? 0,
    total: step?.total ?? 0,
    title: cleanText(step?.title ?? '', TEXT_LENGTH),
    error: cleanText(step?.error ?? '', TEXT_LENGTH),
  };
}

/** `Step 1/2 discovering tags in registry HOST: Discovered …`; a host may carry a port. */
function parseHost(title: string): string {
  const host = /\bin registry (\S+):(?:\s|$)/.exec(title)?.[1] ?? '';
  return cleanText(host, HOST_LENGTH);
}

/** Epoch ms; Go's zero time, year 1, means "no value". */
export function parseTime(text: string | null | undefined): number | null {
  const at = Date.parse(text ?? '');
  return at > 0 ? at : null;
}
