/**
 * The scans of the simulated Console: which run, and what was already told. The end of an on-demand scan is told
 * once, to whoever asks first; the end of the regular scan stays visible until the next one.
 */

import type { ImageReference } from '../image/reference.ts';
import { endsAfterMs, progressAt } from './scan-script.ts';
import type {
  ImageScript,
  RegistryScript,
  RegularScript,
  ScanScript,
  ScriptProgress,
} from './scan-script.ts';
import { imageElement, registryElement } from './wire.ts';
import type { WireElement } from './wire.ts';

/** Times are epoch ms by the Console's clock. */
export interface FinishedScan {
  readonly reference: ImageReference;
  readonly script: ScanScript;
  readonly endedAt: number;
}

export interface RegistryState {
  readonly script: RegistryScript;
  /** null before the first scan. */
  readonly startedAt: number | null;
  readonly progress: ScriptProgress;
}

export interface SimulatedScans {
  readonly startImage: (reference: ImageReference, script: ImageScript) => void;
  readonly startRegular: (script: RegularScript) => void;
  readonly stopRegular: () => void;
  /** Reading consumes: after an element that is not ongoing comes `[]`. */
  readonly readImage: (reference: ImageReference) => readonly WireElement[];
  readonly readRegular: () => readonly WireElement[];
  readonly isRegularOngoing: () => boolean;
  readonly registries: () => readonly RegistryState[];
  /** The latest finished scan of each image, whether or not anybody was told of the end. */
  readonly finished: () => readonly FinishedScan[];
}

interface ImageScan {
  readonly reference: ImageReference;
  readonly script: ScanScript;
  readonly startedAt: number;
}

interface RegularScan {
  readonly script: RegularScript;
  readonly startedAt: number;
  readonly stoppedAt: number | null;
}

interface Clock {
  readonly now: () => number;
  /** How many times faster than their scripts scans run. */
  readonly speed: number;
}

export function createSimulatedScans(clock: Clock): SimulatedScans {
  const untold = new Map<string, ImageScan>();
  const everStarted: ImageScan[] = [];
  let regular: RegularScan | null = null;

  return {
    startImage: (reference, script) => {
      if (script === 'out-of-scope') return;
      const scan = { reference, script, startedAt: clock.now() };
      untold.set(keyOf(reference), scan);
      everStarted.push(scan);
    },
    readImage: (reference) => {
      const scan = untold.get(keyOf(reference));
      const progress = scan && progressAt(scan.script, elapsed(clock, scan.startedAt));
      if (!scan || !progress) return [];
      if (!progress.isOngoing) untold.delete(keyOf(reference));
      return [imageElement(scan.reference, progress)];
    },
    finished: () => latestOfEach(everStarted.flatMap((scan) => finishedScan(clock, scan))),
    startRegular: (script) => (regular = { script, startedAt: clock.now(), stoppedAt: null }),
    stopRegular: () => {
      if (regular && isOngoing(clock, regular)) regular = { ...regular, stoppedAt: clock.now() };
    },
    readRegular: () => regularElements(clock, regular),
    isRegularOngoing: () => regular !== null && isOngoing(clock, regular),
    registries: () => (regular ? registriesOf(clock, regular) : []),
  };
}

/** Literally what the scan was started with: no spelling is taken for another. */
function keyOf({ registry, repository, tag, digest }: ImageReference): string {
  return JSON.stringify([registry, repository, tag, digest]);
}

function elapsed(clock: Clock, since: number): number {
  return (clock.now() - since) * clock.speed;
}

function finishedScan(clock: Clock, { reference, script, startedAt }: ImageScan): FinishedScan[] {
  const endsAfter = endsAfterMs(script);
  if (endsAfter === null || elapsed(clock, startedAt) < endsAfter) return [];
  return [{ reference, script, endedAt: startedAt + endsAfter / clock.speed }];
}

function latestOfEach(scans: readonly FinishedScan[]): FinishedScan[] {
  const byImage = new Map<string, FinishedScan>();
  for (const scan of scans) {
    const known = byImage.get(keyOf(scan.reference));
    if (!known || known.endedAt <= scan.endedAt) byImage.set(keyOf(scan.reference), scan);
  }
  return [...byImage.values()];
}

function regularElements(clock: Clock, regular: RegularScan | null): WireElement[] {
  if (!regular) return [];
  const registries = registriesOf(clock, regular);
  const shown = regular.script.finished === 'leave' ? withoutThoseDone(registries) : registries;
  return shown.map(({ script, progress }) => registryElement(script, progress));
}

function registriesOf(clock: Clock, { script, startedAt, stoppedAt }: RegularScan): RegistryState[] {
  const at = ((stoppedAt ?? clock.now()) - startedAt) * clock.speed;
  return script.registries.flatMap((registry) => {
    const progress = progressAt(registry, at);
    if (!progress) return [];
    const isOngoing = progress.isOngoing && stoppedAt === null;
    return [{ script: registry, startedAt, progress: { ...progress, isOngoing } }];
  });
}

/** A registry that still waits for its turn counts, though no answer shows it yet. */
function isOngoing(clock: Clock, { script, startedAt, stoppedAt }: RegularScan): boolean {
  if (stoppedAt !== null) return false;
  const at = elapsed(clock, startedAt);
  return script.registries.some((registry) => progressAt(registry, at)?.isOngoing ?? true);
}

/** Once all are done, the one that took longest is left as the trace of the scan. */
function withoutThoseDone(registries: readonly RegistryState[]): readonly RegistryState[] {
  const ongoing = registries.filter(({ progress }) => progress.isOngoing);
  if (ongoing.length > 0) return ongoing;
  const byEnd = [...registries].sort(
    (a, b) => (endsAfterMs(a.script) ?? Infinity) - (endsAfterMs(b.script) ?? Infinity),
  );
  return byEnd.slice(-1);
}
