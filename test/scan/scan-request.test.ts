import { describe, expect, it } from 'vitest';
import {
  isSilentStart,
  requestersOf,
  type ScanRequest,
  silentBetween,
  startOf,
} from '../../src/scan/scan-request.ts';
import { NEW_TARGET, type TargetState } from '../../src/scan/state/target-state.ts';
import { EMPTY, HOUR, MINUTE, NOON, scanning, startStory } from '../support/observations.ts';

const ASKED: ScanRequest = {
  ...{ kind: 'start', userId: 'UBOB', channel: 'C1', outcome: 'done' },
  ...{ at: NOON, scans: 2, nextScan: null },
};
const NOBODY = { startedBy: null, stoppedBy: null, requestedBy: null };

describe('a request to start', () => {
  it.each<[string, Partial<ScanRequest>, number, number, boolean]>([
    ['is about the next scan', {}, 3, 0, true],
    ['is not about the scan before', {}, 2, 0, false],
    ['is not about the scan after', {}, 4, 0, false],
    ['is about the first that was not over by then', { nextScan: 4 }, 4, 0, true],
    ['is not about one that was', { nextScan: 4 }, 3, 0, false],
    ['is about one that was queued for less than a quarter of an hour', {}, 3, 15 * MINUTE - 1, true],
    ['is not about one that began later', {}, 3, 15 * MINUTE, false],
    ['is no request to stop', { kind: 'stop' }, 3, 0, false],
  ])('%s', (_, changes, scan, afterMs, isIts) => {
    const found = startOf([{ ...ASKED, ...changes }], { scan, startedAt: NOON + afterMs });
    expect(found !== undefined).toBe(isIts);
    const by = { ...NOBODY, startedBy: isIts ? 'UBOB' : null };
    const snapshot = { scan, startedAt: NOON + afterMs, now: NOON + HOUR };
    expect(requestersOf([{ ...ASKED, ...changes }], snapshot)).toEqual(by);
  });

  it('of which its scan was seen is not awaited any more', () => {
    const waiting = { scan: 0, startedAt: null, now: NOON + MINUTE };
    expect(requestersOf([ASKED], waiting)).toEqual({ ...NOBODY, startedBy: 'UBOB' });
    expect(requestersOf([{ ...ASKED, nextScan: 3 }], waiting)).toEqual(NOBODY);
    expect(requestersOf([{ ...ASKED, kind: 'stop' }, ASKED], waiting)).toEqual(NOBODY);
    expect(requestersOf([{ ...ASKED, at: NOON + HOUR }], waiting), 'by a clock set back').toEqual(NOBODY);
    expect(requestersOf([], waiting)).toEqual(NOBODY);
  });

  it('to stop is about the scan that went on by then', () => {
    const stop = { ...ASKED, kind: 'stop' } as const;
    const snapshot = { scan: 2, startedAt: NOON - HOUR, now: NOON };
    expect(requestersOf([stop], snapshot)).toEqual({ ...NOBODY, stoppedBy: 'UBOB' });
    expect(requestersOf([stop], { ...snapshot, scan: 3 })).toEqual(NOBODY);
  });
});

describe('a silent start', () => {
  const afterEmptyFor = (ms: number): TargetState => {
    const story = startStory();
    for (const at of [0, ms]) story.read(EMPTY, at - (story.now() - NOON));
    return story.state();
  };
  const silent = afterEmptyFor(MINUTE);
  const isSilent = (changes: Partial<ScanRequest> = {}, state = silent, afterMs = MINUTE) =>
    isSilentStart({ ...ASKED, scans: 0, ...changes }, { state, now: NOON + afterMs });

  it('shows nothing in a response a minute later', () => {
    expect(isSilent()).toBe(true);
    expect(isSilent({}, afterEmptyFor(MINUTE - 1))).toBe(false);
    expect(isSilent({}, NEW_TARGET)).toBe(false);
  });

  it('is none where a scan was seen since, or goes on', () => {
    expect(isSilent({}, { ...silent, scanCount: 1 })).toBe(false);
    expect(isSilent({ scans: 1 }, { ...silent, scanCount: 1 })).toBe(true);
    const story = startStory();
    const { state } = story.read(scanning(1, 3), HOUR);
    expect(isSilent({ scans: 1 }, state)).toBe(false);
  });

  it.each<[ScanRequest['outcome'], number, boolean]>([
    ['done', MINUTE, true],
    ['unclear', MINUTE, true],
    ['failed', MINUTE, false],
    ['asked', 5 * MINUTE - 1, false],
    ['asked', 5 * MINUTE, true],
  ])('whose outcome is %s %i ms later: %s', (outcome, afterMs, expected) => {
    expect(isSilent({ outcome }, silent, afterMs)).toBe(expected);
  });

  it('is noticed for half an hour, or for three ticks', () => {
    const now = NOON;
    expect(silentBetween({ now, tickMs: MINUTE })).toEqual({ from: NOON - 30 * MINUTE, to: NOON - MINUTE });
    expect(silentBetween({ now, tickMs: HOUR })).toEqual({ from: NOON - 3 * HOUR, to: NOON - MINUTE });
  });
});
