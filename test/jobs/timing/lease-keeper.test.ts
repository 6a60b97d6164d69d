import { beforeEach, describe, expect, it } from 'vitest';
import { createLeaseKeeper, type LeaseKeeper } from '../../../src/jobs/timing/lease-keeper.ts';
import { createAlarms, type FakeAlarms } from './alarms.ts';

const LEASE_MS = 9_000;

let now: number;
let alarms: FakeAlarms;
/** What is renewed, and until when. */
let renewed: [ids: readonly string[], until: number][];
let taken: ReadonlySet<string>;
let isBroken: boolean;
/** What a renewal waits for. */
let renewing: Promise<unknown>;
let keeper: LeaseKeeper;

beforeEach(() => {
  now = 0;
  alarms = createAlarms({ now: () => now, pass: (ms) => (now += ms) });
  renewed = [];
  taken = new Set();
  isBroken = false;
  renewing = Promise.resolve();
  keeper = createLeaseKeeper({
    leaseMs: LEASE_MS,
    now: () => now,
    renew: (ids, until) => {
      if (isBroken) return Promise.reject(new Error('disk I/O error'));
      renewed.push([ids, until]);
      return renewing.then(() => ids.filter((id) => !taken.has(id)));
    },
    alarm: alarms.alarm,
  });
});

describe('a lease', () => {
  it('is renewed three times in its length, with all others in one statement, for as long as it is held', async () => {
    const held = keeper.hold('a', LEASE_MS);
    keeper.hold('b', LEASE_MS);
    await alarms.pass(7_000);
    expect(renewed).toEqual([
      [['a', 'b'], 12_000],
      [['a', 'b'], 15_000],
    ]);
    held.end();
    await alarms.pass(3_000);
    expect(renewed.at(-1)).toEqual([['b'], 18_000]);
    expect([held.until(), held.isOurs()]).toEqual([15_000, true]);
  });

  it('leaves no timer behind', () => {
    keeper.hold('a', LEASE_MS).end();
    expect(alarms.count()).toBe(0);
  });

  it('that somebody else has taken over is told so', async () => {
    const held = keeper.hold('a', LEASE_MS);
    taken = new Set(['a']);
    await alarms.pass(3_000);
    expect([held.isOurs(), held.signal.aborted]).toEqual([false, true]);
  });

  it('is not known to be ours once it is over, whatever keeps it from being renewed', async () => {
    const held = keeper.hold('a', LEASE_MS);
    isBroken = true;
    await alarms.pass(8_000);
    expect(held.isOurs()).toBe(true);
    await alarms.pass(1_000);
    expect([held.isOurs(), held.signal.aborted]).toEqual([false, false]);
    isBroken = false;
    await alarms.pass(3_000);
    expect(held.isOurs()).toBe(true);
  });

  it.each([
    ['ended', false, 0],
    ['was taken anew', true, 1],
  ])('that %s while it was renewed is told nothing', async (_, isTakenAnew, timers) => {
    const held = keeper.hold('a', LEASE_MS);
    taken = new Set(['a']);
    const { promise, resolve } = Promise.withResolvers<undefined>();
    renewing = promise;
    await alarms.pass(3_000);
    held.end();
    if (isTakenAnew) keeper.hold('a', now + LEASE_MS);
    resolve(undefined);
    await alarms.pass(1_000);
    expect(held.signal.aborted).toBe(false);
    expect(alarms.count()).toBe(timers);
  });

  it('that was taken anew keeps the newer holder', async () => {
    const older = keeper.hold('a', LEASE_MS);
    keeper.hold('a', LEASE_MS);
    older.end();
    await alarms.pass(3_000);
    expect(renewed).toEqual([[['a'], 12_000]]);
  });
});
