/**
 * Pure: (state, observation, watches, now) → Plan. `state/` works out what happened; this file decides who is notified.
 *
 * The Console reports the end of an on-demand scan once, to the first client, and returns `[]` from then on. So `[]`
 * may mean "not started", "out of scope" or "over"; only earlier observations can tell which.
 */

import { nextPollDelay } from './state/poll-interval.ts';
import type { DeliveryContent } from './delivery.ts';
import type { Transition } from './state/end-scan.ts';
import { fingerprint } from './state/fingerprint.ts';
import { nextResultsCheckAt, applyResult } from './state/apply-result.ts';
import { applyProgress } from './state/apply-progress.ts';
import type { ResultsObservation } from './results/result.ts';
import { type PlannedNotice, type PlannedReport, planReports } from './plan-reports.ts';
import type { Observation, Scope, Snapshot } from './snapshot.ts';
import type { Target } from './target.ts';
import { type NotifyFrom, notifyFrom } from './threshold.ts';
import { clearBaseline, scanOf, scoped, type TargetState } from './state/target-state.ts';
import { watchedSnapshot } from './state/watched-snapshot.ts';
import { type PlannedWaits, planWaits } from './plan-waits.ts';
import type { Watch } from './watch.ts';

export interface PollSettings {
  readonly stallAfterMs: number;
  readonly watchTtlMs: number;
  /** How long messages wait for a report, ms. */
  readonly reportWaitMs: number;
}

interface PlanInput {
  readonly target: Target;
  readonly state: TargetState;
  readonly watches: readonly Watch[];
  readonly settings: PollSettings;
  /** A stop of the ongoing scan was requested. */
  readonly isStopRequested?: boolean;
}

export interface PollInput extends PlanInput {
  readonly observation: Observation;
  /** Of an image; left out where unknown. */
  readonly scope?: Scope;
  /** In [0, 1): spreads the retries. */
  readonly random: number;
  /** Time between two polls of an idle image, ms; default otherwise. */
  readonly idleMs?: number;
}

export interface ResultsPlanInput extends PlanInput {
  readonly results: ResultsObservation;
  /** Time of the next poll, epoch ms: a results check does not change it. */
  readonly nextPollAt: number | null;
}

export interface Plan {
  readonly state: TargetState;
  /** Time of the next poll, epoch ms; null for an unwatched target. */
  readonly nextPollAt: number | null;
  /** Time of the next results check, epoch ms; 0 for now, null for none. */
  readonly nextResultsCheckAt: number | null;
  /** An unparsable response, to be stored. */
  readonly unparsed: string | null;
  /** The scan that this poll ended, or one that has begun; null for none. An ongoing one is known by the state. */
  readonly scan: PlannedScan | null;
  /** The next one, where it has begun by the poll that ended the other. */
  readonly nextScan?: PlannedScan;
  readonly watches: readonly PlannedWatch[];
  readonly waits: PlannedWaits;
  /** The report to request for this plan's notifications. */
  readonly report: PlannedReport | null;
  readonly notices: readonly PlannedNotice[];
}

/** The Console would repeat all of it: no end, no notification, no unparsable response. A stall is found again. */
export function isRepeatable({ state, unparsed, scan, watches, waits, notices }: Plan): boolean {
  const { phase, snapshot } = state;
  const isOver = scan !== null && scan.endedAt !== null;
  const isEndSeen =
    isOver || (scanOf(state) !== null && snapshot.registries.some((registry) => !registry.isOngoing));
  const isNotified = notices.length > 0 || watches.some(({ kind }) => kind !== 'update');
  const isWaitOver = waits.endedScan !== null || waits.expiredWaits.length > 0;
  const isAmbiguous = phase.kind === 'ended-unconfirmed' || unparsed !== null;
  return !isEndSeen && !isNotified && !isWaitOver && !isAmbiguous;
}

export interface PlannedScan {
  readonly number: number;
  readonly startedAt: number;
  /** null while it is ongoing. */
  readonly endedAt: number | null;
  readonly snapshot: Snapshot;
}

export type PlannedWatch =
  /** A scan that a subscription waited for has started: post its live message. */
  | {
      readonly kind: 'begin';
      readonly id: string;
      readonly content: DeliveryContent;
      readonly lastFingerprint: string;
    }
  /** A visible change: edit its message. */
  | {
      readonly kind: 'update';
      readonly id: string;
      readonly messageId: string;
      readonly content: DeliveryContent;
      readonly lastFingerprint: string;
    }
  /**
   * The watch ended. With its last watch a message gets its final state, and a completion is posted.
   */
  | {
      readonly kind: 'end';
      readonly id: string;
      /** null where it has shown nothing yet. */
      readonly messageId: string | null;
      readonly content: DeliveryContent;
      /** What the scan must prove to have found for the post to be made; null: it is made whatever that was. */
      readonly notifyFrom: NotifyFrom | null;
    };

export function planPoll(input: PollInput): Plan {
  const { observation, random, idleMs } = input;
  const transition = withScope(applyProgress(input), input);
  return planObservation(input, transition, {
    at: observation.at,
    consoleAt: observation.kind === 'failed' ? null : observation.consoleAt,
    nextPollAt: observation.at + nextPollDelay(transition.state, random, idleMs),
    unparsed: observation.kind === 'failed' ? observation.unparsed : null,
  });
}

/** Repeated for each empty response: the Console's settings may have changed. */
function withScope(transition: Transition, { observation, scope = 'unknown' }: PollInput): Transition {
  if (observation.kind !== 'absent') return transition;
  const { state } = transition;
  const known = scanOf(state) === null ? scope : 'unknown';
  return { ...transition, state: { ...state, snapshot: scoped(state.snapshot, known) } };
}

/**
 * Another process has recorded a later poll: only an end in this one still counts. The results are checked for anything
 * missed in between.
 */
export function planStaleObservation(input: PollInput & { readonly nextPollAt: number | null }): Plan {
  const { observation, state, nextPollAt } = input;
  const isEnd =
    observation.kind === 'progress' && observation.registries.every(({ isOngoing }) => !isOngoing);
  if (isEnd) return planPoll(input);
  const unparsed = observation.kind === 'failed' ? observation.unparsed : null;
  const nextResultsCheck = state.baseline === null ? null : 0;
  return {
    state,
    nextPollAt,
    nextResultsCheckAt: nextResultsCheck,
    unparsed,
    scan: null,
    watches: [],
    waits: { endedScan: null, expiredWaits: [] },
    report: null,
    notices: [],
  };
}

/** Same for a results check, which may show an end that no poll reported. */
export function planResultsCheck(input: ResultsPlanInput): Plan {
  const { results, nextPollAt } = input;
  const consoleAt = results.kind === 'failed' ? null : results.consoleAt;
  return planObservation(input, applyResult(input), {
    at: results.at,
    consoleAt,
    nextPollAt,
    unparsed: null,
  });
}

interface PollTiming {
  readonly at: number;
  readonly consoleAt: number | null;
  readonly nextPollAt: number | null;
  readonly unparsed: string | null;
}

function planObservation(
  situation: PlanInput,
  { state, ended, shouldNotify, watchedUntil }: Transition,
  { at, consoleAt, nextPollAt, unparsed }: PollTiming,
): Plan {
  const notifiedEnd = shouldNotify ? ended : null;
  const watches = situation.watches.flatMap((watch) =>
    planWatch(watch, {
      ...situation,
      state,
      at,
      notifiedEnd: watch.createdAt <= (watchedUntil ?? Infinity) ? notifiedEnd : null,
    }),
  );
  const waits = planWaits(situation.watches, { at, notifiedEnd, watchedUntil });
  const isWatched = situation.watches.some((watch) => isKept(watch, watches, waits));
  const next = isWatched ? state : clearBaseline(state);
  return {
    state: next,
    nextPollAt: isWatched ? nextPollAt : null,
    nextResultsCheckAt: nextResultsCheckAt(next),
    unparsed,
    ...planScans(situation.state, state, ended),
    watches,
    waits,
    ...planReports({ ...situation, before: situation.state, state, ended, shouldNotify, at, consoleAt }),
  };
}

/** A subscription's watch is succeeded by another one. */
function isKept(
  { id, createdAt, subscription, giveUpAt }: Watch,
  planned: readonly PlannedWatch[],
  { endedScan, madeUntil = Infinity, expiredWaits: givenUp }: PlannedWaits,
): boolean {
  const isWaiting = endedScan === null || createdAt > madeUntil;
  if (giveUpAt !== undefined) return isWaiting && !givenUp.includes(id);
  return subscription !== null || !planned.some((plan) => plan.kind === 'end' && plan.id === id);
}

function planScans(before: TargetState, state: TargetState, ended: Snapshot | null) {
  const ongoing = scanOf(state);
  const hasBegun = ongoing !== null && ongoing.number !== scanOf(before)?.number;
  const [scan = null, nextScan] = [ended, hasBegun ? state.snapshot : null].flatMap(planScan);
  return { scan, ...(nextScan !== undefined && { nextScan }) };
}

function planScan(snapshot: Snapshot | null): readonly PlannedScan[] {
  if (snapshot === null || snapshot.startedAt === null) return [];
  const { scan: number, startedAt, endedAt } = snapshot;
  return [{ number, startedAt, endedAt, snapshot }];
}

interface PlanContext extends PlanInput {
  readonly at: number;
  readonly notifiedEnd: Snapshot | null;
}

function planWatch(watch: Watch, input: PlanContext): PlannedWatch[] {
  const { id, messageId, giveUpAt } = watch;
  const { notifiedEnd } = input;
  if (giveUpAt !== undefined) return [];
  if (notifiedEnd !== null && isItsScan(watch, notifiedEnd.scan)) {
    const content = { snapshot: notifiedEnd, end: 'scan-ended', stoppedBy: null } as const;
    return [
      {
        kind: 'end',
        id,
        messageId,
        content,
        notifyFrom: notifyFrom(input.target, notifiedEnd, watch.notificationRule),
      },
    ];
  }
  if (messageId === null) return planSubscriptionWatch(watch, input);
  const snapshot = watchedSnapshot(watch, input.state);
  if (isExpired(watch, input)) {
    const content = { snapshot, end: 'expired', stoppedBy: null } as const;
    return [{ kind: 'end', id, messageId, content, notifyFrom: null }];
  }
  const lastFingerprint = fingerprint(snapshot);
  if (lastFingerprint === watch.lastFingerprint) return [];
  const content = { snapshot, end: null, stoppedBy: null };
  return [{ kind: 'update', id, messageId, content, lastFingerprint }];
}

/** Silent until a scan is ongoing that is new to it. */
function planSubscriptionWatch(watch: Watch, { state }: PlanContext): PlannedWatch[] {
  const scan = scanOf(state);
  if (watch.subscription?.mayShow !== true || scan === null || !isItsScan(watch, scan.number)) return [];
  const { snapshot } = state;
  const content = { snapshot, end: null, stoppedBy: null };
  return [{ kind: 'begin', id: watch.id, content, lastFingerprint: fingerprint(snapshot) }];
}

function isItsScan({ subscription }: Watch, scan: number): boolean {
  return subscription === null || scan > subscription.afterScanNumber;
}

/** A watch expires WATCH_TTL after its scan was last seen, or after its creation. A subscription's watch never does. */
function isExpired(watch: Watch, { state, at, settings }: PlanContext): boolean {
  if (watch.subscription !== null) return false;
  const lastSign = Math.max(watch.createdAt, scanOf(state)?.lastSeenAt ?? 0);
  return at - lastSign >= settings.watchTtlMs;
}
