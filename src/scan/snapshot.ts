/**
 * What the Console says about a scan (an observation) and what we make of it at one instant (a snapshot).
 * Both are plain values: they are stored as JSON, compared, rendered, and never changed.
 */

/** One of the two steps of a scan: discovering tags (in repositories), then scanning images. */
export interface StepProgress {
  readonly scanned: number;
  readonly total: number;
  /** The Console's own sentence about the step, `''` if it gave none. From outside: escape before showing. */
  readonly title: string;
  /** The Console's error text, `''` if none. From outside: escape before showing. */
  readonly error: string;
}

/** One element of the Console's answer: the progress in one registry, or of one image. */
export interface RegistryProgress {
  /** The name under which the Console knows it, where that is another one than was asked for. */
  readonly foundAs?: string;
  /** The registry's host as the title says it, `''` where no title tells. From outside. */
  readonly host: string;
  readonly discovery: StepProgress;
  readonly images: StepProgress;
  readonly isOngoing: boolean;
  /** Epoch ms at which the Console says this scan began; null where it says nothing (Go's zero time). */
  readonly startedAt: number | null;
}

/** Why the Console did not tell. Each has its own sentence in views. */
export type FailureCause =
  | 'unreachable' // DNS, refused, reset, no route
  | 'tls' // certificate expired, self-signed, wrong host
  | 'timeout' // no complete answer within the time limit
  | 'sign-in' // 401: wrong user, password or keys, or token refused again after renewal
  | 'forbidden' // 403: the role lacks the permission
  | 'not-found' // 404: this Console does not know the API version or the path prefix is wrong
  | 'bad-request' // 400
  | 'rate-limited' // 429
  | 'own-limit' // not asked: our own limit was used up
  | 'unavailable' // 5xx
  | 'garbled'; // not JSON, cut, wrong types, too large

export interface Failure {
  readonly cause: FailureCause;
  /** What was tried and what came back, short, without secrets. From outside: escape before showing. */
  readonly detail: string;
  /** How long the Console asked us to wait, null where it did not. */
  readonly retryAfterMs: number | null;
}

/**
 * One reading of a target's progress. `at` is our clock when the answer was complete, `consoleAt` the Console's at the
 * same instant (null where its answer shows none), both epoch ms.
 */
export type Observation =
  | {
      readonly kind: 'progress';
      readonly at: number;
      readonly consoleAt: number | null;
      readonly registries: readonly RegistryProgress[];
    }
  /** `[]` or null: the Console knows of no such scan now. */
  | { readonly kind: 'absent'; readonly at: number; readonly consoleAt: number | null }
  | {
      readonly kind: 'failed';
      readonly at: number;
      readonly failure: Failure;
      /** An answer that nobody could read, as text: it may have told of an end, and is kept. null where none came. */
      readonly unread: string | null;
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
  | 'unknown'; // the Console is out of reach; the counts are the last known ones

/** How we know that a scan ended. */
export type EndEvidence =
  | 'reported' // the Console said so
  | 'results' // somebody else was told; the Console's results show that it ended
  | 'vanished'; // the Console no longer reports a scan that it reported before, and nothing tells how it ended

/** Whether one of the Console's registry specifications covers an image, as far as the role may see them. */
export type Scope = 'inside' | 'outside' | 'unknown';

/** A guess, since nobody documents how the Console reads its patterns; `specifications`: the names of those looked at. */
export interface ScopeObservation {
  readonly scope: Scope;
  readonly specifications: readonly string[];
}

export interface Snapshot {
  readonly state: ScanState;
  /** Sums over `registries`; `scanned` never exceeds `total`. */
  readonly discovery: StepProgress;
  readonly images: StepProgress;
  /** Empty where no scan is known. One element for an image, one per registry for the regular scan. */
  readonly registries: readonly RegistryProgress[];
  /** Number of the scan within its target, counted from 1; 0 where none was seen. */
  readonly scan: number;
  /** When the scan was first seen (or when the Console says it began), epoch ms; null where none was seen. */
  readonly startedAt: number | null;
  /** False where the scan was under way when it was first seen: it takes longer than since `startedAt`. */
  readonly isStartKnown: boolean;
  /** When the counts last changed, epoch ms. */
  readonly movedAt: number | null;
  /** When the scan was seen to have ended, epoch ms. */
  readonly endedAt: number | null;
  readonly evidence: EndEvidence | null;
  /** How often the Console started this scan over. */
  readonly restarts: number;
  /**
   * Empty answers in a row since somebody follows. Without a scan, after enough of them either nobody has started one or
   * the image is out of scope; with one, its end was told to somebody else and its result is awaited.
   */
  readonly emptyAnswers: number;
  /** When the first of them came, epoch ms; missing with a scan, and in what an earlier version wrote. */
  readonly emptySince?: number | null;
  /** Of an image without a scan; missing where unknown. */
  readonly scope?: Exclude<Scope, 'unknown'>;
  /** When the Console last answered, epoch ms; null if it never did. */
  readonly answeredAt: number | null;
  /** About how long it will still take, ms, 0 for under a minute; null or missing where nothing can be said. */
  readonly remainingMs?: number | null;
  /** Why the state is `unknown`; null otherwise. */
  readonly failure: Failure | null;
}
