import { expect, it } from 'vitest';
import { ended, MINUTE, NOON, scanning, SECOND } from '../../support/observations.ts';
import { imageNamed, settlingOf } from '../../support/store.ts';
import { suite } from './fixture.ts';

export const statsSuite = suite('the stats', (store) => {
  it('are nothing where nothing is watched', async () => {
    const targets = { dueTargets: 0, dueSince: null, observedSince: null };
    const messages = { activeWatches: 0, queued: 0, completionSince: null, staleSince: null };
    expect(await store.readStats(NOON)).toEqual({ ...targets, ...messages });
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
    await store.boarding(['a', 'b'].map(imageNamed));
    expect(await store.readStats(NOON)).toMatchObject({ activeWatches: 2, queued: 1 });
  });

  it('take a message that is edited again and again for one that was just edited', async () => {
    const id = await store.watchingLive();
    await store.readNow(scanning(1, 12), { now: NOON + 10 * SECOND });
    const update = await store.leaseOf(id, { now: NOON + 10 * SECOND });
    await store.readNow(scanning(2, 12), { now: NOON + 15 * SECOND });
    await store.settleEdited(settlingOf(update, NOON + 18 * SECOND));
    expect(await store.readStats(NOON)).toMatchObject({ queued: 1, staleSince: NOON + 18 * SECOND });
  });

  it('tell since when a live message is out of date, however often a newer state took its place', async () => {
    await store.watchingLive();
    for (const scanned of [1, 2, 3])
      await store.readNow(scanning(scanned, 12), { now: NOON + scanned * 10 * SECOND });
    const stale = { queued: 1, staleSince: NOON + 10 * SECOND, completionSince: null };
    expect(await store.readStats(NOON)).toMatchObject(stale);
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
    const id = await store.watchingLive();
    await store.readNow(scanning(1, 12), { now: NOON + SECOND });
    const endedAt = NOON + 2 * SECOND;
    await store.readNow(ended(12, 12), { now: endedAt });
    const waiting = { activeWatches: 0, completionSince: endedAt, staleSince: endedAt };
    expect(await store.readStats(NOON)).toMatchObject(waiting);
    const now = NOON + MINUTE;
    await store.settleEdited(await store.settling(id, { kinds: ['final'], now }));
    await store.settlePosted(await store.settling(id, { kinds: ['completion'], now }), '1.0');
    const nothing = { queued: 0, completionSince: null, staleSince: null };
    expect(await store.readStats(NOON)).toMatchObject(nothing);
  });
});
