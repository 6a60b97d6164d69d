import { expect, it } from 'vitest';
import { enqueueDigests } from '../../../../src/jobs/reports/digests.ts';
import type { Target } from '../../../../src/scan/target.ts';
import { type DigestTime, nextDigestAt, WEEK_MS } from '../../../../src/scan/weekly-digest.ts';
import { findOwnDigests } from '../../../../src/store/channel-settings.ts';
import type { Database } from '../../../../src/store/database.ts';
import { readDigestFacts, readDueDigests, recordDigest } from '../../../../src/store/outbox/digests.ts';
import { ended, HOUR, IMAGE, MINUTE, NOON, scanning, SECOND } from '../../../support/observations.ts';
import { imageNamed, LEASE_MS, settlingOf, SILENT_LOG } from '../../../support/store.ts';
import { suite } from '../fixture.ts';
import { FAILED_END, findings, imageReport } from '../values.ts';
import { sql } from '../../../../src/store/sql.ts';

const TIME: DigestTime = { weekday: 'monday', minute: 9 * 60, timeZone: 'Europe/Berlin' };
const DUE = nextDigestAt(TIME, NOON);

export const digestsSuite = suite('the weekly digest of a channel', (store) => {
  const want = (digest: DigestTime | null, options = {}) => store.configuring({ digest }, options);
  const posts = () => store.columnOf(sql`select state from deliveries where kind = 'digest'`);
  const scanOnce = async (target: Target, now: number) => {
    await store.readNow(scanning(1, 12), { target, now });
    await store.readNow(ended(12, 12), { target, now: now + MINUTE });
  };
  /** How many there are more than before. */
  const enqueue = async (at: number, databases: readonly Database[] = [store]) => {
    const before = (await posts()).length;
    await Promise.all(
      databases.map((database) => enqueueDigests({ database, now: () => at, log: SILENT_LOG })),
    );
    return (await posts()).length - before;
  };
  const leasedDigest = async (now: number) => {
    const [delivery] = await store.leaseAll({ now, kinds: ['digest'] });
    return delivery?.subject.kind === 'digest' ? delivery.subject.digest : null;
  };

  it('lists its channel to the person who changed its settings last, the latest first', async () => {
    await want(TIME, { channel: 'C1', userId: 'U1', now: NOON });
    await want(TIME, { channel: 'C2', userId: 'U1', now: NOON + MINUTE });
    await want(null, { channel: 'C3', userId: 'U1' });
    await want(TIME, { channel: 'C4', userId: 'U1' });
    await want(TIME, { channel: 'C4', userId: 'U2' });
    expect(await findOwnDigests(store, 'U1')).toEqual([{ channel: 'C2' }, { channel: 'C1' }]);
    expect(await findOwnDigests(store, 'U2')).toEqual([{ channel: 'C4' }]);
  });

  it('is made once its time has come, and once', async () => {
    await want(TIME);
    expect(await enqueue(DUE - 1)).toBe(0);
    expect(await enqueue(DUE)).toBe(1);
    expect(await enqueue(DUE + MINUTE)).toBe(0);
    expect(await posts()).toEqual(['pending']);
  });

  it('that is due is not made any more where the channel wants none', async () => {
    await want(TIME);
    await want(null, { now: DUE });
    expect(await store.columnOf(sql`select digest_at from channel_settings`)).toEqual([null]);
    expect(await enqueue(DUE)).toBe(0);
  });

  it('is made every week, each from where the last one ended', async () => {
    await want(TIME);
    for (const week of [0, 1, 2]) expect(await enqueue(DUE + week * (WEEK_MS + SECOND))).toBe(1);
    const contents = sql`select content from deliveries where kind = 'digest' order by created_at`;
    const spans = (await store.columnOf(contents)).map(
      (content) => JSON.parse(String(content)) as { from: number; until: number },
    );
    expect(spans.map(({ from }) => from).slice(1)).toEqual(spans.map(({ until }) => until).slice(0, -1));
  });

  it('is made late, and once, where nothing ran for weeks', async () => {
    await want(TIME);
    expect(await enqueue(DUE + 3 * WEEK_MS + HOUR)).toBe(1);
    expect(await enqueue(DUE + 3 * WEEK_MS + 2 * HOUR)).toBe(0);
    expect(await enqueue(DUE + 4 * WEEK_MS)).toBe(1);
  });

  it('is made once, however many processes look at the same moment', async () => {
    const other = await store.connect();
    for (let week = 0; week < 8; week += 1) {
      await want(TIME, { channel: `C${week}` });
      expect(await enqueue(DUE, [store, other, store, other])).toBe(1);
    }
    expect(await posts()).toHaveLength(8);
  });

  it('goes into the channel, and is settled like any post', async () => {
    await want(TIME);
    await enqueue(DUE);
    const [delivery] = await store.leaseAll({ now: DUE, kinds: ['digest'] });
    expect(delivery).toMatchObject({ kind: 'digest', conversation: { channel: 'C1' }, thread: '' });
    await store.settlePosted(settlingOf(delivery!, DUE), '1.1');
    expect(await posts()).toEqual(['sent']);
    expect(await store.leaseAll({ now: DUE + LEASE_MS, kinds: ['digest'] })).toEqual([]);
  });

  it('tells of what the channel follows, and of nothing else', async () => {
    const [own, other, never] = [IMAGE, imageNamed('other'), imageNamed('never')];
    await store.subscribing({ target: own });
    await store.subscribing({ target: never });
    await store.subscribing({ target: other, channel: 'C2' });
    await want(TIME);
    for (const target of [own, other]) await scanOnce(target, NOON);
    const found = { findings: findings({ critical: 4 }), before: findings({ critical: 1 }) };
    await store.reporting(imageReport(found), { target: own });
    await store.readNow(scanning(1, 12), { target: own, now: NOON + HOUR });
    await store.readNow(FAILED_END, { target: own, now: NOON + HOUR + MINUTE });
    await enqueue(DUE);
    expect(await leasedDigest(DUE)).toMatchObject({
      ...{ ended: 2, failed: 1, stopped: 0, stalled: 0 },
      worst: [{ target: own, newCritical: 3 }],
      neverScanned: [never],
    });
    await enqueue(DUE + WEEK_MS);
    expect(await leasedDigest(DUE + WEEK_MS + LEASE_MS)).toMatchObject({ ended: 0, failed: 0, worst: [] });
  });

  it('tells how often a scan of the channel stalled in that week, and counts its end once', async () => {
    const never = imageNamed('never');
    for (const target of [IMAGE, never]) await store.subscribing({ target });
    await store.watching({ target: imageNamed('other'), channel: 'C2' });
    await want(TIME);
    await store.stalling();
    await store.stalling({ target: imageNamed('other') });
    await enqueue(DUE);
    expect(await leasedDigest(DUE)).toMatchObject({ ended: 0, stalled: 1, neverScanned: [never] });
    await store.readNow(ended(12, 12), { now: DUE + MINUTE });
    await enqueue(DUE + WEEK_MS);
    expect(await leasedDigest(DUE + WEEK_MS + LEASE_MS)).toMatchObject({ ended: 1, stalled: 0 });
  });

  it.each([
    [NOON, NOON + 11 * MINUTE - 1, 0, 0],
    [NOON, NOON + 11 * MINUTE, 1, 0],
    [NOON + 11 * MINUTE, NOON + HOUR - 1, 0, 0],
    [NOON + 11 * MINUTE, NOON + HOUR, 0, 1],
    [NOON + HOUR, NOON + 2 * HOUR, 0, 0],
  ])('from %i on until %i has %i stalls and %i ends', async (from, until, stalled, scans) => {
    await store.watching();
    await store.stalling();
    await store.readNow(ended(12, 12), { now: NOON + HOUR });
    const facts = await readDigestFacts(store, { channel: 'C1', from, until });
    expect([facts.stalled, facts.scans.length]).toEqual([stalled, scans]);
  });

  it('tells of nothing that the channel did not follow any more when the week began', async () => {
    const [watched, never] = [imageNamed('watched'), imageNamed('never')];
    await store.subscribing();
    await store.unsubscribing({ now: NOON + MINUTE });
    for (const target of [watched, never])
      await store.stopping(await store.watchingLive({ target }), { now: NOON + MINUTE });
    await want(TIME);
    await enqueue(DUE);
    await leasedDigest(DUE);
    for (const target of [IMAGE, watched]) await scanOnce(target, DUE + HOUR);
    await enqueue(DUE + WEEK_MS);
    expect(await leasedDigest(DUE + WEEK_MS + LEASE_MS)).toMatchObject({ ended: 0, neverScanned: [] });
  });

  it('is made for each channel that wants it at the same time', async () => {
    for (const channel of ['C1', 'C2']) await want(TIME, { channel });
    expect([await enqueue(DUE), await enqueue(DUE + MINUTE)]).toEqual([2, 0]);
  });

  it('is not made at a time that was changed meanwhile', async () => {
    await want(TIME);
    const [due] = await readDueDigests(store, DUE);
    await want({ ...TIME, minute: 10 * 60 });
    const recorded = { due: due!, digest: null, nextAt: DUE + WEEK_MS, now: DUE };
    expect(await recordDigest(store, recorded)).toBe(false);
    expect(await enqueue(DUE + HOUR)).toBe(1);
  });

  it('is not posted where there is nothing to tell, and is due no more', async () => {
    await want(TIME);
    const [due] = await readDueDigests(store, DUE);
    expect(await recordDigest(store, { due: due!, digest: null, nextAt: null, now: DUE })).toBe(true);
    expect([await posts(), await readDueDigests(store, DUE + WEEK_MS)]).toEqual([[], []]);
  });

  it.each([NOON, DUE])('is not made any more where the channel wants none since %i', async (now) => {
    await want(TIME);
    await want(null, { now });
    expect(await enqueue(DUE + WEEK_MS)).toBe(0);
  });

  it('that is due is made where other settings change at that moment', async () => {
    await want(TIME);
    await want(TIME, { now: DUE + SECOND });
    expect(await enqueue(DUE + 2 * SECOND)).toBe(1);
    expect(await enqueue(DUE + HOUR)).toBe(0);
  });

  it('comes at the new time where that was changed before it was due', async () => {
    await want(TIME);
    await want({ ...TIME, minute: 10 * 60 });
    expect(await enqueue(DUE)).toBe(0);
    expect(await enqueue(DUE + HOUR)).toBe(1);
  });

  it('is not made sooner for being as far ahead as a week and a change of the clocks may be', async () => {
    await want(TIME);
    const earliest = DUE - WEEK_MS - 48 * HOUR;
    expect(await readDueDigests(store, earliest)).toEqual([]);
    expect(await readDueDigests(store, earliest - 1)).toMatchObject([{ isFarAhead: true }]);
  });

  it('does not wait for a year that the clock was in for a moment', async () => {
    await want(TIME);
    await enqueue(DUE + 365 * 24 * HOUR);
    await enqueue(DUE + MINUTE);
    expect(await enqueue(DUE + WEEK_MS)).toBe(1);
  });

  it('goes with its channel to another id, and is forgotten with it', async () => {
    await want(TIME);
    await store.renameConversation({ from: 'C1', to: 'C9', now: NOON });
    expect(await enqueue(DUE)).toBe(1);
    expect(await store.columnOf(sql`select channel from messages`)).toEqual(['C9']);
    await store.forgetPerson('U1');
    expect(await posts()).toEqual(['pending']);
    await store.forgetConversation('C9');
    expect(await posts()).toEqual([]);
    expect(await enqueue(DUE + WEEK_MS)).toBe(0);
  });

  it('leaves the database when it is old', async () => {
    await want(TIME);
    await enqueue(DUE);
    const [delivery] = await store.leaseAll({ now: DUE, kinds: ['digest'] });
    await store.settlePosted(settlingOf(delivery!, DUE), '1.1');
    await store.forgetBefore(DUE + 1);
    expect(await store.query(sql`select id from messages`)).toEqual([]);
  });
});
