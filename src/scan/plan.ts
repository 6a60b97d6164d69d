/**
 * Pure: (state, observation, watches, now) → Plan. `state/` works out what happened; this file decides who is notified.
 *
 * The Console reports the end of an on-demand scan once, to whoever asks first, and answers `[]` from then on. So the
 * same `[]` means "not begun", "out of scope" or "over", and only what was seen before can tell which.
 */

import { nextPollDelay } from './state/poll-interval.ts';
import type { DeliveryContent } from './delivery.ts';
import type { Transition } from './state/end-scan.ts';
import { EMPTY_RESPONSES_OUT_OF_SCOPE, fingerprint } from './state/fingerprint.ts';
import { nextResultsCheckAt, applyResult } from './state/apply-result.ts';
import { applyProgress, UNKNOWN_AFTER_FAILURES } from './state/apply-progress.ts';
import type { ResultsObservation } from './result.ts';
import { type PlannedNotice, type PlannedReport, planReports } from './plan-reports.ts';
import type { Observation, Scope, Snapshot } from './snapshot.ts';
import type { Target } from './target.ts';
import { type TellFrom, tellFrom } from './threshold.ts';
import { scoped, type TargetState, toWatchedSnapshot, clearBaseline } from './state/target-state.ts';
import type { SubscriptionInfo, Watch } from './watch.ts';

export interface PollSettings {
  readonly stallAfterMs: number;
  readonly watchTtlMs: number;
  /** How long messages wait for what is asked of the Console apart, ms. */
  readonly reportWaitMs: number;
}

interface PlanInput {
  readonly target: Target;
  readonly state: TargetState;
  readonly watches: readonly Watch[];
  readonly settings: PollSettings;
  /** Somebody has asked the Console to stop the scan that goes on. */
  readonly isStopAsked?: boolean;
}

export interface PollInput extends PlanInput {
  readonly observation: Observation;
  /** Of an image; left out where nobody looked. */
  readonly scope?: Scope;
  /** In [0, 1): spreads the retries. */
  readonly random: number;
  /** Between two polls of an image for which nothing has shown for a while, ms; else the usual time. */
  readonly idleMs?: number;
}

export interface ResultsPlanInput extends PlanInput {
  readonly reading: ResultsObservation;
  /** When the progress is to be read next, epoch ms: a look changes nothing of it. */
  readonly nextPollAt: number | null;
}

export interface Plan {
  readonly state: TargetState;
  /** Epoch ms of the next poll; null where nobody watches any more. */
  readonly nextPollAt: number | null;
  /** Epoch ms of the next look at the results, 0 for at once; null where there is nothing to find out. */
  readonly nextResultsCheckAt: number | null;
  /** An answer that nobody could read, to be kept. */
  readonly unread: string | null;
  /** The scan that this poll ended, else the one that goes on; null where there is none. */
  readonly scan: PlannedScan | null;
  readonly watches: readonly PlannedWatch[];
  readonly waits: PlannedWaits;
  /** What is to be asked of the Console apart, for what is told now. */
  readonly report: PlannedReport | null;
  readonly notices: readonly PlannedNotice[];
}

export interface PlannedScan {
  readonly number: number;
  readonly startedAt: number;
  /** null while it goes on. */
  readonly endedAt: number | null;
  readonly snapshot: Snapshot;
}

export type PlannedWatch =
  /** A scan began that a subscription waited for: post its live message. */
  | {
      readonly kind: 'begin';
      readonly id: string;
      readonly content: DeliveryContent;
      readonly lastFingerprint: string;
    }
  /** Something that a person can see has changed: edit the live message, or the board. */
  | {
      readonly kind: 'update';
      readonly id: string;
      readonly boardId: string | null;
      readonly content: DeliveryContent;
      readonly lastFingerprint: string;
    }
  /** The watch is over: give the live message its final state, and post once; a board does so with its last watch. */
  | {
      readonly kind: 'end';
      readonly id: string;
      readonly boardId: string | null;
      readonly content: DeliveryContent;
      /** What the scan must prove to have found for the post to be made; null: it is made whatever that was. */
      readonly tellFrom: TellFrom | null;
    };

/** Of pipelines: nothing is sent to them. */
export interface PlannedWaits {
  /** Number of the scan whose end answers all of them; null where none is told. */
  readonly toldScan: number | null;
  /** Ids of those that nobody waits for any more. */
  readonly givenUp: readonly string[];
}

export function planPoll(input: PollInput): Plan {
  const { observation, random, idleMs } = input;
  const reading = withScope(applyProgress(input), input);
  return planObservation(input, reading, {
    at: observation.at,
    consoleAt: observation.kind === 'failed' ? null : observation.consoleAt,
    nextPollAt: observation.at + nextPollDelay(reading.state, random, idleMs),
    unread: observation.kind === 'failed' ? observation.unread : null,
  });
}

/** Told anew with each empty answer: the Console's settings may have been changed since. */
function withScope(reading: Transition, { observation, scope = 'unknown' }: PollInput): Transition {
  if (observation.kind !== 'absent') return reading;
  const { state } = reading;
  const known = state.scan === null ? scope : 'unknown';
  return { ...reading, state: { ...state, snapshot: scoped(state.snapshot, known) } };
}

/**
 * Another process has recorded a later poll than this one: an end that it told is told still, all else is old. The
 * results are looked at, for what was told in between.
 */
export function planStaleObservation(input: PollInput & { readonly nextPollAt: number | null }): Plan {
  const { observation, state, nextPollAt } = input;
  const isEnd =
    observation.kind === 'progress' && observation.registries.every(({ isOngoing }) => !isOngoing);
  if (isEnd) return planPoll(input);
  const unread = observation.kind === 'failed' ? observation.unread : null;
  const nextResultsCheck = state.following === null ? null : 0;
  return {
    state,
    nextPollAt,
    nextResultsCheckAt: nextResultsCheck,
    unread,
    scan: null,
    watches: [],
    waits: { toldScan: null, givenUp: [] },
    report: null,
    notices: [],
  };
}

/** The same for a look at the results, which may tell of an end that nobody reported. */
export function planResultsCheck(input: ResultsPlanInput): Plan {
  const { reading, nextPollAt } = input;
  const consoleAt = reading.kind === 'failed' ? null : reading.consoleAt;
  return planObservation(input, applyResult(input), { at: reading.at, consoleAt, nextPollAt, unread: null });
}

interface PollTiming {
  readonly at: number;
  readonly consoleAt: number | null;
  readonly nextPollAt: number | null;
  readonly unread: string | null;
}

function planObservation(
  situation: PlanInput,
  { state, ended, shouldNotify }: Transition,
  { at, consoleAt, nextPollAt, unread }: PollTiming,
): Plan {
  const notifiedEnd = shouldNotify ? ended : null;
  const watches = situation.watches.flatMap((watch) =>
    planWatch(watch, { ...situation, state, at, notifiedEnd }),
  );
  const waits = planWaits(situation.watches, { at, notifiedEnd });
  const isWatched = situation.watches.some((watch) => isKept(watch, watches, waits));
  const next = isWatched ? state : clearBaseline(state);
  return {
    state: next,
    nextPollAt: isWatched ? nextPollAt : null,
    nextResultsCheckAt: nextResultsCheckAt(next),
    unread,
    scan: planScan(state, ended),
    watches,
    waits,
    ...planReports({ ...situation, before: situation.state, state, ended, shouldNotify, at, consoleAt }),
  };
}

/** The watch of a subscription is followed by another one when it ends. */
function isKept(
  { id, subscription, giveUpAt }: Watch,
  planned: readonly PlannedWatch[],
  { toldScan, givenUp }: PlannedWaits,
): boolean {
  if (giveUpAt !== undefined) return toldScan === null && !givenUp.includes(id);
  return subscription !== null || !planned.some((plan) => plan.kind === 'end' && plan.id === id);
}

function planWaits(
  watches: readonly Watch[],
  { at, notifiedEnd }: { readonly at: number; readonly notifiedEnd: Snapshot | null },
): PlannedWaits {
  if (notifiedEnd !== null) return { toldScan: notifiedEnd.scan, givenUp: [] };
  const overdue = watches.filter(({ giveUpAt = Infinity }) => at >= giveUpAt);
  return { toldScan: null, givenUp: overdue.map(({ id }) => id) };
}

function planScan(state: TargetState, ended: Snapshot | null): PlannedScan | null {
  const snapshot = ended ?? (state.scan === null ? null : state.snapshot);
  if (snapshot === null || snapshot.startedAt === null) return null;
  return { number: snapshot.scan, startedAt: snapshot.startedAt, endedAt: snapshot.endedAt, snapshot };
}

interface PlanContext extends PlanInput {
  readonly at: number;
  readonly notifiedEnd: Snapshot | null;
}

function planWatch(watch: Watch, input: PlanContext): PlannedWatch[] {
  const { id, boardId, subscription, giveUpAt } = watch;
  const { notifiedEnd } = input;
  if (giveUpAt !== undefined) return [];
  if (notifiedEnd !== null && isItsScan(watch, notifiedEnd.scan)) {
    const content = { snapshot: notifiedEnd, end: 'scan-ended', stoppedBy: null } as const;
    return [
      { kind: 'end', id, boardId, content, tellFrom: tellFrom(input.target, notifiedEnd, watch.telling) },
    ];
  }
  if (subscription?.isShown === false) return planSubscriptionWatch(watch, subscription, input);
  const snapshot = watchedSnapshot(watch, input);
  if (isExpired(watch, input)) {
    const content = { snapshot, end: 'expired', stoppedBy: null } as const;
    return [{ kind: 'end', id, boardId, content, tellFrom: null }];
  }
  const lastFingerprint = fingerprint(snapshot);
  if (lastFingerprint === watch.lastFingerprint) return [];
  return [
    { kind: 'update', id, boardId, content: { snapshot, end: null, stoppedBy: null }, lastFingerprint },
  ];
}

/** Silent until a scan is under way that is new to it. */
function planSubscriptionWatch(
  watch: Watch,
  { mayShow }: SubscriptionInfo,
  { state }: PlanContext,
): PlannedWatch[] {
  if (!mayShow || state.scan === null || !isItsScan(watch, state.scan.number)) return [];
  const { snapshot } = state;
  const content = { snapshot, end: null, stoppedBy: null };
  return [{ kind: 'begin', id: watch.id, content, lastFingerprint: fingerprint(snapshot) }];
}

function isItsScan({ subscription }: Watch, scan: number): boolean {
  return subscription === null || scan > subscription.afterScan;
}

/** That the Console is out of reach is told to those who wait as well, whatever ended before they came. */
function watchedSnapshot({ createdAt }: Watch, { state, at }: PlanContext): Snapshot {
  const { snapshot, failures, failure } = state;
  const watched = withoutHaste(toWatchedSnapshot(snapshot), at - createdAt);
  const isUnknown = watched.state === 'waiting' && failures >= UNKNOWN_AFTER_FAILURES;
  return isUnknown ? { ...watched, state: 'unknown', failure } : watched;
}

/** Many answers within seconds, or before it was made, are no long time for those who have just begun to watch. */
const PATIENCE_MS = 30_000;

function withoutHaste(snapshot: Snapshot, watchedForMs: number): Snapshot {
  if (snapshot.state !== 'waiting' || watchedForMs >= PATIENCE_MS) return snapshot;
  const emptyAnswers = Math.min(snapshot.emptyAnswers, EMPTY_RESPONSES_OUT_OF_SCOPE - 1);
  return { ...snapshot, emptyAnswers, emptySince: null };
}

/** A watch lives while its scan is seen; without one, or with the Console out of reach, for WATCH_TTL. A subscription stays. */
function isExpired(watch: Watch, { state, at, settings }: PlanContext): boolean {
  if (watch.subscription !== null) return false;
  const lastSign = Math.max(watch.createdAt, state.scan?.seenAt ?? 0);
  return at - lastSign >= settings.watchTtlMs;
}
