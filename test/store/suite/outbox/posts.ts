import { expect, it } from 'vitest';
import { ended, HOUR, IMAGE, NOON, REGULAR, SECOND, TICK } from '../../../support/observations.ts';
import { imageNamed, LEASE_MS, tsOf, settlingOf } from '../../../support/store.ts';
import { suite, suites } from '../fixture.ts';
import { EDITS, POSTS, watchesWith } from './deliveries.ts';
import { sql } from '../../../../src/store/sql.ts';

const PAUSE_MS = 1_000;

const posts = suite('a post', (store) => {
  const leasePosts = (now: number) => store.leaseAll({ kinds: POSTS, channelPauseMs: PAUSE_MS, now });
  /** `count` watches of one channel, started together. */
  const begin = async (count: number, channel = 'C1') => {
    for (let index = 0; index < count; index += 1)
      await store.watching({ channel, target: imageNamed(`${channel.toLowerCase()}-${index}`) });
  };

  it('is the only one in its channel for a second', async () => {
    await begin(3);
    expect(await leasePosts(NOON)).toHaveLength(1);
    expect(await leasePosts(NOON + 999)).toHaveLength(0);
    expect(await leasePosts(NOON + 1_000)).toHaveLength(1);
    expect(await leasePosts(NOON + 2_000)).toHaveLength(1);
    expect(await leasePosts(NOON + 3_000)).toHaveLength(0);
  });

  it('rests after one that was accepted as after one that was not', async () => {
    await begin(3);
    const [first] = await leasePosts(NOON);
    await store.settlePosted(settlingOf(first!, NOON + 500), '17.1');
    expect(await leasePosts(NOON + 999)).toEqual([]);
    const [second] = await leasePosts(NOON + 1_000);
    const retry = { dueAt: NOON + 1_100, error: 'refused connection' };
    await store.settleLater(settlingOf(second!, NOON + 1_100), retry);
    expect(await leasePosts(NOON + 1_999)).toEqual([]);
    expect(await leasePosts(NOON + 2_000)).toHaveLength(1);
  });

  it('rests after one of a replica whose clock is ahead, and not for one of before a clock was set back', async () => {
    await begin(3);
    expect(await leasePosts(NOON + HOUR + 5)).toHaveLength(1);
    expect(await leasePosts(NOON + HOUR)).toEqual([]);
    expect(await leasePosts(NOON)).toHaveLength(1);
  });

  it.each([
    ...['live', 'completion', 'notice', 'stopped-by', 'digest'].map((kind) => [kind, 0] as const),
    ...['update', 'final'].map((kind) => [kind, 1] as const),
  ])('rests after one that is a %s: %i follow at once', async (kind, following) => {
    await begin(2);
    const [first] = await leasePosts(NOON);
    await store.settlePosted(settlingOf(first!), '17.1');
    await store.query(sql`update deliveries set kind = ${kind} where id = ${first!.id}`);
    expect(await leasePosts(NOON)).toHaveLength(following);
  });

  it('leaves other channels alone', async () => {
    await begin(2, 'C1');
    await begin(2, 'C2');
    const channels = (await leasePosts(NOON)).map(({ conversation }) => conversation.channel);
    expect(channels.sort()).toEqual(['C1', 'C2']);
  });

  it('counts a thread to its channel', async () => {
    await store.watching({ thread: '17.1' });
    await store.watching({ thread: '17.2' });
    expect(await leasePosts(NOON)).toHaveLength(1);
  });

  it('does not rest for edits', async () => {
    await watchesWith(store, ['update']);
    await store.watching({ channel: 'C0', target: REGULAR, now: NOON + HOUR });
    expect(await store.leaseAll({ kinds: EDITS, now: NOON + HOUR })).toHaveLength(1);
    expect(await leasePosts(NOON + HOUR)).toHaveLength(1);
  });

  it('lets an end go before a beginning in the same channel', async () => {
    const id = await store.watchingLive({ now: NOON - HOUR });
    await begin(1);
    await store.readNow(ended(12, 12), { now: NOON });
    expect(await leasePosts(NOON)).toMatchObject([{ kind: 'completion', messageId: id }]);
    expect(await leasePosts(NOON + SECOND)).toMatchObject([{ kind: 'live' }]);
  });

  it('is not held up by posts that a clock set back calls later ones', async () => {
    await begin(1);
    expect(await leasePosts(NOON)).toHaveLength(1);
    await store.watching({ target: REGULAR, now: NOON - HOUR });
    expect(await leasePosts(NOON - HOUR)).toHaveLength(1);
  });
});

const ambiguous = suite('what is in doubt', (store) => {
  it('is looked for when it is due, once', async () => {
    const id = await store.watching();
    const now = NOON + SECOND;
    await store.makeAmbiguous(id, { dueAt: now });
    expect(await store.leaseLookups()).toEqual([]);
    const live = { kind: 'live', messageId: id, attemptedAt: NOON };
    expect(await store.leaseLookups({ now })).toMatchObject([live]);
    expect(await store.leaseLookups({ now })).toEqual([]);
    expect(await store.leaseLookups({ now, owner: 'other' })).toEqual([]);
    expect(await store.leaseLookups({ now: now + LEASE_MS, owner: 'other' })).toHaveLength(1);
  });

  it('is not sent', async () => {
    await store.makeAmbiguous(await store.watching());
    expect(await store.leaseAll({ now: NOON + HOUR })).toEqual([]);
  });

  it('is looked for with ends first, as many as asked for', async () => {
    const [finished] = await watchesWith(store, ['end']);
    const begun = await store.watching({ target: REGULAR, now: NOON - HOUR });
    await store.makeAmbiguous(finished!, { kinds: ['completion'] });
    await store.makeAmbiguous(begun);
    const looked = [await store.leaseLookups({ limit: 1 }), await store.leaseLookups({ limit: 1 })];
    expect(looked.flat().map(({ messageId }) => messageId)).toEqual([finished, begun]);
  });

  it('keeps the time of its attempt, which tells from when on to look', async () => {
    const id = await store.watching();
    await store.makeAmbiguous(id);
    const [first] = await store.leaseLookups({ now: NOON + TICK });
    const again = { dueAt: NOON + 2 * TICK, error: 'not yet' };
    await store.settleAmbiguous(settlingOf(first!, NOON + TICK), again);
    const [second] = await store.leaseLookups({ now: again.dueAt });
    expect(second).toMatchObject({ attemptedAt: NOON, attempts: 1 });
  });

  it('is posted with its old id where it was not there', async () => {
    const id = await store.watching();
    const [row] = await store.outbox(id);
    await store.makeAmbiguous(id);
    const [found] = await store.leaseLookups();
    await store.settleLater(settlingOf(found!), { dueAt: NOON, error: 'x' });
    expect(await store.leaseAll()).toMatchObject([{ id: row?.id, attempts: 2, attemptedAt: NOON }]);
  });

  it('gives the thread to what waits for it where it was there', async () => {
    const id = await store.watching();
    await store.makeAmbiguous(id);
    await store.readNow(ended(12, 12));
    expect(await store.leaseAll()).toEqual([]);
    const [found] = await store.leaseLookups();
    await store.settlePosted(settlingOf(found!), tsOf(id));
    const [completion] = await store.leaseAll({ kinds: POSTS });
    expect(completion).toMatchObject({ kind: 'completion', messageTs: tsOf(id) });
    expect(completion?.subject).toMatchObject({ kind: 'scan', target: IMAGE });
  });
});

export const postsSuite = suites(posts, ambiguous);
