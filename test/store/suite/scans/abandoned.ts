import { expect, it } from 'vitest';
import { ended, HOUR, NOON, REGULAR } from '../../../support/observations.ts';
import { imageNamed, LEASE_MS, recovery, settlingOf } from '../../../support/store.ts';
import { suite } from '../fixture.ts';
import { EDITS, POSTS, watchesWith } from '../outbox/deliveries.ts';

export const abandonedSuite = suite('what a process that died was sending', (store) => {
  const recover = (now = NOON + LEASE_MS) => store.recoverExpired(recovery(now));

  it('is left alone until its lease is over', async () => {
    await store.watching();
    await store.leaseAll();
    expect(await recover(NOON + LEASE_MS - 1)).toBe(0);
    expect(await recover()).toBe(1);
    expect(await recover()).toBe(0);
  });

  it('is left alone until then also where it is an update, and the end has come', async () => {
    const [id] = await watchesWith(store, ['update']);
    await store.leaseOf(id!);
    await store.readNow(ended(12, 12), { target: imageNamed('image-0') });
    await recover(NOON + LEASE_MS - 1);
    expect(await store.outboxLines(id)).toContain('update sending 12');
    expect((await store.rowOf('messages', id!))['late_edit_until']).toBe(0);
  });

  it('is taken up at once after the clock was set back, and not by a clock that is a little behind', async () => {
    await store.watching();
    await store.leaseAll();
    const recoverAt = async (now: number) => {
      await store.expireFutureLeases({ now: () => now, leaseMs: LEASE_MS });
      return recover(now);
    };
    expect(await recoverAt(NOON - LEASE_MS)).toBe(0);
    expect(await recoverAt(NOON - LEASE_MS - 1)).toBe(1);
  });

  it('is left alone by a process that stood still and wakes with the time of before', async () => {
    await store.watching();
    await store.leaseAll();
    const times = [NOON - HOUR, NOON, NOON];
    await store.expireFutureLeases({ now: () => times.shift() ?? NOON, leaseMs: LEASE_MS });
    expect(await recover(NOON - HOUR)).toBe(0);
    expect(await recover(NOON + LEASE_MS - 1)).toBe(0);
  });

  it('is repeated where it is an edit, and in doubt where it is a post', async () => {
    const [updated, finished] = await watchesWith(store, ['update', 'end']);
    const begun = await store.watching({ channel: 'C9', target: REGULAR });
    await store.leaseAll({ kinds: POSTS });
    await store.leaseAll({ kinds: EDITS });
    expect(await recover()).toBe(4);
    expect(await store.outboxLines(updated)).toEqual(['live sent 0', 'update pending 1']);
    expect(await store.outboxLines(begun)).toEqual(['live ambiguous 0']);
    const error = 'the process ended while sending';
    expect(await store.outbox(begun)).toMatchObject([{ error, dueAt: NOON + LEASE_MS }]);
    expect((await store.rowOf('messages', begun))['late_edit_until']).toBe(0);
    const ends = ['completion ambiguous 12', 'final pending 12', 'live sent 0'];
    expect(await store.outboxLines(finished)).toEqual(ends);
  });

  it('is never an update after the end that came meanwhile', async () => {
    const [id] = await watchesWith(store, ['update']);
    await store.leaseOf(id!);
    await store.readNow(ended(12, 12), { target: imageNamed('image-0') });
    await recover();
    const edit = async (now: number) => {
      const leased = await store.leaseAll({ kinds: EDITS, now });
      for (const delivery of leased) await store.settleEdited(settlingOf(delivery, now));
      return leased.map(({ kind }) => kind);
    };
    const now = NOON + LEASE_MS;
    expect([await edit(now), await edit(now), await edit(now)]).toEqual([['final'], [], []]);
    // It is repeated when the edit of the dead process cannot apply any more.
    expect(await store.outboxLines(id)).toContain('final pending 12');
    await edit(NOON + 2 * LEASE_MS);
    expect(await store.outboxLines(id)).toEqual(['completion pending 12', 'final sent 12']);
  });

  it('is not settled by that process any more, should it wake', async () => {
    const id = await store.watching();
    const delivery = await store.leaseOf(id);
    await recover();
    await store.settlePosted(settlingOf(delivery, NOON + HOUR), '17.1');
    expect((await store.outbox(id))[0]).toMatchObject({ state: 'ambiguous', ts: null });
    expect((await store.rowOf('messages', id))['ts']).toBeNull();
  });

  it('is not settled by an earlier attempt of the same process', async () => {
    const [id] = await watchesWith(store, ['update']);
    const first = await store.leaseOf(id!);
    await recover();
    await store.leaseOf(id!, { now: NOON + LEASE_MS });
    const late = settlingOf(first, NOON + LEASE_MS);
    await store.settleLater(late, { dueAt: NOON + LEASE_MS, error: 'timeout' });
    expect(await store.leaseAll({ now: NOON + LEASE_MS })).toEqual([]);
    expect(await store.outboxLines(id)).toEqual(['live sent 0', 'update sending 1']);
  });
});
