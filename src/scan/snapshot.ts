/**
 * What the Console says of a scan (an observation), and what is known at one instant (a snapshot). Plain values: stored
 * as JSON, compared, rendered, never changed.
 */

/** A step of a scan: discovering tags (in repositories), then scanning images. */
export interface StepProgress {
  readonly scanned: number;
  readonly total: number;
  /** The Console's title of the step, or `''`. From outside: escape before showing. */
  readonly title: string;
  /** The Console's error text, or `''`. From outside: escape before showing. */
  readonly error: string;
}

/** One element of the Console's response: progress in one registry, or of one image. */
export interface RegistryProgress {
  /** The name under which the Console knows it, if different from the requested one. */
  readonly foundAs?: string;
  /** The registry's host according to a title, or `''`. From outside. */
  readonly host: string;
  readonly discovery: StepProgress;
  readonly images: StepProgress;
  readonly isOngoing: boolean;
  /** Start of the scan according to the Console, epoch ms; null where unset (Go's zero time). */
  readonly startedAt: number | null;
}

/** Why the Console gave no progress. Each has its own sentence in views. */
export type FailureCause =
  | 'unreachable' // DNS, refused, reset, no route
  | 'tls' // certificate expired, self-signed, wrong host
  | 'timeout' // no complete response within the time limit
  | 'sign-in' // 401: wrong user, password or keys, or token refused again after renewal
  | 'forbidden' // 403: the role lacks the permission
  | 'not-found' // 404: this Console does not know the API version or the path prefix is wrong
  | 'bad-request' // 400
  | 'rate-limited' // 429
  | 'own-limit' // not sent: our own limit is used up
  | 'unavailable' // 5xx
  | 'garbled'; // not JSON, cut, wrong types, too large

export interface Failure {
  readonly cause: FailureCause;
  /** What was requested and what came back, short, without secrets. From outside: escape before showing. */
  readonly detail: string;
  /** The Console's Retry-After, ms; null for none. */
  readonly retryAfterMs: number | null;
}

/** The Console’s own limit is over within 30 s, and no pause of ours is longer than a minute. */
const SHORT_PAUSE_MS = 60_000;

/** So long that the last known state is old before the pause ends. */
export function isLongPause({ retryAfterMs }: Failure): boolean {
  return (retryAfterMs ?? 0) > SHORT_PAUSE_MS;
}

export interface ConsoleHealth {
  /** null without a recent request. */
  readonly isReachable: boolean | null;
  /** Time of the last response, epoch ms. */
  readonly answeredAt: number | null;
  readonly failure: Failure | null;
}

/** Our clock and the Console's at one instant, epoch ms; null where a response has no `Date` header. */
export interface Instant {
  readonly at: number;
  readonly consoleAt: number | null;
}

/**
 * One poll of a target's progress. `at`: our time of the complete response; `consoleAt`: the Console's time of the same
 * instant (null without a `Date` header); both epoch ms.
 */
export type Observation =
  | {
      readonly kind: 'progress';
      readonly at: number;
      readonly consoleAt: number | null;
      readonly registries: readonly RegistryProgress[];
    }
  /** `[]` or null: the Console knows no such scan now. */
  | { readonly kind: 'absent'; readonly at: number; readonly consoleAt: number | null }
  | {
      readonly kind: 'failed';
      readonly at: number;
      readonly failure: Failure;
      /** Text of an unparsable response: it may contain an end, so it is stored. null without a response. */
      readonly unparsed: string | null;
    };

export type ScanState =
  | 'waiting' // watched, and no scan seen yet
  | 'discovering'
  | 'scanning'
  | 'completed'
  | 'failed'
  | 'stopped'
  | 'stalled' // ongoing, but no movement for STALL_AFTER
  | 'not running'
  | 'unknown'; // the Console is unreachable; the counts are the last known ones

/** How the end of a scan was detected. */
export type EndEvidence =
  | 'reported' // the Console reported it
  | 'results' // another client consumed the report; the results show the end
  | 'vanished'; // the Console stopped reporting the scan, and the results do not show how it ended

/** Whether a registry specification of the Console covers an image, as far as the role may see. */
export type Scope = 'inside' | 'outside' | 'unknown';

/** A guess, because the Console's pattern rules are undocumented. `specifications`: names of those checked. */
export interface ScopeObservation {
  readonly scope: Scope;
  readonly specifications: readonly string[];
}

export interface Snapshot {
  readonly state: ScanState;
  /** Sums over `registries`; `scanned` never exceeds `total`. */
  readonly discovery: StepProgress;
  readonly images: StepProgress;
  /** Empty without a scan. One element for an image, one per registry for the registry scan. */
  readonly registries: readonly RegistryProgress[];
  /** Number of the scan within its target, from 1; 0 for none. */
  readonly scan: number;
  /** When the scan was first seen, or its start according to the Console, epoch ms; null for none. */
  readonly startedAt: number | null;
  /** False where the scan was ongoing when first seen: it started before `startedAt`. */
  readonly isStartKnown: boolean;
  /** Time of the last progress, epoch ms. */
  readonly movedAt: number | null;
  /** Time of the end, epoch ms. */
  readonly endedAt: number | null;
  readonly evidence: EndEvidence | null;
  /** How often the Console restarted this scan. */
  readonly restarts: number;
  /**
   * Consecutive empty responses since the target is watched. Without a scan, enough of them mean that none was started
   * or that the image is out of scope; with one, its end was consumed by another client and its result is awaited.
   */
  readonly emptyAnswers: number;
  /** Time of the first of them, epoch ms; missing with a scan, and in rows of an earlier version. */
  readonly emptySince?: number | null;
  /** Of an image without a scan; missing if unknown. */
  readonly scope?: Exclude<Scope, 'unknown'>;
  /** Time of the Console's last response, epoch ms; null for none. */
  readonly answeredAt: number | null;
  /** Estimated remaining time, ms, 0 for under a minute; null or missing without an estimate. */
  readonly remainingMs?: number | null;
  /** Why the state is `unknown`; null otherwise. */
  readonly failure: Failure | null;
}

/** Time of the last progress before a stall, epoch ms; null where it does not stall. */
export function stalledSince({ state, movedAt }: Pick<Snapshot, 'state' | 'movedAt'>): number | null {
  return state === 'stalled' ? movedAt : null;
}

/** A poll of a target, recorded. */
export interface Observed {
  readonly snapshot: Snapshot;
  /** Why this poll failed; null where the Console responded. */
  readonly failure: Failure | null;
}
