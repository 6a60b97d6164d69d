import { expect, it } from 'vitest';
import { enqueueDigests } from '../../../../src/jobs/reports/digests.ts';
import type { DeliveryKind } from '../../../../src/scan/delivery.ts';
import { nextDigestAt } from '../../../../src/scan/weekly-digest.ts';
import type { LeasedDelivery } from '../../../../src/store/outbox/load.ts';
import type { Settling } from '../../../../src/store/outbox/settle.ts';
import {
  ended,
  HOUR,
  MINUTE,
  NOON,
  type Reading,
  scanning,
  SECOND,
  TICK,
} from '../../../support/observations.ts';
import { settlingOf, SILENT_LOG, tsOf } from '../../../support/store.ts';
import { type Store, suite, suites } from '../fixture.ts';
import { sql } from '../../../../src/store/sql.ts';

const REFUSED = { form: 'text', error: 'invalid_blocks' } as const;
const ENDED = ['completion pending 12', 'final pending 12', 'live sent 0'];

/** A live message whose update is under way. */
export async function sendUpdate(store: Store) {
  const id = await store.watchingLive();
  await store.readNow(scanning(7, 12));
  return { id, delivery: await store.leaseOf(id) };
}

const posted = suite('a message that was posted', (store) => {
  it('is sent, and the live message is where edits go', async () => {
    const id = await store.watching();
    await store.settlePosted(settlingOf(await store.leaseOf(id), NOON + SECOND), '17.1');
    const sent = { state: 'sent', ts: '17.1', error: null, settledAt: NOON + SECOND };
    expect((await store.outbox(id))[0]).toMatchObject(sent);
    expect(await store.rowOf('messages', id)).toMatchObject({ ts: '17.1', last_rendered_at: NOON + SECOND });
  });

  it('does not take the place of the live message where it is a completion', async () => {
    const id = await store.endingLive();
    await store.settlePosted(await store.settling(id, { kinds: ['completion'] }), '17.9');
    expect((await store.rowOf('messages', id))['ts']).toBe(tsOf(id));
    expect(await store.outboxLines(id)).toContain('completion sent 12');
  });
});

const edited = suite('an edit that was drawn', (store) => {
  it.each([
    [10 * SECOND, ['live sent 0']],
    [10 * SECOND + 1, []],
  ])('leaves the outbox where it is an update, and after %i ms so does its post', async (afterMs, left) => {
    const { id, delivery } = await sendUpdate(store);
    await store.settleEdited(settlingOf(delivery, NOON + afterMs));
    expect(await store.outboxLines(id)).toEqual(left);
    expect((await store.rowOf('messages', id))['last_rendered_at']).toBe(NOON + afterMs);
  });

  it('stays, sent, where it is the final state', async () => {
    const id = await store.endingLive();
    await store.settleEdited(settlingOf(await store.leaseOf(id, { kinds: ['final'] }), NOON + SECOND));
    const sent = { state: 'sent', ts: tsOf(id), settledAt: NOON + SECOND };
    expect((await store.outbox(id, 'final'))[0]).toMatchObject(sent);
  });

  it('is drawn once more where one before it may still land, of this message and no other', async () => {
    const { id, delivery } = await sendUpdate(store);
    const other = await store.watchingLive({ channel: 'C2' });
    await store.readNow(scanning(8, 12));
    const otherUpdate = await store.settling(other);
    const until = NOON + MINUTE;
    await store.settleLater(settlingOf(delivery), {
      dueAt: NOON,
      error: 'timeout',
      mayStillApplyUntil: until,
    });
    await store.settleEdited(await store.settling(id));
    await store.settleEdited(otherUpdate);
    expect(await store.outboxLines(other)).toEqual(['live sent 0']);
    expect(await store.outboxLines(id)).toEqual(['live sent 0', 'update pending 8']);
    const again = { error: 'an edit before it may still land', dueAt: until };
    expect((await store.outbox(id)).at(-1)).toMatchObject(again);
    await store.settleEdited(await store.settling(id, { now: until }));
    // Its post was a minute ago by now.
    expect(await store.outboxLines(id)).toEqual([]);
  });

  it('is repeated also as the final state, where an update before it may still land', async () => {
    const { id, delivery } = await sendUpdate(store);
    const retry = { dueAt: NOON, error: 'timeout', mayStillApplyUntil: NOON + MINUTE };
    await store.settleLater(settlingOf(delivery), retry);
    await store.readNow(ended(12, 12));
    await store.settleEdited(await store.settling(id, { kinds: ['final'] }));
    expect(await store.outboxLines(id)).toContain('final pending 12');
    await store.settleEdited(await store.settling(id, { kinds: ['final'], now: NOON + MINUTE }));
    expect(await store.outboxLines(id)).toContain('final sent 12');
  });

  it('is due again at once where a newer snapshot came meanwhile', async () => {
    const { id, delivery } = await sendUpdate(store);
    await store.readNow(scanning(9, 12));
    await store.settleEdited(settlingOf(delivery, NOON + SECOND));
    const [next] = await store.leaseAll({ now: NOON + SECOND });
    expect(next).toMatchObject({ kind: 'update', messageId: id, version: 1 });
    expect(next?.content.snapshot.images.scanned).toBe(9);
  });

  it('begins to count its attempts anew where a newer snapshot came meanwhile', async () => {
    const { id, delivery } = await sendUpdate(store);
    let sending = delivery;
    for (const scanned of [8, 9, 10]) {
      await store.readNow(scanning(scanned, 12));
      await store.settleEdited(settlingOf(sending));
      sending = await store.leaseOf(id);
      expect(sending.attempts).toBe(1);
    }
  });
});

const retried = suite('a delivery that is tried again', (store) => {
  const retry = { dueAt: NOON + MINUTE, error: 'rate limited' };

  it('is due when it was told to be, and says why', async () => {
    const id = await store.watching();
    await store.settleLater(await store.settling(id), retry);
    expect((await store.outbox(id))[0]).toMatchObject({ state: 'pending', ...retry });
    expect(await store.leaseAll({ now: NOON + MINUTE - 1 })).toEqual([]);
    expect(await store.leaseAll({ now: NOON + MINUTE })).toMatchObject([{ attempts: 2 }]);
  });

  it('waits for that although a newer snapshot comes', async () => {
    const { delivery } = await sendUpdate(store);
    await store.settleLater(settlingOf(delivery), retry);
    await store.readNow(scanning(9, 12), { now: NOON + TICK });
    expect(await store.leaseAll({ now: NOON + MINUTE - 1 })).toEqual([]);
    const [next] = await store.leaseAll({ now: NOON + MINUTE });
    expect(next?.content.snapshot.images.scanned).toBe(9);
  });

  it('is looked for first where it is in doubt', async () => {
    const id = await store.watching();
    await store.makeAmbiguous(id, { dueAt: NOON + SECOND });
    const ambiguous = { state: 'ambiguous', dueAt: NOON + SECOND, error: 'timeout' };
    expect(await store.outbox(id)).toMatchObject([ambiguous]);
  });

  it('is sent as text alone once Slack refused its blocks', async () => {
    const id = await store.watching();
    await store.settleSimplified(settlingOf(await store.leaseOf(id), NOON + SECOND), REFUSED);
    expect(await store.outbox(id)).toMatchObject([{ dueAt: NOON + SECOND }]);
    expect(await store.leaseAll({ now: NOON + SECOND })).toMatchObject([{ isPlain: true, attempts: 2 }]);
  });

  it('is sent with text for its table once Slack refused that', async () => {
    const refused = settlingOf(await store.leaseOf(await store.watching()), NOON + SECOND);
    await store.settleSimplified(refused, { ...REFUSED, form: 'no-table' });
    const leased = await store.leaseAll({ now: NOON + SECOND });
    expect(leased).toMatchObject([{ isPlain: false, isTableRejected: true }]);
  });

  it('has its blocks again where a newer snapshot took the place of one that Slack refused', async () => {
    const { id, delivery } = await sendUpdate(store);
    await store.settleSimplified(settlingOf(delivery), REFUSED);
    const plain = await store.settling(id);
    await store.readNow(scanning(9, 12));
    await store.settleEdited(plain);
    expect(await store.leaseOf(id)).toMatchObject({ isPlain: false });
  });

  it('has its blocks again where a newer snapshot came before it was sent as text', async () => {
    const { id, delivery } = await sendUpdate(store);
    await store.settleSimplified(settlingOf(delivery), REFUSED);
    await store.readNow(scanning(9, 12));
    expect(await store.leaseOf(id)).toMatchObject({ isPlain: false });
  });

  it('is no update once the end has come, whatever Slack refused of it', async () => {
    const { id, delivery } = await sendUpdate(store);
    await store.readNow(ended(12, 12));
    await store.settleSimplified(settlingOf(delivery), REFUSED);
    expect(await store.outboxLines(id)).toEqual(ENDED);
  });
});

const leaseless = suite('a process that has no lease', (store) => {
  const retry = { dueAt: NOON, error: 'late' };
  const table: Readonly<Record<string, (late: Settling) => Promise<boolean>>> = {
    settlePosted: (late) => store.settlePosted(late, '66.6'),
    settleEdited: (late) => store.settleEdited(late),
    settleLater: (late) => store.settleLater(late, retry),
    settleAmbiguous: (late) => store.settleAmbiguous(late, retry),
    settleSimplified: (late) => store.settleSimplified(late, REFUSED),
    settleFailed: (late) => store.settleFailed(late, 'late'),
    settleMessageNotFound: (late) => store.settleMessageNotFound(late, 'late'),
    settleEditWindowClosed: (late) => store.settleEditWindowClosed(late, 'late'),
    settleChannelUnavailable: (late) => store.settleChannelUnavailable(late, 'late'),
  };
  const everything = async () => [
    await store.query(sql`select * from deliveries order by id`),
    await store.query(sql`select * from messages order by id`),
    await store.query(sql`select * from watches order by id`),
  ];
  const sending: Readonly<Record<DeliveryKind, () => Promise<LeasedDelivery>>> = {
    live: async () => store.leaseOf(await store.watching()),
    update: () => afterReading(scanning(7, 12), 'update'),
    final: () => afterReading(ended(12, 12), 'final'),
    completion: () => afterReading(ended(12, 12), 'completion'),
    notice: async () => {
      const id = await store.watchingLive();
      return store.leaseOf(id, { kinds: ['notice'], now: await store.stalling() });
    },
    'stopped-by': async () => {
      const id = await store.watchingLive();
      await store.stopping(id, { scanned: 7, stoppedBy: 'U9', stopped: 'watch' });
      return store.leaseOf(id, { kinds: ['stopped-by'] });
    },
    digest: async () => {
      const digest = { weekday: 'monday', minute: 0, timeZone: 'UTC' } as const;
      await store.configuring({ digest });
      const now = nextDigestAt(digest, NOON);
      await enqueueDigests({ database: store, now: () => now, log: SILENT_LOG });
      return (await store.leaseAll({ now, kinds: ['digest'] }))[0]!;
    },
  };
  const afterReading = async (reading: Reading, kind: DeliveryKind) => {
    const id = await store.watchingLive();
    await store.readNow(reading);
    return store.leaseOf(id, { kinds: [kind] });
  };

  it.each(Object.keys(table))('changes nothing of a delivery that it has settled with %s', async (settle) => {
    const settling = settlingOf(await sending.live());
    expect(await table[settle]!(settling)).toBe(true);
    const before = await everything();
    const leased = sql`select id from deliveries where lease_owner is not null or lease_until is not null`;
    expect(await store.query(leased)).toEqual([]);
    expect(await store.settleFailed(settling, 'late')).toBe(false);
    expect(await everything()).toEqual(before);
  });

  const cases = (Object.keys(sending) as DeliveryKind[]).flatMap((kind) =>
    Object.keys(table).map((settle) => [settle, kind] as const),
  );

  it.each(cases)('changes nothing with %s of a delivery that is %s', async (settle, kind) => {
    const delivery = await sending[kind]();
    const before = await everything();
    await table[settle]!({ delivery, owner: 'other', now: NOON + HOUR });
    expect(await everything()).toEqual(before);
  });
});

export const settlementsSuite = suites(posted, edited, retried, leaseless);
