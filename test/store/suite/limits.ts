import { describe, expect, it } from 'vitest';
import { type Quota, QUOTAS } from '../../../src/store/limits/rate-limits.ts';
import { book, EDIT_PACE, permits } from '../../../src/store/limits/pace.ts';
import { ended, HOUR, MINUTE, NOON, scanning, SECOND } from '../../support/observations.ts';
import { imageNamed, LEASE_MS, settlingOf } from '../../support/store.ts';
import { type OpenDatabase, useMigrated } from './fixture.ts';
import { sql } from '../../../src/store/sql.ts';

const FEW: Quota = { method: 'edits', limits: [{ kinds: ['update', 'final'], calls: 5 }] };
const FEWER: Quota = { ...FEW, limits: [...FEW.limits, { kinds: ['update'], calls: 3 }] };
const TWO_LOOKS: Quota = { method: 'looks', limits: [{ kinds: ['look'], calls: 2 }] };

export function limitsSuite(openDatabase: OpenDatabase): void {
  describe('what Slack grants to all replicas', () => {
    const store = useMigrated(openDatabase);
    const target = imageNamed('a');

    /** `count` live messages, each with an edit to be made. */
    async function toEdit(count: number, reading = scanning(7, 12)): Promise<void> {
      for (let index = 0; index < count; index += 1) {
        await store.watchingLive({ target, channel: `C${index}` });
      }
      await store.readNow(reading, { target });
    }

    const leaseEdits = async (
      quota: Quota,
      {
        kind = 'update',
        now = NOON,
        owner = 'me',
      }: Partial<{ kind: 'update' | 'final'; now: number; owner: string }> = {},
      by = store,
    ) => {
      const lease = { owner, now, leaseMs: LEASE_MS, limit: 100, channelPauseMs: 0 };
      return (await by.leaseDeliveries({ ...lease, kinds: [kind], quota })).length;
    };

    it('is as many edits a minute, whoever makes them', async () => {
      await toEdit(8);
      expect(await leaseEdits(FEW)).toBe(5);
      expect(await leaseEdits(FEW, { owner: 'other', now: NOON + MINUTE })).toBe(0);
      expect(await leaseEdits(FEW, { owner: 'other', now: NOON + MINUTE + SECOND })).toBe(3);
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

    it('leaves some for ends that updates may not use', async () => {
      await toEdit(6);
      expect(await leaseEdits(FEWER)).toBe(3);
      expect(await leaseEdits(FEWER, { owner: 'other' })).toBe(0);
      await store.readNow(ended(12, 12), { target });
      expect(await leaseEdits(FEW, { kind: 'final', owner: 'other' })).toBe(2);
    });

    it('counts looks at the history apart', async () => {
      const ids = ['C1', 'C2', 'C3'];
      for (const channel of ids) {
        const id = await store.watching({ channel, target });
        const delivery = await store.leaseOf(id);
        const ambiguous = { dueAt: NOON, error: 'timeout' };
        await store.settleAmbiguous(settlingOf(delivery), ambiguous);
      }
      const look = async (now: number) => {
        const lease = { owner: 'me', now, leaseMs: LEASE_MS, limit: 9, quota: TWO_LOOKS };
        return (await store.leaseAmbiguous(lease)).length;
      };
      expect([await look(NOON), await look(NOON + SECOND)]).toEqual([2, 0]);
      expect(await look(NOON + 2 * MINUTE)).toBe(2);
    });

    it('counts single calls among those of the deliveries', async () => {
      const look = (id: string, now: number, by = store) =>
        by.takeCall({ id, kind: 'look', quota: TWO_LOOKS, now });
      const other = await store.connect();
      const both = [look('a', NOON), look('b', NOON, other), look('c', NOON)];
      expect((await Promise.all(both)).filter(Boolean)).toHaveLength(2);
      expect(await look('d', NOON + MINUTE)).toBe(false);
      expect(await look('d', NOON + MINUTE + 2 * SECOND)).toBe(true);
      await store.savePause({ method: 'looks', now: NOON + HOUR, until: NOON + HOUR + SECOND });
      expect(await look('e', NOON + HOUR)).toBe(false);
      expect(await look('e', NOON + HOUR + SECOND)).toBe(true);
    });

    it('is nothing while a method rests, for all and for as long as Slack asked', async () => {
      await toEdit(1);
      await store.savePause({ method: 'edits', now: NOON, until: NOON + 30 * SECOND });
      await store.savePause({ method: 'edits', now: NOON, until: NOON + 10 * SECOND });
      expect(await leaseEdits(QUOTAS.edits, { now: NOON + 30 * SECOND - 1 })).toBe(0);
      expect(await store.findPause('posts', NOON)).toBeNull();
      expect(await store.findPause('edits', NOON)).toBe(NOON + 30 * SECOND);
      await store.savePause({ method: 'posts', now: NOON, until: NOON + MINUTE });
      expect(await leaseEdits(QUOTAS.edits, { now: NOON + 30 * SECOND })).toBe(1);
    });

    it('is not withheld by what was written before the clock was set back', async () => {
      await toEdit(8);
      const later = NOON + HOUR;
      await leaseEdits(FEW, { now: later });
      await store.savePause({ method: 'edits', now: later, until: later + MINUTE });
      expect(await leaseEdits(FEW)).toBe(3);
      await store.savePause({ method: 'edits', now: NOON, until: NOON + SECOND });
      expect(await store.findPause('edits', NOON)).toBe(NOON + SECOND);
    });

    it('is two edits at once and then one in each step, for all replicas together', async () => {
      await toEdit(8);
      const other = await store.connect();
      const both = [leaseEdits(QUOTAS.edits), leaseEdits(QUOTAS.edits, { owner: 'other' }, other)];
      expect((await Promise.all(both)).toSorted()).toEqual([0, 2]);
      const { stepMs } = EDIT_PACE;
      expect(await leaseEdits(QUOTAS.edits, { now: NOON + stepMs - 1 })).toBe(0);
      expect(await leaseEdits(QUOTAS.edits, { owner: 'other', now: NOON + stepMs })).toBe(1);
      expect(await leaseEdits(QUOTAS.edits, { now: NOON + stepMs })).toBe(0);
      expect(await leaseEdits(QUOTAS.edits, { now: NOON + 4 * stepMs })).toBe(2);
    });

    it('counts what was leased in the same ms once', async () => {
      await toEdit(2);
      await leaseEdits(
        QUOTAS.edits,
        {},
        { ...store, leaseDeliveries: (lease) => store.leaseDeliveries({ ...lease, limit: 1 }) },
      );
      expect(await leaseEdits(QUOTAS.edits)).toBe(1);
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
        const leased = await leaseEdits(QUOTAS.edits);
        expect([aheadMs, leased]).toEqual([aheadMs, permits(EDIT_PACE, NOON + aheadMs, NOON)]);
        const [row] = await store.query(sql`select until from rate_limit_pauses where method = 'edits pace'`);
        const booked = book(EDIT_PACE, NOON + aheadMs, { now: NOON, calls: leased });
        if (leased > 0) expect(Number(row!['until'])).toBe(booked);
      }
    });

    it('of a turn goes to one of all replicas, until it is over or the clock was set back', async () => {
      const claim = (now: number) => store.claimTurn('newest', { now, forMs: SECOND });
      expect(await Promise.all([claim(NOON), claim(NOON)])).toEqual([true, false]);
      expect([await claim(NOON + SECOND - 1), await claim(NOON + SECOND)]).toEqual([false, true]);
      expect(await claim(NOON - HOUR)).toBe(true);
    });

    it('leaves no trace of the minutes that are over', async () => {
      await toEdit(2);
      await leaseEdits(FEW);
      await leaseEdits(FEW, { now: NOON + HOUR });
      expect(await store.query(sql`select id from slack_calls`)).toEqual([]);
    });
  });
}
