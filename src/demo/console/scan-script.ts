/**
 * The course of a simulated scan, as a pure function of its script and the elapsed time. No state and no clock: whether
 * an end was reported already is up to simulated-scans.
 */

/** One scan of one image, or of one registry. */
export interface ScanScript {
  /** What discovery counts: repositories, or 1 for a single image. */
  readonly repositories: number;
  readonly images: number;
  readonly durationMs: number;
  /** Until then the Console shows nothing of it; default 0. */
  readonly queuedMs?: number;
  readonly ending?: Ending;
  /** The image could not be pulled: the progress completes normally, and only the result says so. */
  readonly pullError?: string;
  readonly findings?: Findings;
  /** Instead of `findings`: those of an image's first finished scan, its second, and so on; the last ones repeat. */
  readonly findingsByScan?: readonly Findings[];
}

/** `at`: fraction of the duration, between 0 and 1. */
export type Ending =
  | { readonly kind: 'completes' }
  /** From then on the status of all registries lists the complaint among its errors. */
  | { readonly kind: 'sticks'; readonly at: number; readonly complaint?: string }
  | { readonly kind: 'fails'; readonly at: number; readonly error: string }
  /** Counts return to zero and the scan runs once more from its start, then to its end. */
  | { readonly kind: 'restarts'; readonly at: number };

export interface Findings {
  readonly critical: number;
  readonly high: number;
  readonly medium: number;
  readonly low: number;
  /** Issues of all severities; default 0. */
  readonly compliance?: number;
}

/** What a requested scan of an image does; one out of scope is accepted and never seen. */
export type ImageScript = ScanScript | 'out-of-scope';

export interface RegistryScript extends ScanScript {
  readonly host: string;
  readonly defenders: number;
  /** Images that have results once the registry's scan completed. */
  readonly worst?: readonly ScannedImage[];
}

export interface ScannedImage {
  readonly repository: string;
  readonly tag: string;
  readonly findings: Findings;
}

export interface RegularScript {
  readonly registries: readonly RegistryScript[];
  /** Hosts that are configured, but scanned only on demand; `''` is Docker Hub. */
  readonly onDemandOnly?: readonly string[];
  /** Whether a finished registry stays in the response or leaves it while others go on; default `stay`. */
  readonly finished?: 'stay' | 'leave';
}

export interface ScriptProgress {
  readonly discovered: number;
  readonly repositories: number;
  readonly scanned: number;
  /** Grows during discovery. */
  readonly images: number;
  /** `''` if none. */
  readonly error: string;
  readonly isOngoing: boolean;
}

/** Fraction at which discovery ends; images are scanned from shortly after the start: the steps overlap. */
const DISCOVERY_PART = 0.25;
const SCANNING_FROM = 0.1;

/** null while the scan is queued. */
export function progressAt(script: ScanScript, elapsedMs: number): ScriptProgress | null {
  const running = elapsedMs - (script.queuedMs ?? 0);
  if (running < 0) return null;
  const part = script.durationMs === 0 ? 1 : running / script.durationMs;
  const ending = script.ending ?? { kind: 'completes' };
  switch (ending.kind) {
    case 'completes':
      return countsAt(script, part);
    case 'sticks':
      return countsAt(script, Math.min(part, ending.at));
    case 'fails':
      return part < ending.at
        ? countsAt(script, part)
        : { ...countsAt(script, ending.at), error: ending.error, isOngoing: false };
    case 'restarts':
      return countsAt(script, part < ending.at ? part : part - ending.at);
  }
}

/** Time from start to end, null for a scan that never ends. */
export function endsAfterMs(script: ScanScript): number | null {
  const queued = script.queuedMs ?? 0;
  const ending = script.ending ?? { kind: 'completes' };
  switch (ending.kind) {
    case 'completes':
      return queued + script.durationMs;
    case 'sticks':
      return null;
    case 'fails':
      return queued + script.durationMs * ending.at;
    case 'restarts':
      return queued + script.durationMs * (1 + ending.at);
  }
}

/** What the status says of a stuck scan; empty before it is stuck. */
export function complaintsAt(script: ScanScript, elapsedMs: number): readonly string[] {
  const { ending, durationMs, queuedMs = 0 } = script;
  if (ending?.kind !== 'sticks' || ending.complaint === undefined) return [];
  return elapsedMs < queuedMs + durationMs * ending.at ? [] : [ending.complaint];
}

/** `scan` counts the finished scans of an image from 1; null without findings in the script. */
export function findingsOf({ findings, findingsByScan = [] }: ScanScript, scan: number): Findings | null {
  return findingsByScan[scan - 1] ?? findingsByScan.at(-1) ?? findings ?? null;
}

function countsAt(script: ScanScript, part: number): ScriptProgress {
  const discovered = portion(script.repositories, part / DISCOVERY_PART);
  // A repository's images are known as soon as its tags are.
  const images =
    script.repositories === 0 ? 0 : Math.round((script.images * discovered) / script.repositories);
  const scanned = portion(script.images, (part - SCANNING_FROM) / (1 - SCANNING_FROM));
  return {
    discovered,
    repositories: script.repositories,
    scanned: Math.min(scanned, images),
    images,
    error: '',
    isOngoing: part < 1,
  };
}

/**
 * Rounds down: `7/7` must not show before the scan is over. The addend makes up for binary fractions: 100 * 0.29
 * is 28.999….
 */
function portion(total: number, part: number): number {
  return Math.floor(total * Math.min(Math.max(part, 0), 1) + 1e-9);
}
