/** What two replicas must not do to each other, however their statements meet. */

import { expect, it } from 'vitest';
import { EMPTY, ended, NOON, scanning } from '../../../support/observations.ts';
import { LEASE_MS, saying } from '../../../support/store.ts';
import { suite } from '../fixture.ts';
import { sql } from '../../../../src/store/sql.ts';

const ROUNDS = 12;

export const replicasSuite = suite('two replicas at once', (store) => {
  it('leave no watch of a subscription that ended while a plan began its next one', async () => {
    const other = await store.connect();
    for (let round = 0; round < ROUNDS; round += 1) {
      const channel = `C${round}`;
      // A plan that is refused keeps its lease.
      const now = NOON + round * 2 * LEASE_MS;
      await store.subscribing({ channel, now });
      await store.readNow(EMPTY, { now });
      await store.readNow(scanning(7, 12), { now });
      const [subscription] = await store.subscriptionsInChannel(channel);
      const { id } = subscription!;
      await Promise.all([
        // Where it comes second, its watches have changed, and it is refused.
        store.readNow(ended(12, 12), { now }).catch(() => undefined),
        other.unsubscribe({ id, now, toFinal: () => saying(7) }),
      ]);
      const orphans = sql`select w.id from watches w join subscriptions s on s.id = w.subscription_id
        where w.state = 'active' and s.state = 'ended'`;
      expect(await store.query(orphans)).toEqual([]);
    }
  });

  it('send one message at a time to a channel, also where each sends another', async () => {
    const other = await store.connect();
    for (let round = 0; round < ROUNDS; round += 1) {
      const channel = `C${round}`;
      const now = NOON + round * 2 * LEASE_MS;
      await store.watchingLive({ channel, thread: '1', now });
      await store.readNow(scanning(7, 12), { now });
      await store.readNow(ended(12, 12), { now });
      await store.watching({ channel, thread: '2', now });
      const lease = { now: now + LEASE_MS, channelPauseMs: 1_000 };
      const leased = await Promise.all([
        store.leaseAll({ ...lease, kinds: ['live'] }),
        other.leaseAll({ ...lease, owner: 'other', kinds: ['completion'] }),
      ]);
      expect(leased.flat().filter(({ conversation }) => conversation.channel === channel)).toHaveLength(1);
    }
  });

  it('begin one watch with one live message in one place', async () => {
    const other = await store.connect();
    for (let round = 0; round < ROUNDS; round += 1) {
      const channel = `C${round}`;
      const [one, two] = await Promise.all([
        store.watching({ channel, userId: 'U1' }),
        other.watching({ channel, userId: 'U2' }),
      ]);
      expect(one).toBe(two);
      expect(await store.outboxLines(one)).toEqual(['live pending 0']);
    }
  });
});
