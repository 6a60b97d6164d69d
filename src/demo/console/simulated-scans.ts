/**
 * Scans of the simulated Console: which are ongoing, and which ends were consumed. The end of an on-demand scan is
 * reported once, to the first client; the end of the registry scan stays visible until the next one.
 */

import type { ImageReference } from '../../image/reference.ts';
import { complaintsAt, endsAfterMs, findingsOf, progressAt } from './scan-script.ts';
import type {
  Findings,
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
  readonly endedAt: number;
  /** `''` where it could be scanned. */
  readonly error: string;
  /** null for none. */
  readonly findings: Findings | null;
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
  /** Those that have started. */
  readonly registries: () => readonly RegistryState[];
  /** Of the latest registry scan; null before the first. */
  readonly regularScript: () => RegularScript | null;
  /** The Console's errors of stuck on-demand scans. */
  readonly complaints: () => readonly string[];
  /** The latest finished scan of each image, whether or not its end was consumed. */
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
  /** Speed factor of the scripts. */
  readonly speed: number;
}

export function createSimulatedScans(clock: Clock): SimulatedScans {
  /** By the literal reference. A second start replaces a scan, whose end is then never reported. */
  const unreported = new Map<string, ImageScan>();
  /** Results stay, whether or not an end was reported. */
  const everStarted: ImageScan[] = [];
  const past: RegularScan[] = [];
  let regular: RegularScan | null = null;

  return {
    startImage: (reference, script) => {
      if (script === 'out-of-scope') return;
      const scan = { reference, script, startedAt: clock.now() };
      unreported.set(keyOf(reference), scan);
      everStarted.push(scan);
    },
    readImage: (reference) => {
      const scan = unreported.get(keyOf(reference));
      const progress = scan && progressAt(scan.script, elapsedMs(clock, scan.startedAt));
      // Queued, reported already, or never started: the response is the same.
      if (!scan || !progress) return [];
      if (!progress.isOngoing) unreported.delete(keyOf(reference));
      return [imageElement(scan.reference, progress)];
    },
    finished: () => {
      const regulars = regular === null ? past : [...past, regular];
      const ofRegulars = regulars.flatMap((scan) => finishedOfRegular(clock, scan));
      return latestOfEach([...finishedOnDemand(clock, everStarted), ...ofRegulars]);
    },
    startRegular: (script) => {
      if (regular) past.push(regular);
      regular = { script, startedAt: clock.now(), stoppedAt: null };
    },
    stopRegular: () => {
      if (regular && isOngoing(clock, regular)) regular = { ...regular, stoppedAt: clock.now() };
    },
    readRegular: () => regularElements(clock, regular),
    isRegularOngoing: () => regular !== null && isOngoing(clock, regular),
    registries: () => (regular ? registriesOf(clock, regular) : []),
    regularScript: () => regular?.script ?? null,
    complaints: () =>
      [...unreported.values()].flatMap(({ script, startedAt }) =>
        complaintsAt(script, elapsedMs(clock, startedAt)),
      ),
  };
}

/** Exactly as the scan was started: other spellings do not match. */
function keyOf({ registry, repository, tag, digest }: ImageReference): string {
  return JSON.stringify([registry, repository, tag, digest]);
}

function elapsedMs(clock: Clock, since: number): number {
  return (clock.now() - since) * clock.speed;
}

function finishedOnDemand(clock: Clock, started: readonly ImageScan[]): FinishedScan[] {
  const counts = new Map<string, number>();
  return started.flatMap(({ reference, script, startedAt }) => {
    const endsAfter = endsAfterMs(script);
    if (endsAfter === null || elapsedMs(clock, startedAt) < endsAfter) return [];
    const count = (counts.get(keyOf(reference)) ?? 0) + 1;
    counts.set(keyOf(reference), count);
    const error = script.ending?.kind === 'fails' ? script.ending.error : (script.pullError ?? '');
    // A failed pull has no findings, which must not be read as a clean image.
    const findings = error === '' ? findingsOf(script, count) : null;
    return [{ reference, endedAt: startedAt + endsAfter / clock.speed, error, findings }];
  });
}

/** Only registries whose scan finished. */
function finishedOfRegular(clock: Clock, { script, startedAt, stoppedAt }: RegularScan): FinishedScan[] {
  const until = stoppedAt ?? clock.now();
  return script.registries.flatMap(({ host, worst = [], ...registry }) => {
    const endsAfter = registry.ending?.kind === 'fails' ? null : endsAfterMs(registry);
    if (endsAfter === null || (until - startedAt) * clock.speed < endsAfter) return [];
    const endedAt = startedAt + endsAfter / clock.speed;
    return worst.map(({ repository, tag, findings }) => {
      return { reference: { registry: host, repository, tag, digest: '' }, endedAt, error: '', findings };
    });
  });
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

/** A queued registry counts, though no response shows it yet. */
function isOngoing(clock: Clock, { script, startedAt, stoppedAt }: RegularScan): boolean {
  if (stoppedAt !== null) return false;
  const at = elapsedMs(clock, startedAt);
  return script.registries.some((registry) => progressAt(registry, at)?.isOngoing ?? true);
}

/** Once all are done, the longest one stays as the trace of the scan. */
function withoutThoseDone(registries: readonly RegistryState[]): readonly RegistryState[] {
  const ongoing = registries.filter(({ progress }) => progress.isOngoing);
  if (ongoing.length > 0) return ongoing;
  const byEnd = [...registries].sort(
    (a, b) => (endsAfterMs(a.script) ?? Infinity) - (endsAfterMs(b.script) ?? Infinity),
  );
  return byEnd.slice(-1);
}
