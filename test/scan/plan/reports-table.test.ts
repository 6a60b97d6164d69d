import { describe, expect, it } from 'vitest';
import { planStaleObservation, planPoll } from '../../../src/scan/plan.ts';
import { planReports } from '../../../src/scan/plan-reports.ts';
import type { OngoingScan } from '../../../src/scan/state/ongoing-scan.ts';
import { NEW_TARGET, scanOf, type TargetState } from '../../../src/scan/state/target-state.ts';
import type { Watch } from '../../../src/scan/watch.ts';
import {
  done,
  element,
  EMPTY,
  ended,
  HOUR,
  IMAGE,
  MINUTE,
  NOON,
  progress,
  REGULAR,
  scanning,
  SETTINGS,
  startStory,
  watchOf,
  baselineOf,
} from '../../support/observations.ts';

type Input = Parameters<typeof planReports>[0];

const FINDINGS = { critical: 1, high: 2, medium: 3, low: 4, compliance: 5 };
const story = startStory();
const ongoing = story.read(scanning(3, 12)).state;
const stalled = { ...ongoing, snapshot: { ...ongoing.snapshot, state: 'stalled' as const } };
const over = { ...ongoing.snapshot, state: 'completed' as const, scan: 4, startedAt: NOON - MINUTE };

const POLL = { target: IMAGE, settings: SETTINGS, random: 0 };

/** A scan of a minute that ends at noon, which the Console calls one o'clock. */
const END: Input = {
  target: IMAGE,
  before: { ...NEW_TARGET, baseline: baselineOf({ resultAt: 5, findings: FINDINGS }) },
  state: NEW_TARGET,
  ended: over,
  shouldNotify: true,
  watches: [watchOf()],
  settings: { reportWaitMs: 7 },
  at: NOON,
  consoleAt: NOON + HOUR,
};
const unfollowed = { ...END, before: NEW_TARGET };
const startAt = NOON + HOUR - MINUTE - 2_000;

describe('what an end found is asked for', () => {
  it.each<[string, Input, number | null]>([
    ['later than the result of before', END, 5],
    ['later than the last end', { ...END, before: { ...END.before, lastEndAt: 6 } }, 6],
    ['not later than an end before that result', { ...END, before: { ...END.before, lastEndAt: 4 } }, 5],
    ['later than its start, where nobody looked', unfollowed, startAt],
    [
      'later than the last end alone',
      { ...unfollowed, consoleAt: null, before: { ...NEW_TARGET, lastEndAt: 6 } },
      6,
    ],
    ['whenever, where the Console shows no clock', { ...unfollowed, consoleAt: null }, null],
    ['whenever, where its start is not known', { ...unfollowed, ended: { ...over, startedAt: null } }, null],
  ])('%s', (_, input, newerThan) => {
    const before = input.before.baseline === null ? null : FINDINGS;
    expect(planReports(input)).toEqual({
      report: { topic: 'end', scan: 4, basis: { newerThan, before }, waitMs: 7, isDecisive: true },
      notices: [],
    });
  });

  it.each<[string, Partial<Input>, boolean | null]>([
    ['an image that failed', { ended: { ...over, state: 'failed' } }, false],
    ['the regular scan', { target: REGULAR }, false],
    ['one that was stopped', { ended: { ...over, state: 'stopped' } }, null],
    ['one that vanished', { ended: { ...over, evidence: 'vanished' } }, true],
    ['one that vanished unseen', { ended: { ...over, evidence: 'vanished' }, shouldNotify: false }, null],
    ['one that was told before', { shouldNotify: false }, true],
  ])('of %s, and whether the live message waits for it', (_, change, isDecisive) => {
    expect(planReports({ ...END, ...change }).report?.isDecisive ?? null).toBe(isDecisive);
  });
});

it('a stall goes on where the clock was set back, and its end is posted', () => {
  const scan = startStory([scanning(3, 12)]);
  const topicsOf = (counted: number, afterMs: number) =>
    scan.read(scanning(counted, 12), afterMs).notices.map(({ topic }) => topic);
  expect(topicsOf(3, SETTINGS.stallAfterMs)).toEqual(['stalled']);
  expect(topicsOf(3, -HOUR)).toEqual([]);
  expect(scan.state().snapshot.state).toBe('stalled');
  expect(topicsOf(4, MINUTE)).toEqual(['moves']);
});

describe('a standstill', () => {
  const scan = scanOf(ongoing)!;
  const withScan = (changed: Partial<OngoingScan>): TargetState => ({
    ...ongoing,
    phase: { kind: 'ongoing', scan: { ...scan, ...changed } },
  });
  const moved = withScan({ lastProgressAt: NOON + HOUR });
  const unknown = { ...ongoing, snapshot: { ...ongoing.snapshot, state: 'unknown' as const } };
  const next = { ...withScan({ number: 2 }), snapshot: stalled.snapshot };
  const since = scan.lastProgressAt;

  it.each<[string, Partial<Input>, string | null]>([
    ['that begins', { before: ongoing, state: stalled }, 'stalled'],
    ['that goes on', { before: stalled, state: stalled }, null],
    ['of another scan', { before: ongoing, state: next }, null],
    ['of no scan before', { before: NEW_TARGET, state: stalled }, null],
    ['that is over', { before: stalled, state: moved }, 'moves'],
    ['that may have been', { before: unknown, state: moved }, 'moves'],
    ['that was none', { before: ongoing, state: moved }, null],
    ['that is not', { before: ongoing, state: ongoing }, null],
  ])('%s', (_, change, topic) => {
    const shown = { mayShow: true, afterScanNumber: 0 };
    const watches = [
      watchOf({ id: 'a' }),
      watchOf({ id: 'b', subscription: shown, messageId: null }),
      watchOf({ id: 'c', subscription: shown }),
    ];
    const { report, notices } = planReports({ ...END, ended: null, watches, ...change });
    const basis = { newerThan: null, before: null };
    const asked = { topic: 'stall', scan: 1, basis, waitMs: 7, isDecisive: false };
    expect(report).toEqual(topic === 'stalled' ? asked : null);
    expect(notices.map((notice) => [notice.watchId, notice.topic, notice.scan, notice.since])).toEqual(
      topic === null ? [] : ['a', 'c'].map((id) => [id, topic, 1, since]),
    );
  });
});

describe('a subscription', () => {
  const plan = (at: number, watch: Partial<Watch> = {}) =>
    planPoll({ ...POLL, state: NEW_TARGET, watches: [watchOf(watch)], observation: EMPTY(at) });

  it.each(['w', null])('stays however long no scan is seen, shown or not (%s)', (messageId) => {
    const subscription = { mayShow: true, afterScanNumber: 0 };
    const { watches, nextPollAt } = plan(NOON + SETTINGS.watchTtlMs, { subscription, messageId });
    expect(watches.filter(({ kind }) => kind === 'end')).toEqual([]);
    expect(nextPollAt).not.toBeNull();
  });

  it('of a person ends then', () => {
    expect(plan(NOON + SETTINGS.watchTtlMs - 1).watches).toMatchObject([{ kind: 'update' }]);
    expect(plan(NOON + SETTINGS.watchTtlMs).watches).toMatchObject([
      { kind: 'end', content: { end: 'expired' } },
    ]);
  });

  const afterOne = { ...NEW_TARGET, scanCount: 1, phase: ongoing.phase, snapshot: ongoing.snapshot };
  it.each([
    [null, { mayShow: true, afterScanNumber: 0 }, 'begin'],
    [null, { mayShow: false, afterScanNumber: 0 }, undefined],
    [null, { mayShow: true, afterScanNumber: 1 }, undefined],
    ['w', { mayShow: true, afterScanNumber: 1 }, 'update'],
  ])('with the message %s and %o is shown a scan by %s', (messageId, subscription, kind) => {
    const observation = scanning(4, 12)(NOON + MINUTE);
    const watches = [watchOf({ subscription, messageId })];
    expect(planPoll({ ...POLL, state: afterOne, observation, watches }).watches[0]?.kind).toBe(kind);
  });
});

describe('an end', () => {
  it.each([
    [null, null],
    [{ isShown: true, mayShow: true, afterScanNumber: 0 }, expect.any(Number)],
  ])('of the one watch, with subscription %o, leaves the next poll at %s', (subscription, nextPollAt) => {
    const watches = [watchOf({ subscription })];
    const observation = ended(12, 12)(NOON + MINUTE);
    const plan = planPoll({ ...POLL, state: ongoing, watches, observation });
    expect(plan.watches).toMatchObject([{ id: 'w', kind: 'end' }]);
    expect(plan.nextPollAt).toEqual(nextPollAt);
  });
});

describe('a reading that another process overtook', () => {
  const planStale = (state: typeof ongoing, observation = scanning(4, 12)(NOON)) =>
    planStaleObservation({ ...POLL, state, watches: [watchOf()], observation, nextPollAt: 9 });

  it('changes nothing, and has the results looked at again', () => {
    const waits = { endedScan: null, expiredWaits: [] };
    const none = { scan: null, watches: [], waits, report: null, notices: [] };
    const nothing = { ...none, nextPollAt: 9, unparsed: null };
    expect(planStale(ongoing)).toEqual({ ...nothing, state: ongoing, nextResultsCheckAt: 0 });
    expect(planStale(NEW_TARGET)).toEqual({ ...nothing, state: NEW_TARGET, nextResultsCheckAt: null });
    const failure = { cause: 'garbled', detail: '', retryAfterMs: null } as const;
    expect(planStale(ongoing, { kind: 'failed', at: NOON, failure, unparsed: '{' }).unparsed).toBe('{');
  });

  it('still tells of an end', () => {
    expect(planStale(ongoing, ended(12, 12)(NOON)).watches).toMatchObject([{ kind: 'end' }]);
    expect(planStale(ongoing, EMPTY(NOON)).watches).toEqual([]);
    const oneIsOver = progress(done(12, 12), element(4, 12));
    expect(planStale(ongoing, oneIsOver(NOON)).watches).toEqual([]);
  });
});
