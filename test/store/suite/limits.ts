import { describe, expect, it } from 'vitest';
import type { Database } from '../../../src/store/database.ts';
import { leaseDeliveries, leaseDoubtful } from '../../../src/store/delivery-leases.ts';
import { findPause, type Quota, savePause, takeCall } from '../../../src/store/limits.ts';
import { QUOTAS } from '../../../src/store/quotas.ts';
import { settleAmbiguous } from '../../../src/store/settlements.ts';
import { ended, HOUR, MINUTE, NOON, scanning, SECOND } from '../../support/observations.ts';
import { imageNamed, LEASE_MS, leaseOf, readNow, watching, watchingLive } from '../../support/store.ts';
import { type OpenDatabase, useMigrated } from './fixture.ts';

const FEW: Quota = { method: 'edits', limits: [{ kinds: ['update', 'final'], calls: 5 }] };
const FEWER: Quota = { ...FEW, limits: [...FEW.limits, { kinds: ['update'], calls: 3 }] };
const TWO_LOOKS: Quota = { method: 'looks', limits: [{ kinds: ['look'], calls: 2 }] };

export function limitsSuite(openDatabase: OpenDatabase): void {
  describe('what Slack grants to all replicas', () => {
    const opened = useMigrated(openDatabase);
    const target = imageNamed('a');

    /** So many live messages, each with an edit to be made. */
    async function toEdit(count: number, reading = scanning(7, 12)): Promise<void> {
      for (let index = 0; index < count; index += 1) {
        await watchingLive(opened.database, { target, channel: `C${index}` });
      }
      await readNow(opened.database, reading, { target });
    }

    const leaseEdits = async (
      quota: Quota,
      {
        kind = 'update',
        now = NOON,
        owner = 'me',
        database = opened.database,
      }: { kind?: 'update' | 'final'; now?: number; owner?: string; database?: Database } = {},
    ) => {
      const lease = { owner, now, leaseMs: LEASE_MS, limit: 100, channelPauseMs: 0 };
      return (await leaseDeliveries(database, { ...lease, kinds: [kind], quota })).length;
    };

    it('is as many edits a minute, whoever makes them', async () => {
      await toEdit(8);
      expect(await leaseEdits(FEW)).toBe(5);
      expect(await leaseEdits(FEW, { owner: 'other', now: NOON + MINUTE })).toBe(0);
      expect(await leaseEdits(FEW, { owner: 'other', now: NOON + MINUTE + 2 * SECOND })).toBe(3);
    });

    it('is one sum for two who ask at once', async () => {
      await toEdit(12);
      const other = await opened.connect();
      const both = await Promise.all([
        leaseEdits(FEW, { owner: 'one' }),
        leaseEdits(FEW, { owner: 'other', database: other }),
      ]);
      expect(both[0] + both[1]).toBe(5);
    });

    it('leaves some for ends that updates may not use', async () => {
      await toEdit(6);
      expect(await leaseEdits(FEWER)).toBe(3);
      expect(await leaseEdits(FEWER, { owner: 'other' })).toBe(0);
      await readNow(opened.database, ended(12, 12), { target });
      expect(await leaseEdits(FEW, { kind: 'final', owner: 'other' })).toBe(2);
    });

    it('counts looks at the history apart', async () => {
      const ids = ['C1', 'C2', 'C3'];
      for (const channel of ids) {
        const id = await watching(opened.database, { channel, target });
        const delivery = await leaseOf(opened.database, id);
        const doubt = { dueAt: NOON, error: 'timeout' };
        await settleAmbiguous(opened.database, { delivery, owner: 'me', now: NOON }, doubt);
      }
      const look = async (now: number) => {
        const lease = { owner: 'me', now, leaseMs: LEASE_MS, limit: 9, quota: TWO_LOOKS };
        return (await leaseDoubtful(opened.database, lease)).length;
      };
      expect([await look(NOON), await look(NOON + SECOND)]).toEqual([2, 0]);
      expect(await look(NOON + 2 * MINUTE)).toBe(2);
    });

    it('counts single calls among those of the deliveries', async () => {
      const look = (id: string, now: number, database = opened.database) =>
        takeCall(database, { id, kind: 'look', quota: TWO_LOOKS, now });
      const other = await opened.connect();
      const both = [look('a', NOON), look('b', NOON, other), look('c', NOON)];
      expect((await Promise.all(both)).filter(Boolean)).toHaveLength(2);
      expect(await look('d', NOON + MINUTE)).toBe(false);
      expect(await look('d', NOON + MINUTE + 2 * SECOND)).toBe(true);
      await savePause(opened.database, { method: 'looks', now: NOON + HOUR, until: NOON + HOUR + SECOND });
      expect(await look('e', NOON + HOUR)).toBe(false);
      expect(await look('e', NOON + HOUR + SECOND)).toBe(true);
    });

    it('is nothing while a method rests, for all and for as long as Slack asked', async () => {
      await toEdit(1);
      await savePause(opened.database, { method: 'edits', now: NOON, until: NOON + 30 * SECOND });
      await savePause(opened.database, { method: 'edits', now: NOON, until: NOON + 10 * SECOND });
      expect(await leaseEdits(QUOTAS.finals, { now: NOON + 30 * SECOND - 1 })).toBe(0);
      expect(await leaseEdits(QUOTAS.updates, { now: NOON + 30 * SECOND - 1 })).toBe(0);
      expect(await findPause(opened.database, 'posts', NOON)).toBeNull();
      expect(await findPause(opened.database, 'edits', NOON)).toBe(NOON + 30 * SECOND);
      expect(await leaseEdits(QUOTAS.updates, { now: NOON + 30 * SECOND })).toBe(1);
    });

    it('is not withheld by what was written before the clock was set back', async () => {
      await toEdit(8);
      const later = NOON + HOUR;
      await leaseEdits(FEW, { now: later });
      await savePause(opened.database, { method: 'edits', now: later, until: later + MINUTE });
      expect(await leaseEdits(FEW)).toBe(3);
      await savePause(opened.database, { method: 'edits', now: NOON, until: NOON + SECOND });
      expect(await findPause(opened.database, 'edits', NOON)).toBe(NOON + SECOND);
    });

    it('leaves no trace of the minutes that are over', async () => {
      await toEdit(2);
      await leaseEdits(FEW);
      await leaseEdits(FEW, { now: NOON + HOUR });
      expect(await opened.database.query('select id from slack_calls', [])).toEqual([]);
    });
  });
}
