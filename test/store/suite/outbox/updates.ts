import { expect, it } from 'vitest';
import { ended, HOUR, MINUTE, NOON, scanning, TICK } from '../../../support/observations.ts';
import { saying } from '../../../support/store.ts';
import { suite } from '../fixture.ts';
import { REPORTED } from '../values.ts';
import { sql } from '../../../../src/store/sql.ts';

export const updatesSuite = suite('an update', (store) => {
  const lines = (id: string) => store.outboxLines(id);

  it('overwrites the one that is not sent yet', async () => {
    const id = await store.watchingLive();
    await store.readNow(scanning(3, 12));
    await store.readNow(scanning(7, 12));
    expect(await lines(id)).toEqual(['live sent 0', 'update pending 7']);
    expect((await store.leaseOf(id)).content.snapshot.images.scanned).toBe(7);
  });

  it('overwrites an unsent live message instead, which then goes at once', async () => {
    const id = await store.watching({ liveDelayMs: MINUTE });
    expect(await store.leaseAll()).toEqual([]);
    await store.readNow(scanning(7, 12));
    expect(await lines(id)).toEqual(['live pending 7']);
    expect(await store.leaseAll()).toMatchObject([{ kind: 'live', messageId: id }]);
  });

  it('does not send an unsent live message before Slack wants to hear of it again', async () => {
    const id = await store.watching();
    const sending = await store.settling(id);
    await store.settleLater(sending, { dueAt: NOON + MINUTE, error: 'rate limited' });
    await store.readNow(scanning(7, 12));
    expect(await lines(id)).toEqual(['live pending 7']);
    expect(await store.leaseAll()).toEqual([]);
    expect(await store.leaseAll({ now: NOON + MINUTE })).toHaveLength(1);
  });

  it('leaves a live message that may have been posted to be looked for at its time', async () => {
    const id = await store.watching();
    await store.makeAmbiguous(id);
    await store.readNow(scanning(7, 12), { now: NOON + TICK });
    expect((await store.outbox(id))[0]).toMatchObject({ kind: 'live', state: 'ambiguous', dueAt: NOON });
  });

  it('waits while the live message is being sent', async () => {
    const id = await store.watching();
    const sending = await store.settling(id);
    await store.readNow(scanning(7, 12));
    expect(await lines(id)).toEqual(['live sending 0', 'update pending 7']);
    expect(await store.leaseAll()).toEqual([]);
    await store.settlePosted(sending, '17.1');
    expect(await store.leaseAll()).toMatchObject([{ kind: 'update', messageTs: '17.1' }]);
  });

  it('never shows less than a live message that took longer and was overwritten meanwhile', async () => {
    const id = await store.watching();
    const sending = await store.settling(id);
    await store.readNow(scanning(3, 12));
    await store.settleLater(sending, { dueAt: NOON, error: 'refused connection' });
    await store.readNow(scanning(7, 12), { now: NOON + TICK });
    expect(await lines(id)).toEqual(['live pending 7']);
    const live = await store.settling(id, { now: NOON + TICK });
    expect(live.delivery).toMatchObject({ kind: 'live', content: { snapshot: { images: { scanned: 7 } } } });
    await store.settlePosted(live, '17.1');
    expect(await store.leaseAll({ now: NOON + TICK })).toEqual([]);
    expect(await lines(id)).toEqual(['live sent 0']);
  });

  it('keeps its place while a newer one overwrites it in flight, and is due again with the newest', async () => {
    const id = await store.watchingLive();
    await store.readNow(scanning(3, 12));
    const sending = await store.settling(id);
    await store.readNow(scanning(7, 12));
    expect(await lines(id)).toEqual(['live sent 0', 'update sending 7']);
    expect(await store.leaseAll()).toEqual([]);
    await store.settleEdited(sending);
    expect(await lines(id)).toEqual(['live sent 0', 'update pending 7']);
    await store.settleEdited(await store.settling(id));
    expect(await lines(id)).toEqual(['live sent 0']);
  });

  it('is not made where nothing changed that a person can see', async () => {
    const id = await store.watchingLive();
    await store.readNow(scanning(7, 12));
    await store.settleEdited(await store.settling(id));
    await store.readNow(scanning(7, 12), { now: NOON + TICK });
    expect(await lines(id)).toEqual(['live sent 0']);
  });

  it('of an earlier version, which has its content, shows what is newest', async () => {
    const id = await store.watchingLive();
    await store.readNow(scanning(7, 12));
    await store.query(
      sql`update deliveries set content = ${JSON.stringify(saying(1))} where kind = 'update'`,
    );
    expect((await store.leaseOf(id)).content.snapshot.images.scanned).toBe(7);
  });

  it('keeps the times between its insertions, its report and an edit that may still apply where the clock was set back', async () => {
    const id = await store.watchingLive();
    await store.readNow(scanning(3, 12), { now: NOON + MINUTE });
    const retry = { dueAt: NOON + HOUR, error: 'timeout', mayStillApplyUntil: NOON + 2 * HOUR };
    await store.settleLater(await store.settling(id, { now: NOON + MINUTE }), retry);
    await store.readNow(ended(12, 12), { now: NOON + 2 * MINUTE, settings: REPORTED });
    const times = async () => {
      const created = sql`select created_at, due_at from deliveries where state = 'pending' order by kind`;
      const reports = sql`select give_up_at, due_at from reports`;
      const edits = sql`select late_edit_until from messages`;
      return (await Promise.all([created, reports, edits].map(store.columnOf))).flat().map(Number);
    };
    const before = await times();
    await store.rescheduleAllAfterClockChange({ backMs: HOUR, now: NOON - HOUR });
    expect(await times()).toEqual(before.map((at) => at - HOUR));
    await store.rescheduleDeliveriesAfterClockChange({ now: NOON - 5 * HOUR, longestWaitMs: MINUTE });
    expect(new Set(await times())).toEqual(new Set([NOON - 5 * HOUR]));
  });

  it('is made for every watch of the target', async () => {
    const here = await store.watchingLive();
    const there = await store.watchingLive({ channel: 'C2' });
    await store.readNow(scanning(7, 12));
    for (const id of [here, there]) expect(await lines(id)).toEqual(['live sent 0', 'update pending 7']);
  });
});
