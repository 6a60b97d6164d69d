/** Daylight saving is none of a schedule's business: in every zone, at both changes, and in the hour that comes twice. */

import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { createSchedule, nextCronRuns } from '../../../src/jobs/timing/schedule.ts';
import { startLoop } from '../../../src/loop.ts';
import { recordingLog } from '../../support/store.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const YEAR = Date.UTC(2027, 0);
const OWN_ZONE = process.env['TZ'];

/** Node reads the variable anew whenever it is set. */
function enter(zone: string | undefined): void {
  if (zone === undefined) delete process.env['TZ'];
  else process.env['TZ'] = zone;
}

const offsetAt = (at: number): number => new Date(at).getTimezoneOffset();

/** The instants at which the zone changes its offset within a year. */
function changesOf(zone: string): readonly number[] {
  enter(zone);
  const days = Array.from({ length: 365 }, (_, day) => YEAR + day * DAY);
  const changed = days.filter((at) => offsetAt(at) !== offsetAt(at + DAY));
  return changed.map((day) => {
    let [before, after] = [day, day + DAY];
    while (after - before > 1) {
      const middle = Math.floor((before + after) / 2);
      if (offsetAt(middle) === offsetAt(day)) before = middle;
      else after = middle;
    }
    return after;
  });
}

const zones = Intl.supportedValuesOf('timeZone').map((zone) => ({ zone, changes: changesOf(zone) }));
const changing = zones.filter(({ changes }) => changes.length > 0);
enter(OWN_ZONE);

afterEach(() => {
  vi.useRealTimers();
  enter(OWN_ZONE);
});
afterAll(() => enter(OWN_ZONE));

async function runsWithin(startAt: number, ms: number, cron = '*/5 * * * * *'): Promise<readonly number[]> {
  vi.useFakeTimers({ now: startAt, toFake: ['setTimeout', 'clearTimeout', 'Date'] });
  const runs: number[] = [];
  const { log } = recordingLog();
  const nextTime = (): number => nextCronRuns(cron, 1)[0] ?? NaN;
  const loop = startLoop({
    name: 'poll',
    next: createSchedule({ name: 'poll', nextTime, monotonicNow: () => Date.now(), log }),
    run: () => runs.push(Date.now() - startAt),
    minIntervalMs: 0,
    log,
  });
  await vi.advanceTimersByTimeAsync(ms);
  await loop.stop();
  vi.useRealTimers();
  return runs;
}

describe('a tick every five seconds', () => {
  it('knows zones that change, in both directions', () => {
    expect(changing.length).toBeGreaterThan(100);
    expect(changing.map(({ zone }) => zone)).toEqual(
      expect.arrayContaining(['America/New_York', 'Australia/Lord_Howe']),
    );
  });

  it.each(changing)(
    'comes through each change in $zone, and begins in the hour after it',
    async ({ zone, changes }) => {
      enter(zone);
      for (const change of changes) {
        expect(await runsWithin(change - 7_000, 21_000)).toEqual([2_000, 7_000, 12_000, 17_000]);
        // Summer time ends: this half hour comes for the second time.
        expect(await runsWithin(change + HOUR / 2 - 1, 10_001)).toEqual([1, 5_001, 10_001]);
      }
    },
  );
});

it('an expression means UTC, in whatever zone the machine is', async () => {
  enter('America/New_York');
  expect(await runsWithin(Date.UTC(2027, 5, 1, 4, 16, 59), 2_000, '0 17 4 * * *')).toEqual([1_000]);
});
