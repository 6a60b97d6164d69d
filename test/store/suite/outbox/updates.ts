import { expect, it } from 'vitest';
import { ended, HOUR, MINUTE, NOON, scanning, SETTINGS, TICK } from '../../../support/observations.ts';
import { saying, settlingOf } from '../../../support/store.ts';
import { suite } from '../fixture.ts';
import { sql } from '../../../../src/store/sql.ts';

export const updatesSuite = suite('an update', (store) => {
  const lines = (id: string) => store.outboxLines(id);
  const leased = async (id: string, now = NOON) => {
    const delivery = await store.leaseOf(id, { now });
    return settlingOf(delivery, now);
  };

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
    const sending = await leased(id);
    await store.settleLater(sending, { dueAt: NOON + MINUTE, error: 'rate limited' });
    await store.readNow(scanning(7, 12));
    expect(await lines(id)).toEqual(['live pending 7']);
    expect(await store.leaseAll()).toEqual([]);
    expect(await store.leaseAll({ now: NOON + MINUTE })).toHaveLength(1);
  });

  it('leaves a live message that may have been posted to be looked for at its time', async () => {
    const id = await store.watching();
    await store.settleAmbiguous(await leased(id), { dueAt: NOON, error: 'timeout' });
    await store.readNow(scanning(7, 12), { now: NOON + TICK });
    expect((await store.outbox(id))[0]).toMatchObject({ kind: 'live', state: 'ambiguous', dueAt: NOON });
  });

  it('waits while the live message is being sent', async () => {
    const id = await store.watching();
    const sending = await leased(id);
    await store.readNow(scanning(7, 12));
    expect(await lines(id)).toEqual(['live sending 0', 'update pending 7']);
    expect(await store.leaseAll()).toEqual([]);
    await store.settlePosted(sending, '17.1');
    expect(await store.leaseAll()).toMatchObject([{ kind: 'update', messageTs: '17.1' }]);
  });

  it('never shows less than a live message that took longer and was overwritten meanwhile', async () => {
    const id = await store.watching();
    const sending = await leased(id);
    await store.readNow(scanning(3, 12));
    await store.settleLater(sending, { dueAt: NOON, error: 'refused connection' });
    await store.readNow(scanning(7, 12), { now: NOON + TICK });
    expect(await lines(id)).toEqual(['live pending 7']);
    const shown: number[] = [];
    for (let turn = 0; turn < 3; turn += 1) {
      for (const delivery of await store.leaseAll({ now: NOON + TICK })) {
        shown.push(delivery.content.snapshot.images.scanned);
        const settling = settlingOf(delivery, NOON + TICK);
        if (delivery.kind === 'live') await store.settlePosted(settling, '17.1');
        else await store.settleEdited(settling);
      }
    }
    expect(shown).toEqual(shown.toSorted((a, b) => a - b));
    expect(shown.at(-1)).toBe(7);
    expect(await lines(id)).toEqual(['live sent 0']);
  });

  it('keeps its place while a newer one overwrites it in flight, and is due again with the newest', async () => {
    const id = await store.watchingLive();
    await store.readNow(scanning(3, 12));
    const sending = await leased(id);
    await store.readNow(scanning(7, 12));
    expect(await lines(id)).toEqual(['live sent 0', 'update sending 7']);
    expect(await store.leaseAll()).toEqual([]);
    await store.settleEdited(sending);
    expect(await lines(id)).toEqual(['live sent 0', 'update pending 7']);
    await store.settleEdited(await leased(id));
    expect(await lines(id)).toEqual(['live sent 0']);
  });

  it('is not made where nothing changed that a person can see', async () => {
    const id = await store.watchingLive();
    await store.readNow(scanning(7, 12));
    await store.settleEdited(await leased(id));
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
    const update = await store.leaseOf(id, { now: NOON + MINUTE });
    const retry = { dueAt: NOON + HOUR, error: 'timeout', mayStillApplyUntil: NOON + 2 * HOUR };
    await store.settleLater(settlingOf(update, NOON + MINUTE), retry);
    await store.readNow(ended(12, 12), {
      now: NOON + 2 * MINUTE,
      settings: { ...SETTINGS, reportWaitMs: MINUTE },
    });
    const times = async () => {
      const created = sql`select created_at, due_at from deliveries where state = 'pending' order by kind`;
      const reports = sql`select give_up_at, due_at from reports`;
      const edits = sql`select late_edit_until from messages`;
      const rows = await Promise.all([created, reports, edits].map((statement) => store.query(statement)));
      return rows.flat().flatMap((row) => Object.values(row).map(Number));
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
