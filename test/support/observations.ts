/**
 * Observations of the Console by one word each, and a story: observations in order, with the watches kept between them
 * as the store keeps them. Notifications are printed as one short line, so that a test reads as a table.
 */

import type { Findings } from '../../src/scan/results/findings.ts';
import type {
  FailureCause,
  Observation,
  RegistryProgress,
  Snapshot,
  StepProgress,
} from '../../src/scan/snapshot.ts';
import {
  type Plan,
  type PlannedWatch,
  planResultsCheck,
  planPoll,
  type PollSettings,
} from '../../src/scan/plan.ts';
import type { ResultsObservation } from '../../src/scan/results/result.ts';
import { REGULAR_SCAN, type Target } from '../../src/scan/target.ts';
import {
  type Baseline,
  NEW_TARGET,
  type TargetState,
  clearBaseline,
} from '../../src/scan/state/target-state.ts';
import { DEFAULT_SETTINGS } from '../../src/scan/channel-settings.ts';
import type { Watch } from '../../src/scan/watch.ts';

export const IMAGE: Target = {
  kind: 'image',
  reference: { registry: '', repository: 'library/alpine', tag: '3.16', digest: '' },
};
export const REGULAR = REGULAR_SCAN;

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const NOON = Date.UTC(2026, 0, 15, 12);
export const TICK = 5 * SECOND;

export const SETTINGS: PollSettings = { stallAfterMs: 10 * MINUTE, watchTtlMs: 24 * HOUR, reportWaitMs: 0 };

/** An observation that still lacks its time. */
export type Reading = (at: number) => Observation;

export function step(scanned: number, total: number, words: Partial<StepProgress> = {}): StepProgress {
  return { scanned, total, title: '', error: '', ...words };
}

/** An ongoing element after discovery, by default. */
export function element(
  scanned: number,
  total: number,
  rest: Partial<RegistryProgress> = {},
): RegistryProgress {
  return {
    host: '',
    discovery: step(1, 1),
    images: step(scanned, total),
    isOngoing: true,
    startedAt: null,
    ...rest,
  };
}

/** The same element at its end. */
export function done(scanned: number, total: number, rest: Partial<RegistryProgress> = {}): RegistryProgress {
  return element(scanned, total, { isOngoing: false, ...rest });
}

/** The Console's least talkative end: no counts, no title. */
export const BARE_END: RegistryProgress = done(0, 0, { discovery: step(0, 0) });

export function progress(...registries: readonly RegistryProgress[]): Reading {
  return (at) => ({ kind: 'progress', at, consoleAt: null, registries });
}

export function scanning(scanned: number, total: number, rest: Partial<RegistryProgress> = {}): Reading {
  return progress(element(scanned, total, rest));
}

export function discovering(scanned: number, total: number, images: StepProgress = step(0, 0)): Reading {
  return progress(element(0, 0, { discovery: step(scanned, total), images }));
}

export function ended(scanned: number, total: number, rest: Partial<RegistryProgress> = {}): Reading {
  return progress(done(scanned, total, rest));
}

export const EMPTY: Reading = (at) => ({ kind: 'absent', at, consoleAt: null });

export function down(cause: FailureCause = 'unreachable', retryAfterMs: number | null = null): Reading {
  const failure = { cause, detail: 'GET /registry/progress', retryAfterMs };
  return (at) => ({ kind: 'failed', at, failure, unparsed: null });
}

/** Same observation with the Console's clock, ahead of ours by `aheadMs`. */
export function dated(reading: Reading, aheadMs = 0): Reading {
  return (at) => {
    const observation = reading(at);
    return observation.kind === 'failed' ? observation : { ...observation, consoleAt: at + aheadMs };
  };
}

/** A results observation that still lacks its time. */
export type Look = (at: number) => ResultsObservation;

interface ResultWords {
  readonly error?: string;
  /** Of the Console's clock, before ours; null where the Console shows none. */
  readonly aheadMs?: number | null;
  readonly isOngoing?: boolean;
  readonly findings?: Findings | null;
}

/** The image was scanned at this time of the Console's clock; null for never. */
export function resultOf(scannedAt: number | null, words: ResultWords = {}): Look {
  const { error = '', aheadMs = 0, isOngoing = false, findings = null } = words;
  const result = scannedAt === null ? null : { scannedAt, error, findings };
  return (at) => ({
    kind: 'answered',
    at,
    consoleAt: aheadMs === null ? null : at + aheadMs,
    result,
    isOngoing,
  });
}

/** The role may not see results. */
export const HIDDEN: Look = noResult('forbidden');

export function noResult(cause: FailureCause): Look {
  return (at) => ({ kind: 'failed', at, failure: { cause, detail: 'GET /registry', retryAfterMs: null } });
}

export interface Story {
  /** Advances the clock, by default a tick, applies the observation, and keeps what the store would. */
  readonly read: (reading: Reading, afterMs?: number) => Plan;
  /** The same for the results. */
  readonly look: (look: Look, afterMs?: number) => Plan;
  /** A watch made at the time of the last reading, or later. */
  readonly watch: (id: string, afterMs?: number, subscription?: Watch['subscription']) => void;
  readonly unwatch: (id: string) => void;
  readonly state: () => TargetState;
  readonly watchIds: () => readonly string[];
  readonly now: () => number;
}

export interface StoryOptions {
  readonly target?: Target;
  readonly settings?: Partial<PollSettings>;
  readonly random?: number;
  /** Applied to what planPoll and planResultsCheck are given. */
  readonly prepare?: <T>(input: T) => T;
  /** By default they are hidden, and the progress alone must do. */
  readonly results?: 'hidden' | 'shown';
}

export function createStory(options: StoryOptions = {}): Story {
  const { target = IMAGE, random = 0, prepare = <T>(input: T): T => input, results = 'hidden' } = options;
  const settings = { ...SETTINGS, ...options.settings };
  let now = NOON;
  let state: TargetState = { ...NEW_TARGET, areResultsHidden: results === 'hidden' };
  let watches: readonly Watch[] = [];
  let nextPollAt: number | null = null;

  function read(reading: Reading, afterMs = TICK): Plan {
    now += afterMs;
    const observation = reading(now);
    return keep(planPoll(prepare({ target, state, observation, watches, settings, random })));
  }

  function look(reading: Look, afterMs = SECOND): Plan {
    now += afterMs;
    const input = { target, state, results: reading(now), watches, settings, nextPollAt };
    return keep(planResultsCheck(prepare(input)));
  }

  function keep(plan: Plan): Plan {
    ({ state, nextPollAt } = plan);
    watches = watches.flatMap((watch) => remember(watch, plan.watches));
    return plan;
  }

  return {
    read,
    look,
    watch: (id, afterMs = 0, subscription = null) => {
      now += afterMs;
      watches = [...watches, watchOf({ id, createdAt: now, subscription })];
    },
    unwatch: (id) => {
      watches = watches.filter((watch) => watch.id !== id);
      // As the store does.
      if (watches.length === 0) state = clearBaseline(state);
    },
    state: () => state,
    watchIds: () => watches.map(({ id }) => id),
    now: () => now,
  };
}

/** A story with a watch named `w`, which these readings came after. */
export function startStory(readings: readonly Reading[] = [], options: StoryOptions = {}): Story {
  const story = createStory(options);
  story.watch('w');
  for (const reading of readings) story.read(reading);
  return story;
}

/** What is known of the results when a watch begins: by default nothing. */
export function baselineOf(known: Partial<Baseline> = {}): Baseline {
  return { watchId: 'w', since: null, resultAt: null, findings: null, ...known };
}

/** A person's watch, by default one named `w`, made at noon, whose message has its name. */
export function watchOf({ id = 'w', ...changes }: Partial<Watch> = {}): Watch {
  return {
    id,
    createdAt: NOON,
    lastFingerprint: '',
    subscription: null,
    messageId: id,
    notificationRule: DEFAULT_SETTINGS,
    ...changes,
  };
}

function remember(watch: Watch, planned: readonly PlannedWatch[]): Watch[] {
  const mine = planned.find(({ id }) => id === watch.id);
  if (mine === undefined) return [watch];
  return mine.kind === 'end' ? [] : [{ ...watch, lastFingerprint: mine.lastFingerprint }];
}

/**
 * The notification of one watch: `''` for none, else `#1 scanning 7/12`, `END #1 completed 12/12`, `EXPIRED waiting
 * 0/0`.
 */
export function notificationOf(plan: Plan, id = 'w'): string {
  const mine = plan.watches.filter((watch) => watch.id === id);
  return mine.map(toLine).join(' AND ');
}

/** The notifications of several watches, `-` for none: `END #1 completed 12/12, -`. */
export function notificationsOf(plan: Plan, ...ids: readonly string[]): string {
  return ids.map((id) => notificationOf(plan, id) || '-').join(', ');
}

function toLine({ content: { snapshot, end } }: PlannedWatch): string {
  const word = end === null ? '' : end === 'scan-ended' ? 'END ' : `${end.toUpperCase()} `;
  return word + shown(snapshot);
}

/** `#1 scanning 7/12`, `#1 scanning 0/12 again` once it was started over, `waiting 0/0` without a scan. */
export function shown({ scan, state, images, restarts }: Snapshot): string {
  const number = scan === 0 ? '' : `#${scan} `;
  const again = restarts === 0 ? '' : ` again${restarts === 1 ? '' : ` ${restarts}`}`;
  return `${number}${state} ${images.scanned}/${images.total}${again}`;
}

/** One row of a table: an observation, and the watch's notification. */
export type Line = readonly [reading: Reading, notificationOf: string];

/** A row of a table of stories: its name, and its lines. */
export type StoryRow = [name: string, ...lines: Line[]];

/** The notifications of a watch after the observations of these lines, and what the lines say. */
export function retell(lines: readonly Line[], target = IMAGE) {
  const readings = lines.map(([reading]) => reading);
  return { actual: tell(startStory([], { target }), readings), expected: lines.map(([, line]) => line) };
}

/** Plays observations at the tick interval to one watch named `w`, and returns its notifications. */
export function tell(story: Story, readings: readonly Reading[]): readonly string[] {
  return readings.map((reading) => notificationOf(story.read(reading)));
}

/** Plays observations at the tick interval, and returns the notifications of one watch, `-` for none: `waiting 0/0, -`. */
export function notified(story: Story, readings: readonly Reading[], id = 'w'): string {
  return readings.map((reading) => notificationOf(story.read(reading), id) || '-').join(', ');
}

export function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const part of Object.values(value)) deepFreeze(part);
  }
  return value;
}
