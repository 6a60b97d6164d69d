import { describe, expect, it } from 'vitest';
import { isRepeatable, planResultsCheck, planPoll } from '../../../src/scan/plan.ts';
import { NEW_TARGET } from '../../../src/scan/state/target-state.ts';
import { EVERY_END } from '../../../src/scan/threshold.ts';
import type { Watch } from '../../../src/scan/watch.ts';
import {
  down,
  EMPTY,
  ended,
  HOUR,
  IMAGE,
  MINUTE,
  NOON,
  type Reading,
  resultOf,
  scanning,
  SETTINGS,
  watchOf,
} from '../../support/observations.ts';

const WATCH = watchOf({ id: 'watch', notificationRule: EVERY_END });
const WAIT: Watch = { ...WATCH, id: 'pipeline', messageId: null, giveUpAt: NOON + HOUR };

const poll = (reading: Reading, watches: readonly Watch[], { state = NEW_TARGET, at = NOON } = {}) =>
  planPoll({ target: IMAGE, state, watches, settings: SETTINGS, random: 0, observation: reading(at) });

describe('a pipeline that waits', () => {
  it.each([
    ['no scan', EMPTY],
    ['a scan that goes on', scanning(7, 12)],
    ['a Console out of reach', down()],
  ])('is told nothing of %s, and read on for', (_what, reading) => {
    const plan = poll(reading, [WAIT]);
    expect(plan.watches).toEqual([]);
    expect(plan.notices).toEqual([]);
    expect(plan.waits).toEqual({ endedScan: null, expiredWaits: [] });
    expect(plan.nextPollAt).not.toBeNull();
    expect(poll(reading, [WAIT, WATCH]).watches).toEqual(poll(reading, [WATCH]).watches);
  });

  it('has its answer with the end that a watch is told, and is read for no longer', () => {
    const { state } = poll(scanning(7, 12), [WAIT, WATCH]);
    const plan = poll(ended(12, 12), [WAIT, WATCH], { state, at: NOON + MINUTE });
    expect(plan.watches).toMatchObject([{ kind: 'end', id: 'watch', content: { snapshot: { scan: 1 } } }]);
    expect(plan.waits).toEqual({ endedScan: 1, expiredWaits: [] });
    expect(plan.nextPollAt).toBeNull();
    expect(poll(ended(12, 12), [WAIT], { state }).nextPollAt).toBeNull();
  });

  it('has it from the results where somebody else was told the end', () => {
    const waiting = poll(EMPTY, [WAIT]).state;
    const settled = { target: IMAGE, watches: [WAIT], settings: SETTINGS, nextPollAt: NOON };
    const { state } = planResultsCheck({ ...settled, state: waiting, results: resultOf(NOON - HOUR)(NOON) });
    const plan = planResultsCheck({ ...settled, state, results: resultOf(NOON + MINUTE)(NOON + MINUTE) });
    expect(plan.waits.endedScan).toBe(1);
  });

  it('is given up when its time is over, and a watch beside it goes on', () => {
    const at = NOON + HOUR;
    expect(poll(EMPTY, [WAIT], { at: at - 1 }).waits.expiredWaits).toEqual([]);
    const alone = poll(EMPTY, [WAIT], { at });
    expect(alone.waits).toEqual({ endedScan: null, expiredWaits: ['pipeline'] });
    expect(alone.nextPollAt).toBeNull();
    expect(alone.state.baseline).toBeNull();
    expect(isRepeatable(alone)).toBe(false);
    expect(poll(EMPTY, [WAIT, WATCH], { at }).nextPollAt).not.toBeNull();
  });

  it('has its answer also where the end comes as its time is over', () => {
    const { state } = poll(scanning(7, 12), [WAIT]);
    const plan = poll(ended(12, 12), [WAIT], { state, at: NOON + HOUR });
    expect(plan.waits).toEqual({ endedScan: 1, expiredWaits: [] });
  });

  it('gets no notice of a standstill, which a watch does', () => {
    const { state } = poll(scanning(7, 12), [WAIT, WATCH]);
    const plan = poll(scanning(7, 12), [WAIT, WATCH], { state, at: NOON + 11 * MINUTE });
    expect(plan.notices.map(({ watchId }) => watchId)).toEqual(['watch']);
  });
});
