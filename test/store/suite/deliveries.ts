import { describe, expect, it } from 'vitest';
import { DEFAULT_SETTINGS } from '../../../src/scan/channel-settings.ts';
import type { DeliveryKind } from '../../../src/scan/delivery.ts';
import {
  endStrayedLeases,
  leaseDeliveries,
  leaseDoubtful,
  recoverAbandoned,
} from '../../../src/store/delivery-leases.ts';
import type { LeasedDelivery } from '../../../src/store/leased-delivery.ts';
import { settleAmbiguous, settleEdited, settleLater, settlePosted } from '../../../src/store/settlements.ts';
import { ended, HOUR, IMAGE, NOON, REGULAR, scanning, SECOND, TICK } from '../../support/observations.ts';
import {
  imageNamed,
  LEASE_MS,
  leaseAll,
  leaseOf,
  outbox,
  outboxLines,
  readNow,
  recovery,
  tsOf,
  watching,
  watchingLive,
} from '../../support/store.ts';
import { type OpenDatabase, type Opened, useMigrated } from './fixture.ts';

const POSTS: readonly DeliveryKind[] = ['live', 'completion'];
const EDITS: readonly DeliveryKind[] = ['final', 'update'];
const PAUSE_MS = 1_000;

export function deliveriesSuite(openDatabase: OpenDatabase): void {
  leaseSuite(openDatabase);
  orderSuite(openDatabase);
  postSuite(openDatabase);
  abandonedSuite(openDatabase);
  doubtfulSuite(openDatabase);
}

function kindsOf(leased: readonly LeasedDelivery[]): string[] {
  return leased.map(({ kind }) => kind);
}

/** Watches that each have a live message and what a reading gave them, one target and channel each. */
async function watchesWith({ database }: Opened, gives: readonly ('update' | 'end')[]): Promise<string[]> {
  const ids: string[] = [];
  for (const [index, given] of gives.entries()) {
    const target = imageNamed(`image-${index}`);
    ids.push(await watchingLive(database, { target, channel: `C${index}` }));
    await readNow(database, scanning(1, 12), { target });
    if (given === 'end') await readNow(database, ended(12, 12), { target });
  }
  return ids;
}

function leaseSuite(openDatabase: OpenDatabase): void {
  describe('a leased delivery', () => {
    const opened = useMigrated(openDatabase);

    it('carries all that its message needs', async () => {
      const id = await watching(opened.database, { thread: '17.1' });
      await watching(opened.database, { thread: '17.1', userId: 'U2', now: NOON + SECOND });
      const [row] = await outbox(opened.database, id);
      expect(await leaseAll(opened.database, { now: NOON + 2 * SECOND })).toEqual([
        {
          id: row?.id,
          kind: 'live',
          content: row?.content,
          version: 0,
          attempts: 1,
          isPlain: false,
          watchId: id,
          subject: {
            kind: 'scan',
            target: IMAGE,
            report: null,
            requests: { startedBy: null, stoppedBy: null, askedBy: null },
            standstill: null,
          },
          place: { channel: 'C1', thread: '17.1' },
          thread: '17.1',
          messageTs: null,
          followers: ['U1', 'U2'],
          attemptedAt: NOON + 2 * SECOND,
          slackAt: NOON + 2 * SECOND,
          absences: 0,
          settings: DEFAULT_SETTINGS,
        },
      ]);
    });

    it('of the regular scan says so', async () => {
      await watching(opened.database, { target: REGULAR });
      expect((await leaseAll(opened.database))[0]?.subject).toMatchObject({ kind: 'scan', target: REGULAR });
    });

    it('has an id of its own for each watch and kind, and the same one for ever', async () => {
      await watchesWith(opened, ['end', 'end']);
      const first = await outbox(opened.database);
      expect(new Set(first.map(({ id }) => id)).size).toBe(first.length);
      const leased = await leaseAll(opened.database, { kinds: ['completion'] });
      for (const delivery of leased) {
        const settling = { delivery, owner: 'me', now: NOON };
        await settleLater(opened.database, settling, { dueAt: NOON, error: 'refused connection' });
      }
      const again = await leaseAll(opened.database, { kinds: ['completion'] });
      expect(again.map(({ id }) => id).sort()).toEqual(leased.map(({ id }) => id).sort());
      expect(again.map(({ attempts }) => attempts)).toEqual([2, 2]);
    });

    it('is leased to nobody else', async () => {
      const other = await opened.connect();
      await watchesWith(opened, ['end', 'update', 'end']);
      const lease = {
        now: NOON,
        leaseMs: LEASE_MS,
        limit: 100,
        kinds: [...POSTS, ...EDITS],
        channelPauseMs: 0,
      };
      const [mine, theirs] = await Promise.all([
        leaseDeliveries(opened.database, { ...lease, owner: 'me' }),
        leaseDeliveries(other, { ...lease, owner: 'other' }),
      ]);
      const ids = [...mine, ...theirs].map(({ id }) => id);
      expect(new Set(ids).size).toBe(ids.length);
      expect(ids).toHaveLength(5);
      expect(await leaseAll(opened.database, { now: NOON + HOUR })).toEqual([]);
    });

    it('is due', async () => {
      await watching(opened.database, { liveDelayMs: 1_500 });
      expect(await leaseAll(opened.database, { now: NOON + 1_499 })).toEqual([]);
      expect(await leaseAll(opened.database, { now: NOON + 1_500 })).toHaveLength(1);
    });

    it('is of a kind that was asked for', async () => {
      await watchesWith(opened, ['end', 'update']);
      const rest = { limit: 1 };
      expect(kindsOf(await leaseAll(opened.database, { ...rest, kinds: ['update'] }))).toEqual(['update']);
      expect(kindsOf(await leaseAll(opened.database, { ...rest, kinds: ['final'] }))).toEqual(['final']);
      expect(kindsOf(await leaseAll(opened.database, { ...rest, kinds: ['live'] }))).toEqual([]);
      expect(kindsOf(await leaseAll(opened.database, { ...rest, kinds: POSTS }))).toEqual(['completion']);
    });

    it('is one of as many as were asked for', async () => {
      await watchesWith(opened, ['update', 'update', 'update']);
      expect(await leaseAll(opened.database, { limit: 2 })).toHaveLength(2);
      expect(await leaseAll(opened.database, { limit: 2 })).toHaveLength(1);
      expect(await leaseAll(opened.database, { limit: 2 })).toHaveLength(0);
    });
  });
}

function orderSuite(openDatabase: OpenDatabase): void {
  describe('what goes first', () => {
    const opened = useMigrated(openDatabase);

    it('are ends, then beginnings, then updates', async () => {
      const [updated, finished] = await watchesWith(opened, ['update', 'end']);
      const begun = await watching(opened.database, { channel: 'C9', target: REGULAR });
      const turns: string[][] = [];
      for (let turn = 0; turn < 4; turn += 1) {
        turns.push(
          (await leaseAll(opened.database, { limit: 1 })).map(({ kind, watchId }) => `${kind} ${watchId}`),
        );
      }
      expect(turns.flat()).toEqual([
        `completion ${finished}`,
        `final ${finished}`,
        `live ${begun}`,
        `update ${updated}`,
      ]);
    });

    it('is, of one watch, its completion; the final state has its own turn', async () => {
      await watchesWith(opened, ['end']);
      expect(kindsOf(await leaseAll(opened.database))).toEqual(['completion']);
      expect(kindsOf(await leaseAll(opened.database, { kinds: EDITS }))).toEqual(['final']);
    });

    it('is, among updates, the message that was drawn longest ago', async () => {
      const [a, b, c] = await watchesWith(opened, ['update', 'update', 'update']);
      for (const [order, id] of [b, c, a].entries()) {
        const at = NOON + order * SECOND;
        const leased = await leaseAll(opened.database, { kinds: ['update'], now: at });
        for (const delivery of leased) {
          const settling = { delivery, owner: 'me', now: at };
          if (delivery.watchId === id) await settleEdited(opened.database, settling);
          else await settleLater(opened.database, settling, { dueAt: at, error: 'refused connection' });
        }
      }
      for (const index of [0, 1, 2]) {
        await readNow(opened.database, scanning(5, 12), {
          target: imageNamed(`image-${index}`),
          now: NOON + TICK,
        });
      }
      const drawn: string[] = [];
      for (let turn = 0; turn < 3; turn += 1) {
        const [next] = await leaseAll(opened.database, { limit: 1, now: NOON + TICK });
        drawn.push(next!.watchId);
      }
      expect(drawn).toEqual([b, c, a]);
    });
  });

  describe('a message', () => {
    const opened = useMigrated(openDatabase);

    it('is edited by one edit at a time', async () => {
      const [id] = await watchesWith(opened, ['update']);
      const sending = await leaseOf(opened.database, id!);
      await readNow(opened.database, scanning(5, 12), { target: imageNamed('image-0') });
      expect(await leaseAll(opened.database)).toEqual([]);
      await settleEdited(opened.database, { delivery: sending, owner: 'me', now: NOON });
      expect(kindsOf(await leaseAll(opened.database))).toEqual(['update']);
    });

    it.each([[['final']], [EDITS], [['update']]] as const)(
      'is not edited for its end while an update is under way (%s)',
      async (kinds) => {
        const [id] = await watchesWith(opened, ['update']);
        const sending = await leaseOf(opened.database, id!);
        await readNow(opened.database, ended(12, 12), { target: imageNamed('image-0') });
        expect(await leaseAll(opened.database, { kinds })).toEqual([]);
        await settleEdited(opened.database, { delivery: sending, owner: 'me', now: NOON });
        expect(kindsOf(await leaseAll(opened.database, { kinds: ['final'] }))).toEqual(['final']);
      },
    );

    it('does not hold up the completion while it is being edited', async () => {
      const [id] = await watchesWith(opened, ['update']);
      await leaseOf(opened.database, id!);
      await readNow(opened.database, ended(12, 12), { target: imageNamed('image-0') });
      expect(kindsOf(await leaseAll(opened.database, { kinds: POSTS }))).toEqual(['completion']);
    });

    it.each(['pending', 'sending', 'ambiguous'])(
      'is followed by nothing while it is %s itself',
      async (state) => {
        const id = await watching(opened.database, { liveDelayMs: state === 'pending' ? HOUR : 0 });
        if (state !== 'pending') {
          const delivery = await leaseOf(opened.database, id);
          const settling = { delivery, owner: 'me', now: NOON };
          if (state === 'ambiguous') {
            await settleAmbiguous(opened.database, settling, { dueAt: NOON, error: 'timeout' });
          }
        }
        await readNow(opened.database, scanning(7, 12));
        await readNow(opened.database, ended(12, 12));
        const leased = await leaseAll(opened.database, { kinds: [...EDITS, 'completion'] });
        expect(leased).toEqual([]);
      },
    );
  });
}

function postSuite(openDatabase: OpenDatabase): void {
  describe('a post', () => {
    const opened = useMigrated(openDatabase);
    const leasePosts = (now: number) =>
      leaseAll(opened.database, { kinds: POSTS, channelPauseMs: PAUSE_MS, now });
    /** So many watches of one channel that have begun at once. */
    const begin = async (count: number, channel = 'C1') => {
      for (let index = 0; index < count; index += 1) {
        await watching(opened.database, { channel, target: imageNamed(`${channel.toLowerCase()}-${index}`) });
      }
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
      await settlePosted(opened.database, { delivery: first!, owner: 'me', now: NOON + 500 }, '17.1');
      expect(await leasePosts(NOON + 999)).toEqual([]);
      const [second] = await leasePosts(NOON + 1_000);
      const settling = { delivery: second!, owner: 'me', now: NOON + 1_100 };
      await settleLater(opened.database, settling, { dueAt: NOON + 1_100, error: 'refused connection' });
      expect(await leasePosts(NOON + 1_999)).toEqual([]);
      expect(await leasePosts(NOON + 2_000)).toHaveLength(1);
    });

    it('rests after one of a replica whose clock is ahead, and not for one of before a clock was set back', async () => {
      await begin(3);
      expect(await leasePosts(NOON + HOUR + 5)).toHaveLength(1);
      expect(await leasePosts(NOON + HOUR)).toEqual([]);
      expect(await leasePosts(NOON)).toHaveLength(1);
    });

    it('leaves other channels alone', async () => {
      await begin(2, 'C1');
      await begin(2, 'C2');
      const channels = (await leasePosts(NOON)).map(({ place }) => place.channel);
      expect(channels.sort()).toEqual(['C1', 'C2']);
    });

    it('counts a thread to its channel', async () => {
      await watching(opened.database, { thread: '17.1' });
      await watching(opened.database, { thread: '17.2' });
      expect(await leasePosts(NOON)).toHaveLength(1);
    });

    it('does not rest for edits', async () => {
      await watchesWith(opened, ['update']);
      await watching(opened.database, { channel: 'C0', target: REGULAR, now: NOON + HOUR });
      expect(await leaseAll(opened.database, { kinds: EDITS, now: NOON + HOUR })).toHaveLength(1);
      expect(await leasePosts(NOON + HOUR)).toHaveLength(1);
    });

    it('lets an end go before a beginning in the same channel', async () => {
      const id = await watchingLive(opened.database, { now: NOON - HOUR });
      await begin(1);
      await readNow(opened.database, ended(12, 12), { now: NOON });
      expect(await leasePosts(NOON)).toMatchObject([{ kind: 'completion', watchId: id }]);
      expect(await leasePosts(NOON + SECOND)).toMatchObject([{ kind: 'live' }]);
    });

    it('is not held up by posts that a clock set back calls later ones', async () => {
      await begin(1);
      expect(await leasePosts(NOON)).toHaveLength(1);
      await watching(opened.database, { target: REGULAR, now: NOON - HOUR });
      expect(await leasePosts(NOON - HOUR)).toHaveLength(1);
    });
  });
}

function abandonedSuite(openDatabase: OpenDatabase): void {
  describe('what a process that died was sending', () => {
    const opened = useMigrated(openDatabase);
    const recover = (now = NOON + LEASE_MS) => recoverAbandoned(opened.database, recovery(now));

    it('is left alone until its lease is over', async () => {
      await watching(opened.database);
      await leaseAll(opened.database);
      expect(await recover(NOON + LEASE_MS - 1)).toBe(0);
      expect(await recover()).toBe(1);
      expect(await recover()).toBe(0);
    });

    it('is taken up at once after the clock was set back, and not by a clock that is a little behind', async () => {
      await watching(opened.database);
      await leaseAll(opened.database);
      const recoverAt = async (now: number) => {
        await endStrayedLeases(opened.database, { now: () => now, leaseMs: LEASE_MS });
        return recover(now);
      };
      expect(await recoverAt(NOON - LEASE_MS)).toBe(0);
      expect(await recoverAt(NOON - LEASE_MS - 1)).toBe(1);
    });

    it('is left alone by a process that stood still and wakes with the time of before', async () => {
      await watching(opened.database);
      await leaseAll(opened.database);
      const times = [NOON - HOUR, NOON, NOON];
      await endStrayedLeases(opened.database, { now: () => times.shift() ?? NOON, leaseMs: LEASE_MS });
      expect(await recover(NOON - HOUR)).toBe(0);
      expect(await recover(NOON + LEASE_MS - 1)).toBe(0);
    });

    it('is repeated where it is an edit, and in doubt where it is a post', async () => {
      const [updated, finished] = await watchesWith(opened, ['update', 'end']);
      const begun = await watching(opened.database, { channel: 'C9', target: REGULAR });
      await leaseAll(opened.database, { kinds: POSTS });
      await leaseAll(opened.database, { kinds: EDITS });
      expect(await recover()).toBe(4);
      expect(await outboxLines(opened.database, updated)).toEqual(['live sent 0', 'update pending 1']);
      expect(await outboxLines(opened.database, begun)).toEqual(['live ambiguous 0']);
      expect(await outboxLines(opened.database, finished)).toEqual([
        'completion ambiguous 12',
        'final pending 12',
        'live sent 0',
      ]);
    });

    it('is never an update after the end that came meanwhile', async () => {
      const [id] = await watchesWith(opened, ['update']);
      await leaseOf(opened.database, id!);
      await readNow(opened.database, ended(12, 12), { target: imageNamed('image-0') });
      await recover();
      const edited: string[] = [];
      for (let turn = 0; turn < 3; turn += 1) {
        for (const delivery of await leaseAll(opened.database, { kinds: EDITS, now: NOON + LEASE_MS })) {
          edited.push(delivery.kind);
          await settleEdited(opened.database, { delivery, owner: 'me', now: NOON + LEASE_MS });
        }
      }
      expect(edited).toEqual(['final']);
      // It is drawn once more when what the dead process sent cannot land any more.
      const later = NOON + 2 * LEASE_MS;
      for (const delivery of await leaseAll(opened.database, { kinds: EDITS, now: later })) {
        await settleEdited(opened.database, { delivery, owner: 'me', now: later });
      }
      expect(await outboxLines(opened.database, id)).toEqual([
        'completion pending 12',
        'final sent 12',
        'live sent 0',
      ]);
    });

    it('is not settled by that process any more, should it wake', async () => {
      const id = await watching(opened.database);
      const delivery = await leaseOf(opened.database, id);
      await recover();
      await settlePosted(opened.database, { delivery, owner: 'me', now: NOON + HOUR }, '17.1');
      const [row] = await outbox(opened.database, id);
      expect(row).toMatchObject({ state: 'ambiguous', ts: null });
      const [watch] = await opened.database.query('select message_ts from watches', []);
      expect(watch?.['message_ts']).toBeNull();
    });

    it('is not settled by an earlier attempt of the same process', async () => {
      const [id] = await watchesWith(opened, ['update']);
      const first = await leaseOf(opened.database, id!);
      await recover();
      await leaseOf(opened.database, id!, { now: NOON + LEASE_MS });
      const late = { delivery: first, owner: 'me', now: NOON + LEASE_MS };
      await settleLater(opened.database, late, { dueAt: NOON + LEASE_MS, error: 'timeout' });
      expect(await leaseAll(opened.database, { now: NOON + LEASE_MS })).toEqual([]);
      expect(await outboxLines(opened.database, id)).toEqual(['live sent 0', 'update sending 1']);
    });
  });
}

function doubtfulSuite(openDatabase: OpenDatabase): void {
  describe('what is in doubt', () => {
    const opened = useMigrated(openDatabase);
    const doubtful = (now = NOON, options: { owner?: string; limit?: number } = {}) =>
      leaseDoubtful(opened.database, { owner: 'me', now, leaseMs: LEASE_MS, limit: 10, ...options });
    const doubt = async (id: string, dueAt = NOON) => {
      const delivery = await leaseOf(opened.database, id, { kinds: POSTS });
      await settleAmbiguous(
        opened.database,
        { delivery, owner: 'me', now: NOON },
        { dueAt, error: 'timeout' },
      );
    };

    it('is looked for when it is due, once', async () => {
      const id = await watching(opened.database);
      await doubt(id, NOON + SECOND);
      expect(await doubtful()).toEqual([]);
      expect(await doubtful(NOON + SECOND)).toMatchObject([{ kind: 'live', watchId: id, attemptedAt: NOON }]);
      expect(await doubtful(NOON + SECOND)).toEqual([]);
      expect(await doubtful(NOON + SECOND, { owner: 'other' })).toEqual([]);
      expect(await doubtful(NOON + SECOND + LEASE_MS, { owner: 'other' })).toHaveLength(1);
    });

    it('is not sent', async () => {
      await doubt(await watching(opened.database));
      expect(await leaseAll(opened.database, { now: NOON + HOUR })).toEqual([]);
    });

    it('is looked for with ends first, as many as asked for', async () => {
      const [finished] = await watchesWith(opened, ['end']);
      const begun = await watching(opened.database, { target: REGULAR, now: NOON - HOUR });
      const leased = await leaseAll(opened.database, { kinds: POSTS });
      for (const delivery of leased) {
        const settling = { delivery, owner: 'me', now: NOON };
        await settleAmbiguous(opened.database, settling, { dueAt: NOON, error: 'timeout' });
      }
      const looked = [await doubtful(NOON, { limit: 1 }), await doubtful(NOON, { limit: 1 })].flat();
      expect(looked.map(({ watchId }) => watchId)).toEqual([finished, begun]);
    });

    it('keeps the time of its attempt, which tells from when on to look', async () => {
      const id = await watching(opened.database);
      await doubt(id);
      const [first] = await doubtful(NOON + TICK);
      const settling = { delivery: first!, owner: 'me', now: NOON + TICK };
      await settleAmbiguous(opened.database, settling, { dueAt: NOON + 2 * TICK, error: 'not yet' });
      expect((await doubtful(NOON + 2 * TICK))[0]).toMatchObject({ attemptedAt: NOON, attempts: 1 });
    });

    it('is posted with its old id where it was not there', async () => {
      const id = await watching(opened.database);
      const [row] = await outbox(opened.database, id);
      await doubt(id);
      const [found] = await doubtful();
      await settleLater(
        opened.database,
        { delivery: found!, owner: 'me', now: NOON },
        { dueAt: NOON, error: 'x' },
      );
      expect(await leaseAll(opened.database)).toMatchObject([
        { id: row?.id, attempts: 2, attemptedAt: NOON },
      ]);
    });

    it('gives the thread to what waits for it where it was there', async () => {
      const id = await watching(opened.database);
      await doubt(id);
      await readNow(opened.database, ended(12, 12));
      expect(await leaseAll(opened.database)).toEqual([]);
      const [found] = await doubtful();
      await settlePosted(opened.database, { delivery: found!, owner: 'me', now: NOON }, tsOf(id));
      const [completion] = await leaseAll(opened.database, { kinds: POSTS });
      expect(completion).toMatchObject({ kind: 'completion', messageTs: tsOf(id) });
      expect(completion?.subject).toMatchObject({ kind: 'scan', target: IMAGE });
    });
  });
}
