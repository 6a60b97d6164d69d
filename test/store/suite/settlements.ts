import { describe, expect, it } from 'vitest';
import type { DeliveryKind } from '../../../src/scan/delivery.ts';
import type { LeasedDelivery } from '../../../src/store/leased-delivery.ts';
import * as settlements from '../../../src/store/settlements.ts';
import { stopWatch } from '../../../src/store/watches.ts';
import {
  ended,
  HOUR,
  MINUTE,
  NOON,
  type Reading,
  scanning,
  SECOND,
  TICK,
} from '../../support/observations.ts';
import {
  leaseAll,
  leaseOf,
  outbox,
  outboxLines,
  readNow,
  rowOf,
  saying,
  tsOf,
  watching,
  watchingLive,
} from '../../support/store.ts';
import { type OpenDatabase, useMigrated } from './fixture.ts';

export function settlementsSuite(openDatabase: OpenDatabase): void {
  postedSuite(openDatabase);
  editedSuite(openDatabase);
  laterSuite(openDatabase);
  givenUpSuite(openDatabase);
  ownerSuite(openDatabase);
}

function settlingOf(delivery: LeasedDelivery, now = NOON) {
  return { delivery, owner: 'me', now };
}

function postedSuite(openDatabase: OpenDatabase): void {
  describe('a message that was posted', () => {
    const opened = useMigrated(openDatabase);

    it('is sent, and the live message is where edits go', async () => {
      const id = await watching(opened.database);
      const delivery = await leaseOf(opened.database, id);
      await settlements.settlePosted(opened.database, settlingOf(delivery, NOON + SECOND), '17.1');
      const [row] = await outbox(opened.database, id);
      expect(row).toMatchObject({ state: 'sent', ts: '17.1', error: null, settledAt: NOON + SECOND });
      const watch = await rowOf(opened.database, 'watches', id);
      expect([watch['message_ts'], Number(watch['shown_at'])]).toEqual(['17.1', NOON + SECOND]);
    });

    it('does not take the place of the live message where it is a completion', async () => {
      const id = await watchingLive(opened.database);
      await readNow(opened.database, ended(12, 12));
      const delivery = await leaseOf(opened.database, id, { kinds: ['completion'] });
      await settlements.settlePosted(opened.database, settlingOf(delivery), '17.9');
      expect((await rowOf(opened.database, 'watches', id))['message_ts']).toBe(tsOf(id));
      expect(await outboxLines(opened.database, id)).toContain('completion sent 12');
    });
  });
}

function editedSuite(openDatabase: OpenDatabase): void {
  describe('an edit that was drawn', () => {
    const opened = useMigrated(openDatabase);
    const update = async (scanned = 7) => {
      const id = await watchingLive(opened.database);
      await readNow(opened.database, scanning(scanned, 12));
      return { id, delivery: await leaseOf(opened.database, id) };
    };

    it('leaves the outbox where it is an update', async () => {
      const { id, delivery } = await update();
      await settlements.settleEdited(opened.database, settlingOf(delivery, NOON + SECOND));
      expect(await outboxLines(opened.database, id)).toEqual(['live sent 0']);
      expect(Number((await rowOf(opened.database, 'watches', id))['shown_at'])).toBe(NOON + SECOND);
    });

    it('stays, sent, where it is the final state', async () => {
      const id = await watchingLive(opened.database);
      await readNow(opened.database, ended(12, 12));
      const delivery = await leaseOf(opened.database, id, { kinds: ['final'] });
      await settlements.settleEdited(opened.database, settlingOf(delivery, NOON + SECOND));
      const final = (await outbox(opened.database, id)).find(({ kind }) => kind === 'final');
      expect(final).toMatchObject({ state: 'sent', ts: tsOf(id), settledAt: NOON + SECOND });
    });

    it('is due again at once where a newer snapshot came meanwhile', async () => {
      const { id, delivery } = await update();
      await readNow(opened.database, scanning(9, 12));
      await settlements.settleEdited(opened.database, settlingOf(delivery, NOON + SECOND));
      const [next] = await leaseAll(opened.database, { now: NOON + SECOND });
      expect(next).toMatchObject({ kind: 'update', watchId: id, version: 1 });
      expect(next?.content.snapshot.images.scanned).toBe(9);
    });

    it('begins to count its attempts anew where a newer snapshot came meanwhile', async () => {
      const { id, delivery } = await update();
      let sending = delivery;
      for (const scanned of [8, 9, 10]) {
        await readNow(opened.database, scanning(scanned, 12));
        await settlements.settleEdited(opened.database, settlingOf(sending));
        sending = await leaseOf(opened.database, id);
        expect(sending.attempts).toBe(1);
      }
    });
  });
}

function laterSuite(openDatabase: OpenDatabase): void {
  describe('a delivery that is tried again', () => {
    const opened = useMigrated(openDatabase);
    const due = async (id: string) => (await outbox(opened.database, id)).map(({ dueAt }) => dueAt);

    it('is due when it was told to be, and says why', async () => {
      const id = await watching(opened.database);
      const delivery = await leaseOf(opened.database, id);
      const retry = { dueAt: NOON + MINUTE, error: 'rate limited' };
      await settlements.settleLater(opened.database, settlingOf(delivery), retry);
      const [row] = await outbox(opened.database, id);
      expect(row).toMatchObject({ state: 'pending', dueAt: NOON + MINUTE, error: 'rate limited' });
      expect(await leaseAll(opened.database, { now: NOON + MINUTE - 1 })).toEqual([]);
      expect(await leaseAll(opened.database, { now: NOON + MINUTE })).toMatchObject([{ attempts: 2 }]);
    });

    it('waits for that although a newer snapshot comes', async () => {
      const id = await watchingLive(opened.database);
      await readNow(opened.database, scanning(7, 12));
      const delivery = await leaseOf(opened.database, id);
      const retry = { dueAt: NOON + MINUTE, error: 'rate limited' };
      await settlements.settleLater(opened.database, settlingOf(delivery), retry);
      await readNow(opened.database, scanning(9, 12), { now: NOON + TICK });
      expect(await leaseAll(opened.database, { now: NOON + MINUTE - 1 })).toEqual([]);
      const [next] = await leaseAll(opened.database, { now: NOON + MINUTE });
      expect(next?.content.snapshot.images.scanned).toBe(9);
    });

    it('is looked for first where it is in doubt', async () => {
      const id = await watching(opened.database);
      const delivery = await leaseOf(opened.database, id);
      const doubt = { dueAt: NOON + SECOND, error: 'timeout' };
      await settlements.settleAmbiguous(opened.database, settlingOf(delivery), doubt);
      expect(await outbox(opened.database, id)).toMatchObject([
        { state: 'ambiguous', dueAt: NOON + SECOND, error: 'timeout' },
      ]);
    });

    it('is sent as text alone once Slack refused its blocks', async () => {
      const id = await watching(opened.database);
      const delivery = await leaseOf(opened.database, id);
      await settlements.settlePlain(opened.database, settlingOf(delivery, NOON + SECOND), 'invalid_blocks');
      expect(await due(id)).toEqual([NOON + SECOND]);
      expect(await leaseAll(opened.database, { now: NOON + SECOND })).toMatchObject([
        { isPlain: true, attempts: 2 },
      ]);
    });

    it('has its blocks again where a newer snapshot took the place of one that Slack refused', async () => {
      const id = await watchingLive(opened.database);
      await readNow(opened.database, scanning(7, 12));
      const delivery = await leaseOf(opened.database, id);
      await settlements.settlePlain(opened.database, settlingOf(delivery), 'invalid_blocks');
      const plain = await leaseOf(opened.database, id);
      await readNow(opened.database, scanning(9, 12));
      await settlements.settleEdited(opened.database, settlingOf(plain));
      expect(await leaseOf(opened.database, id)).toMatchObject({ isPlain: false });
    });

    it('is no update once the end has come, whatever Slack refused of it', async () => {
      const id = await watchingLive(opened.database);
      await readNow(opened.database, scanning(7, 12));
      const delivery = await leaseOf(opened.database, id);
      await readNow(opened.database, ended(12, 12));
      await settlements.settlePlain(opened.database, settlingOf(delivery), 'invalid_blocks');
      expect(await outboxLines(opened.database, id)).toEqual([
        'completion pending 12',
        'final pending 12',
        'live sent 0',
      ]);
    });
  });
}

function givenUpSuite(openDatabase: OpenDatabase): void {
  describe('a delivery that is given up', () => {
    const opened = useMigrated(openDatabase);

    it('stays visible and is never sent again', async () => {
      const id = await watching(opened.database);
      const delivery = await leaseOf(opened.database, id);
      await settlements.settleGivenUp(opened.database, settlingOf(delivery), 'restricted_action');
      expect(await outbox(opened.database, id)).toMatchObject([
        { state: 'given-up', error: 'restricted_action', settledAt: NOON },
      ]);
      expect(await leaseAll(opened.database, { now: NOON + HOUR })).toEqual([]);
    });

    it('does not take the later updates of its message with it', async () => {
      const id = await watchingLive(opened.database);
      await readNow(opened.database, scanning(7, 12));
      const delivery = await leaseOf(opened.database, id);
      await settlements.settlePlain(opened.database, settlingOf(delivery), 'invalid_blocks');
      const plain = await leaseOf(opened.database, id);
      await settlements.settleGivenUp(opened.database, settlingOf(plain), 'msg_too_long');
      expect(await outboxLines(opened.database, id)).toEqual(['live sent 0', 'update given-up 7']);
      await readNow(opened.database, scanning(9, 12), { now: NOON + TICK });
      expect(await leaseAll(opened.database, { now: NOON + TICK })).toMatchObject([
        { kind: 'update', isPlain: false, attempts: 1, content: { snapshot: { images: { scanned: 9 } } } },
      ]);
    });

    it('does not take a newer snapshot with it that came meanwhile', async () => {
      const id = await watchingLive(opened.database);
      await readNow(opened.database, scanning(7, 12));
      const delivery = await leaseOf(opened.database, id);
      await readNow(opened.database, scanning(9, 12));
      await settlements.settleGivenUp(opened.database, settlingOf(delivery), 'msg_too_long');
      expect(await leaseAll(opened.database)).toMatchObject([
        { kind: 'update', content: { snapshot: { images: { scanned: 9 } } } },
      ]);
    });

    it('for want of its message leaves the completion, and nothing that edits', async () => {
      const id = await watchingLive(opened.database);
      await readNow(opened.database, scanning(7, 12));
      const delivery = await leaseOf(opened.database, id);
      await settlements.settleMessageGone(opened.database, settlingOf(delivery), 'message_not_found');
      const watch = await rowOf(opened.database, 'watches', id);
      expect([watch['message_ts'], Number(watch['is_message_gone']), watch['state']]).toEqual([
        null,
        1,
        'active',
      ]);
      await readNow(opened.database, scanning(9, 12), { now: NOON + TICK });
      expect(await leaseAll(opened.database, { now: NOON + HOUR })).toEqual([]);
      await readNow(opened.database, ended(12, 12), { now: NOON + 2 * TICK });
      const [completion] = await leaseAll(opened.database, {
        now: NOON + HOUR,
        kinds: ['completion', 'live'],
      });
      expect(completion).toMatchObject({ kind: 'completion', messageTs: null });
    });

    it('for want of its message gives up the final state that waits', async () => {
      const id = await watchingLive(opened.database);
      await readNow(opened.database, scanning(7, 12));
      const delivery = await leaseOf(opened.database, id);
      await readNow(opened.database, ended(12, 12));
      await settlements.settleMessageGone(opened.database, settlingOf(delivery), 'message_not_found');
      expect(await outboxLines(opened.database, id)).toEqual([
        'completion pending 12',
        'final given-up 12',
        'live sent 0',
      ]);
    });

    it('for want of its message is no completion, which goes to the channel', async () => {
      const id = await watchingLive(opened.database);
      await readNow(opened.database, ended(12, 12));
      const delivery = await leaseOf(opened.database, id, { kinds: ['completion'] });
      await settlements.settleMessageGone(opened.database, settlingOf(delivery), 'thread_not_found');
      expect(await outboxLines(opened.database, id)).toEqual([
        'completion pending 12',
        'final given-up 12',
        'live sent 0',
      ]);
      expect(await leaseAll(opened.database)).toMatchObject([{ kind: 'completion', messageTs: null }]);
    });

    it('for want of its message is visible where it is the final state itself', async () => {
      const id = await watchingLive(opened.database);
      await readNow(opened.database, ended(12, 12));
      const delivery = await leaseOf(opened.database, id, { kinds: ['final'] });
      await settlements.settleMessageGone(opened.database, settlingOf(delivery), 'message_not_found');
      const final = (await outbox(opened.database, id)).find(({ kind }) => kind === 'final');
      expect(final).toMatchObject({ state: 'given-up', error: 'message_not_found' });
    });
  });
}

function ownerSuite(openDatabase: OpenDatabase): void {
  describe('a process that has no lease', () => {
    const opened = useMigrated(openDatabase);
    const retry = { dueAt: NOON, error: 'late' };
    const table: Readonly<Record<string, (late: settlements.Settling) => Promise<boolean>>> = {
      settlePosted: (late) => settlements.settlePosted(opened.database, late, '66.6'),
      settleEdited: (late) => settlements.settleEdited(opened.database, late),
      settleLater: (late) => settlements.settleLater(opened.database, late, retry),
      settleAmbiguous: (late) => settlements.settleAmbiguous(opened.database, late, retry),
      settlePlain: (late) => settlements.settlePlain(opened.database, late, 'late'),
      settleGivenUp: (late) => settlements.settleGivenUp(opened.database, late, 'late'),
      settleMessageGone: (late) => settlements.settleMessageGone(opened.database, late, 'late'),
      settleEditClosed: (late) => settlements.settleEditClosed(opened.database, late, 'late'),
      settlePlaceGone: (late) => settlements.settlePlaceGone(opened.database, late, 'late'),
    };
    const everything = async () => [
      await opened.database.query('select * from deliveries order by id', []),
      await opened.database.query('select * from watches order by id', []),
    ];
    const sending: Readonly<Record<DeliveryKind, () => Promise<LeasedDelivery>>> = {
      live: async () => leaseOf(opened.database, await watching(opened.database)),
      update: () => afterReading(scanning(7, 12), 'update'),
      final: () => afterReading(ended(12, 12), 'final'),
      completion: () => afterReading(ended(12, 12), 'completion'),
      notice: () => afterStandstill(),
      'stopped-by': () => afterStop(),
    };
    const afterStop = async () => {
      const id = await watchingLive(opened.database);
      const content = { ...saying(7), end: 'stopped', stoppedBy: 'U9', stopped: 'watch' } as const;
      await stopWatch(opened.database, { id, now: NOON, content });
      return leaseOf(opened.database, id, { kinds: ['stopped-by'] });
    };
    const afterStandstill = async () => {
      const id = await watchingLive(opened.database);
      await readNow(opened.database, scanning(7, 12));
      await readNow(opened.database, scanning(7, 12), { now: NOON + 11 * MINUTE });
      return leaseOf(opened.database, id, { kinds: ['notice'], now: NOON + 11 * MINUTE });
    };
    const afterReading = async (reading: Reading, kind: DeliveryKind) => {
      const id = await watchingLive(opened.database);
      await readNow(opened.database, reading);
      return leaseOf(opened.database, id, { kinds: [kind] });
    };
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
}
