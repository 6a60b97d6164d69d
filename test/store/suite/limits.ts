import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Quota, QUOTAS, WINDOW_MS } from '../../../src/store/limits/rate-limits.ts';
import { book, EDIT_SPACING, permits } from '../../../src/store/limits/spacing.ts';
import { ended, HOUR, MINUTE, NOON, scanning, SECOND } from '../../support/observations.ts';
import { imageNamed, type LeaseOptions } from '../../support/store.ts';
import { suite } from './fixture.ts';
import { raw, sql } from '../../../src/store/sql.ts';

const EDITS = QUOTAS.edits;
const FEW: Quota = { method: 'edits', limit: { kinds: ['update', 'final'], calls: 5 } };
const FEWER: Quota = { method: 'edits', limit: { kinds: ['update'], calls: 3 } };
const TWO_LOOKS: Quota = { method: 'looks', limit: { kinds: ['look'], calls: 2 } };

export const limitsSuite = suite('what Slack grants to all replicas', (store) => {
  const target = imageNamed('a');

  /** `count` live messages, each with an edit to be made. */
  async function toEdit(count: number, reading = scanning(7, 12)): Promise<void> {
    for (let index = 0; index < count; index += 1) await store.watchingLive({ target, channel: `C${index}` });
    await store.readNow(reading, { target });
  }
  const leaseEdits = async (quota: Quota, options: LeaseOptions = {}, by = store) =>
    (await by.leaseAll({ kinds: ['update'], quota, ...options })).length;
  const look = (id: string, now: number, by = store) =>
    by.takeCall({ id, kind: 'look', quota: TWO_LOOKS, now });
  const calls = (column: 'id' | 'kind') =>
    store.columnOf(sql`select ${raw(column)} from slack_calls order by ${raw(column)}`);

  it('is as many edits a minute, whoever makes them', async () => {
    await toEdit(8);
    expect(await leaseEdits(FEW)).toBe(5);
    expect(await leaseEdits(FEW, { owner: 'other', now: NOON + WINDOW_MS - 1 })).toBe(0);
    expect(await leaseEdits(FEW, { owner: 'other', now: NOON + WINDOW_MS })).toBe(3);
  });

  it('is one sum for two who ask at once', async () => {
    await toEdit(12);
    const other = await store.connect();
    const both = await Promise.all([
      leaseEdits(FEW, { owner: 'one' }),
      leaseEdits(FEW, { owner: 'other' }, other),
    ]);
    expect(both[0] + both[1]).toBe(5);
  });

  it('is counted by kind: a lower limit of updates leaves some for ends', async () => {
    await toEdit(6);
    expect(await leaseEdits(FEWER)).toBe(3);
    expect(await leaseEdits(FEWER, { owner: 'other' })).toBe(0);
    await store.readNow(ended(12, 12), { target });
    expect(await leaseEdits(FEW, { kinds: ['final'], owner: 'other' })).toBe(2);
  });

  it('counts looks at the history apart', async () => {
    for (const channel of ['C1', 'C2', 'C3'])
      await store.makeAmbiguous(await store.watching({ channel, target }));
    const lookups = async (now: number) => (await store.leaseLookups({ now, quota: TWO_LOOKS })).length;
    expect([await lookups(NOON), await lookups(NOON + SECOND)]).toEqual([2, 0]);
    expect(await lookups(NOON + 2 * MINUTE)).toBe(2);
  });

  it('counts looks and edits apart that one process makes in the same ms', async () => {
    await store.makeAmbiguous(await store.watching({ target, channel: 'C9' }));
    await toEdit(1);
    expect(await store.leaseLookups({ quota: TWO_LOOKS })).toHaveLength(1);
    expect(await leaseEdits(EDITS)).toBe(1);
    expect(await store.leaseLookups({ quota: TWO_LOOKS })).toEqual([]);
    expect(await calls('kind')).toEqual(['look', 'update']);
  });

  it('counts single calls among those of the deliveries', async () => {
    const other = await store.connect();
    const both = [look('a', NOON), look('b', NOON, other), look('c', NOON)];
    expect((await Promise.all(both)).filter(Boolean)).toHaveLength(2);
    expect(await look('d', NOON + MINUTE)).toBe(false);
    expect(await look('d', NOON + MINUTE + 2 * SECOND)).toBe(true);
    await store.savePause({ method: 'looks', now: NOON + HOUR, until: NOON + HOUR + SECOND });
    expect(await look('e', NOON + HOUR)).toBe(false);
    expect(await look('e', NOON + HOUR + SECOND)).toBe(true);
    expect(await calls('id')).toEqual(['e']);
  });

  it('is nothing while a method rests, for all and for as long as Slack asked', async () => {
    await toEdit(1);
    for (const seconds of [20, 30, 10])
      await store.savePause({ method: 'edits', now: NOON, until: NOON + seconds * SECOND });
    expect(await leaseEdits(EDITS, { now: NOON + 30 * SECOND - 1 })).toBe(0);
    expect(await store.findPause('posts', NOON)).toBeNull();
    expect(await store.findPause('edits', NOON)).toBe(NOON + 30 * SECOND);
    await store.savePause({ method: 'posts', now: NOON, until: NOON + MINUTE });
    expect(await leaseEdits(EDITS, { now: NOON + 30 * SECOND })).toBe(1);
  });

  it('is not withheld by what was written before the clock was set back', async () => {
    await toEdit(8);
    const later = NOON + HOUR;
    await leaseEdits(FEW, { now: later });
    await store.savePause({ method: 'edits', now: later, until: later + MINUTE });
    expect(await leaseEdits(FEW)).toBe(3);
    expect(await store.columnOf(sql`select id from slack_calls where at > ${NOON}`)).toEqual([]);
    await store.savePause({ method: 'edits', now: NOON, until: NOON + SECOND });
    expect(await store.findPause('edits', NOON)).toBe(NOON + SECOND);
  });

  it('is withheld by what a replica wrote whose clock is less than a minute ahead', async () => {
    for (const [aheadMs, isAhead] of [
      [MINUTE, false],
      [MINUTE + 1, true],
    ] as const) {
      await store.query(sql`delete from rate_limit_pauses`);
      const began = NOON + aheadMs;
      await store.savePause({ method: 'edits', now: began, until: began + SECOND });
      expect(await store.findPause('edits', NOON)).toBe(isAhead ? null : began + SECOND);
      await store.savePause({ method: 'edits', now: NOON, until: NOON + 1 });
      expect(await store.findPause('edits', NOON)).toBe(isAhead ? NOON + 1 : began + SECOND);
    }
  });

  it('is two edits at once and then one in each step, for all replicas together', async () => {
    await toEdit(8);
    const other = await store.connect();
    const both = [leaseEdits(EDITS), leaseEdits(EDITS, { owner: 'other' }, other)];
    expect((await Promise.all(both)).toSorted()).toEqual([0, 2]);
    const { stepMs } = EDIT_SPACING;
    expect(await leaseEdits(EDITS, { now: NOON + stepMs - 1 })).toBe(0);
    expect(await leaseEdits(EDITS, { owner: 'other', now: NOON + stepMs })).toBe(1);
    expect(await leaseEdits(EDITS, { now: NOON + stepMs })).toBe(0);
    expect(await leaseEdits(EDITS, { now: NOON + 4 * stepMs })).toBe(2);
  });

  it('counts what was leased in the same ms once', async () => {
    await toEdit(3);
    await leaseEdits(EDITS, { limit: 1 });
    expect(await leaseEdits(EDITS)).toBe(1);
    expect(await leaseEdits(EDITS, { now: NOON + EDIT_SPACING.stepMs })).toBe(1);
  });

  it('is as many edits as the pure pace permits, whatever was booked', async () => {
    await toEdit(3);
    for (const aheadMs of [-HOUR, -1, 0, 1, 600, 1_214, 1_215, 1_216, 2_430, 9_999, 10_000, 10_001, HOUR]) {
      await store.query(sql`delete from slack_calls`);
      await store.query(sql`delete from rate_limit_pauses`);
      await store.query(
        sql`update deliveries set state = 'pending', lease_owner = null, lease_until = null where kind = 'update'`,
      );
      await store.savePause({ method: 'edits pace' as 'edits', now: NOON, until: NOON + aheadMs });
      const leased = await leaseEdits(EDITS);
      expect([aheadMs, leased]).toEqual([aheadMs, permits(EDIT_SPACING, NOON + aheadMs, NOON)]);
      const pace = await store.columnOf(sql`select until from rate_limit_pauses where method = 'edits pace'`);
      const booked = book(EDIT_SPACING, NOON + aheadMs, { now: NOON, calls: leased });
      if (leased > 0) expect(pace).toEqual([booked]);
    }
  });

  it('of a turn goes to one of all replicas, until it is over or the clock was set back', async () => {
    const claim = (now: number) => store.claimInterval('newest', { now, forMs: SECOND });
    expect(await Promise.all([claim(NOON), claim(NOON)])).toEqual([true, false]);
    const times = [NOON + SECOND - 1, NOON + SECOND, NOON + SECOND, NOON - HOUR, NOON - HOUR];
    const claimed: boolean[] = [];
    for (const now of times) claimed.push(await claim(now));
    expect(claimed).toEqual([false, true, false, true, false]);
  });

  it('is never more calls in any minute, and the next one as soon as the minute allows it', async () => {
    let ids = 0;
    const quota: Quota = { method: 'looks', limit: { kinds: ['look'], calls: 4 } };
    const take = (now: number) => store.takeCall({ id: `call ${(ids += 1)}`, kind: 'look', quota, now });
    const steps = fc.array(fc.record({ afterMs: fc.nat(20_000), wanted: fc.nat(3) }), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(steps, async (asked) => {
        await store.query(sql`delete from slack_calls`);
        const made: number[] = [];
        let now = NOON;
        for (const { afterMs, wanted } of asked) {
          now += afterMs;
          for (let call = 0; call < wanted; call += 1) if (await take(now)) made.push(now);
          const counted = made.filter((at) => at > now - WINDOW_MS);
          const nextAt = counted.length < 4 ? now : counted[0]! + WINDOW_MS;
          expect(Math.max(now, await store.nextCallAt(quota, now))).toBe(nextAt);
        }
        for (const from of made)
          expect(made.filter((at) => at >= from && at < from + WINDOW_MS).length).toBeLessThanOrEqual(4);
      }),
      { numRuns: 20 },
    );
  });

  it('says when the next paced edit is granted, and grants it then and not before', async () => {
    await toEdit(12);
    let now = NOON;
    const nextAt = async () => Math.max(now, await store.nextCallAt(EDITS, now));
    expect(await nextAt()).toBe(NOON);
    for (let granted = 0; granted < 12;) {
      granted += await leaseEdits(EDITS, { now });
      const at = await nextAt();
      if (at > now) expect(await leaseEdits(EDITS, { now: at - 1 })).toBe(0);
      now = at;
    }
    expect(now - NOON).toBe(11 * EDIT_SPACING.stepMs);
    await store.savePause({ method: 'edits', now, until: now + MINUTE });
    expect(await nextAt()).toBe(now + MINUTE);
  });

  it('is no more than a minute’s edits where the pace would permit more', async () => {
    for (let made = 0; made < 50; made += 1) {
      const kind = made % 2 === 0 ? 'update' : 'final';
      await store.takeCall({ id: `edit ${made}`, kind, quota: EDITS, now: NOON + made });
    }
    await toEdit(1);
    const now = NOON + 50 * SECOND;
    expect(await leaseEdits(EDITS, { now })).toBe(0);
    expect(await store.nextCallAt(EDITS, now)).toBe(NOON + WINDOW_MS);
    expect(await leaseEdits(EDITS, { now: NOON + WINDOW_MS })).toBe(1);
  });

  it('is 48 looks at the history in a minute', async () => {
    const look = { kind: 'look', quota: QUOTAS.lookups, now: NOON } as const;
    const taken: boolean[] = [];
    for (let made = 0; made < 50; made += 1) taken.push(await store.takeCall({ ...look, id: String(made) }));
    expect(taken.lastIndexOf(true)).toBe(47);
  });

  it('of posts knows nothing but pauses', async () => {
    expect(await store.nextCallAt(QUOTAS.posts, NOON)).toBe(0);
    await store.savePause({ method: 'posts', now: NOON, until: NOON + 3 * HOUR });
    expect(await store.nextCallAt(QUOTAS.posts, NOON)).toBe(NOON + 3 * HOUR);
    expect(await store.nextCallAt(QUOTAS.posts, NOON + 3 * HOUR)).toBe(0);
  });

  it.each([SECOND, MINUTE, 30 * MINUTE, HOUR, 8 * HOUR])(
    'is paused for no longer after the clock was set back by %i ms, whoever notices it',
    async (backMs) => {
      const methods = ['posts', 'edits', 'looks', 'console', 'newest'] as 'looks'[];
      for (const method of methods) await store.savePause({ method, now: NOON, until: NOON + 30 * SECOND });
      const now = NOON + SECOND / 2 - backMs;
      await store.rescheduleLimits({ backMs, now });
      await store.rescheduleLimits({ backMs, now });
      for (const method of methods)
        expect(await store.findPause(method, now)).toBe(NOON + 30 * SECOND - backMs);
    },
  );

  it('forgets no call that was made before the clock was set back', async () => {
    await toEdit(7);
    await leaseEdits(EDITS, { limit: 1 });
    await leaseEdits(EDITS, { now: NOON + HOUR });
    for (const id of ['a', 'b']) await look(id, NOON + HOUR);
    await store.rescheduleLimits({ backMs: HOUR, now: NOON });
    expect(await leaseEdits(EDITS, { now: NOON + EDIT_SPACING.stepMs - 1 })).toBe(0);
    expect(await leaseEdits(EDITS, { now: NOON + EDIT_SPACING.stepMs })).toBe(1);
    expect(await look('c', NOON + WINDOW_MS - 1)).toBe(false);
    expect(await look('c', NOON + WINDOW_MS)).toBe(true);
  });

  it('leaves no trace of the minutes that are over', async () => {
    await toEdit(2);
    await leaseEdits(FEW);
    await leaseEdits(FEW, { now: NOON + HOUR });
    expect(await calls('id')).toEqual([]);
  });
});
