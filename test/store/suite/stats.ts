import { expect, it } from 'vitest';
import { ended, MINUTE, NOON, scanning, SECOND } from '../../support/observations.ts';
import { CHANNEL, imageNamed, LEASE_MS, saying, settlingOf } from '../../support/store.ts';
import { suite } from './fixture.ts';

export const statsSuite = suite('the stats', (store) => {
  it('are nothing where nothing is watched', async () => {
    const nothing = {
      activeWatches: 0,
      queued: 0,
      completionSince: null,
      staleSince: null,
      dueTargets: 0,
      dueSince: null,
      observedSince: null,
    };
    expect(await store.readStats(NOON)).toEqual(nothing);
  });

  it('count active watches and what waits to be sent', async () => {
    await store.watching({ channel: 'C1' });
    await store.watching({ channel: 'C2' });
    expect(await store.readStats(NOON)).toMatchObject({ activeWatches: 2, queued: 2 });
  });

  it('tell which polled target was not read for longest', async () => {
    await store.watching({ now: NOON - MINUTE });
    await store.watching({ target: imageNamed('second'), now: NOON });
    const due = { dueTargets: 2, dueSince: NOON - MINUTE };
    expect(await store.readStats(NOON)).toMatchObject({ observedSince: NOON - MINUTE, ...due });
    await store.readNow(scanning(1, 12), { now: NOON + MINUTE });
    expect(await store.readStats(NOON)).toMatchObject({ observedSince: NOON });
  });

  it('count each image of a board once', async () => {
    const images = ['a', 'b'].map((name) => ({ target: imageNamed(name), content: saying(0) }));
    const board = { conversation: CHANNEL, userId: 'U1', images, now: NOON, liveDelayMs: 0 };
    await store.startBoard(board);
    expect(await store.readStats(NOON)).toMatchObject({ activeWatches: 2, queued: 1 });
  });

  it('take a message that is edited again and again for one that was just edited', async () => {
    await store.watchingLive();
    await store.readNow(scanning(1, 12), { now: NOON + 10 * SECOND });
    const lease = {
      owner: 'me',
      leaseMs: LEASE_MS,
      limit: 9,
      channelPauseMs: 0,
      kinds: ['update'] as const,
    };
    const [delivery] = await store.leaseDeliveries({ ...lease, now: NOON + 10 * SECOND });
    await store.readNow(scanning(2, 12), { now: NOON + 15 * SECOND });
    await store.settleEdited(settlingOf(delivery!, NOON + 18 * SECOND));
    expect(await store.readStats(NOON)).toMatchObject({
      queued: 1,
      staleSince: NOON + 18 * SECOND,
    });
  });

  it('tell since when a live message is out of date, however often a newer state took its place', async () => {
    await store.watchingLive();
    for (const [index, scanned] of [1, 2, 3].entries()) {
      const now = NOON + (index + 1) * 10 * SECOND;
      await store.readNow(scanning(scanned, 12), { now });
    }
    expect(await store.readStats(NOON)).toMatchObject({
      queued: 1,
      staleSince: NOON + 10 * SECOND,
      completionSince: null,
    });
  });

  it('tell the same where another message about it was not posted yet', async () => {
    await store.watchingLive();
    await store.watching({ channel: 'C2', liveDelayMs: MINUTE });
    for (const scanned of [1, 2])
      await store.readNow(scanning(scanned, 12), { now: NOON + scanned * SECOND });
    expect(await store.readStats(NOON)).toMatchObject({ staleSince: NOON + SECOND });
  });

  it('tell since when the first of several ends waits', async () => {
    for (const second of [0, 1, 2]) {
      const target = imageNamed(`image-${second}`);
      await store.watching({ target });
      await store.readNow(ended(12, 12), { target, now: NOON + second * SECOND });
    }
    expect(await store.readStats(NOON)).toMatchObject({ completionSince: NOON });
  });

  it('tell since when an end waits to be told, until it is', async () => {
    await store.watchingLive();
    await store.readNow(scanning(1, 12), { now: NOON + SECOND });
    await store.readNow(ended(12, 12), { now: NOON + 2 * SECOND });
    expect(await store.readStats(NOON)).toMatchObject({
      activeWatches: 0,
      completionSince: NOON + 2 * SECOND,
      staleSince: NOON + 2 * SECOND,
    });
    const now = NOON + 60 * SECOND;
    const lease = { owner: 'me', now, leaseMs: LEASE_MS, limit: 9, channelPauseMs: 0 };
    for (const kind of ['final', 'completion'] as const) {
      const [delivery] = await store.leaseDeliveries({ ...lease, kinds: [kind] });
      const settling = settlingOf(delivery!, now);
      await (kind === 'final' ? store.settleEdited(settling) : store.settlePosted(settling, '1.0'));
    }
    expect(await store.readStats(NOON)).toMatchObject({
      queued: 0,
      completionSince: null,
      staleSince: null,
    });
  });
});
