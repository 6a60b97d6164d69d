import { describe, expect, it } from 'vitest';
import { DEFAULT_SETTINGS } from '../../../src/scan/channel-settings.ts';
import type { DeliveryKind } from '../../../src/scan/delivery.ts';
import type { LeasedDelivery } from '../../../src/store/leased-delivery.ts';
import { ended, HOUR, IMAGE, NOON, REGULAR, scanning, SECOND, TICK } from '../../support/observations.ts';
import { imageNamed, LEASE_MS, recovery, tsOf, settlingOf } from '../../support/store.ts';
import { type OpenDatabase, type Store, useMigrated } from './fixture.ts';

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
async function watchesWith(store: Store, gives: readonly ('update' | 'end')[]): Promise<string[]> {
  const ids: string[] = [];
  for (const [index, given] of gives.entries()) {
    const target = imageNamed(`image-${index}`);
    ids.push(await store.watchingLive({ target, channel: `C${index}` }));
    await store.readNow(scanning(1, 12), { target });
    if (given === 'end') await store.readNow(ended(12, 12), { target });
  }
  return ids;
}

function leaseSuite(openDatabase: OpenDatabase): void {
  describe('a leased delivery', () => {
    const store = useMigrated(openDatabase);

    it('carries all that its message needs', async () => {
      const id = await store.watching({ thread: '17.1' });
      await store.watching({ thread: '17.1', userId: 'U2', now: NOON + SECOND });
      const [row] = await store.outbox(id);
      expect(await store.leaseAll({ now: NOON + 2 * SECOND })).toEqual([
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
      await store.watching({ target: REGULAR });
      expect((await store.leaseAll())[0]?.subject).toMatchObject({ kind: 'scan', target: REGULAR });
    });

    it('has an id of its own for each watch and kind, and the same one for ever', async () => {
      await watchesWith(store, ['end', 'end']);
      const first = await store.outbox();
      expect(new Set(first.map(({ id }) => id)).size).toBe(first.length);
      const leased = await store.leaseAll({ kinds: ['completion'] });
      for (const delivery of leased) {
        await store.settleLater(settlingOf(delivery), { dueAt: NOON, error: 'refused connection' });
      }
      const again = await store.leaseAll({ kinds: ['completion'] });
      expect(again.map(({ id }) => id).sort()).toEqual(leased.map(({ id }) => id).sort());
      expect(again.map(({ attempts }) => attempts)).toEqual([2, 2]);
    });

    it('is leased to nobody else', async () => {
      const other = await store.connect();
      await watchesWith(store, ['end', 'update', 'end']);
      const lease = {
        now: NOON,
        leaseMs: LEASE_MS,
        limit: 100,
        kinds: [...POSTS, ...EDITS],
        channelPauseMs: 0,
      };
      const [mine, theirs] = await Promise.all([
        store.leaseDeliveries({ ...lease, owner: 'me' }),
        other.leaseDeliveries({ ...lease, owner: 'other' }),
      ]);
      const ids = [...mine, ...theirs].map(({ id }) => id);
      expect(new Set(ids).size).toBe(ids.length);
      expect(ids).toHaveLength(5);
      expect(await store.leaseAll({ now: NOON + HOUR })).toEqual([]);
    });

    it('is due', async () => {
      await store.watching({ liveDelayMs: 1_500 });
      expect(await store.leaseAll({ now: NOON + 1_499 })).toEqual([]);
      expect(await store.leaseAll({ now: NOON + 1_500 })).toHaveLength(1);
    });

    it('is of a kind that was asked for', async () => {
      await watchesWith(store, ['end', 'update']);
      const rest = { limit: 1 };
      expect(kindsOf(await store.leaseAll({ ...rest, kinds: ['update'] }))).toEqual(['update']);
      expect(kindsOf(await store.leaseAll({ ...rest, kinds: ['final'] }))).toEqual(['final']);
      expect(kindsOf(await store.leaseAll({ ...rest, kinds: ['live'] }))).toEqual([]);
      expect(kindsOf(await store.leaseAll({ ...rest, kinds: POSTS }))).toEqual(['completion']);
    });

    it('is one of as many as were asked for', async () => {
      await watchesWith(store, ['update', 'update', 'update']);
      expect(await store.leaseAll({ limit: 2 })).toHaveLength(2);
      expect(await store.leaseAll({ limit: 2 })).toHaveLength(1);
      expect(await store.leaseAll({ limit: 2 })).toHaveLength(0);
    });
  });
}

function orderSuite(openDatabase: OpenDatabase): void {
  describe('what goes first', () => {
    const store = useMigrated(openDatabase);

    it('are ends, then beginnings, then updates', async () => {
      const [updated, finished] = await watchesWith(store, ['update', 'end']);
      const begun = await store.watching({ channel: 'C9', target: REGULAR });
      const turns: string[][] = [];
      for (let turn = 0; turn < 4; turn += 1) {
        turns.push((await store.leaseAll({ limit: 1 })).map(({ kind, watchId }) => `${kind} ${watchId}`));
      }
      expect(turns.flat()).toEqual([
        `completion ${finished}`,
        `final ${finished}`,
        `live ${begun}`,
        `update ${updated}`,
      ]);
    });

    it('is, of one watch, its completion; the final state has its own turn', async () => {
      await watchesWith(store, ['end']);
      expect(kindsOf(await store.leaseAll())).toEqual(['completion']);
      expect(kindsOf(await store.leaseAll({ kinds: EDITS }))).toEqual(['final']);
    });

    it('is, among updates, the message that was drawn longest ago', async () => {
      const [a, b, c] = await watchesWith(store, ['update', 'update', 'update']);
      for (const [order, id] of [b, c, a].entries()) {
        const at = NOON + order * SECOND;
        const leased = await store.leaseAll({ kinds: ['update'], now: at });
        for (const delivery of leased) {
          const settling = settlingOf(delivery, at);
          if (delivery.watchId === id) await store.settleEdited(settling);
          else await store.settleLater(settling, { dueAt: at, error: 'refused connection' });
        }
      }
      for (const index of [0, 1, 2]) {
        await store.readNow(scanning(5, 12), {
          target: imageNamed(`image-${index}`),
          now: NOON + TICK,
        });
      }
      const drawn: string[] = [];
      for (let turn = 0; turn < 3; turn += 1) {
        const [next] = await store.leaseAll({ limit: 1, now: NOON + TICK });
        drawn.push(next!.watchId);
      }
      expect(drawn).toEqual([b, c, a]);
    });
  });

  describe('a message', () => {
    const store = useMigrated(openDatabase);

    it('is edited by one edit at a time', async () => {
      const [id] = await watchesWith(store, ['update']);
      const sending = await store.leaseOf(id!);
      await store.readNow(scanning(5, 12), { target: imageNamed('image-0') });
      expect(await store.leaseAll()).toEqual([]);
      await store.settleEdited(settlingOf(sending));
      expect(kindsOf(await store.leaseAll())).toEqual(['update']);
    });

    it.each([[['final']], [EDITS], [['update']]] as const)(
      'is not edited for its end while an update is under way (%s)',
      async (kinds) => {
        const [id] = await watchesWith(store, ['update']);
        const sending = await store.leaseOf(id!);
        await store.readNow(ended(12, 12), { target: imageNamed('image-0') });
        expect(await store.leaseAll({ kinds })).toEqual([]);
        await store.settleEdited(settlingOf(sending));
        expect(kindsOf(await store.leaseAll({ kinds: ['final'] }))).toEqual(['final']);
      },
    );

    it('does not hold up the completion while it is being edited', async () => {
      const [id] = await watchesWith(store, ['update']);
      await store.leaseOf(id!);
      await store.readNow(ended(12, 12), { target: imageNamed('image-0') });
      expect(kindsOf(await store.leaseAll({ kinds: POSTS }))).toEqual(['completion']);
    });

    it.each(['pending', 'sending', 'ambiguous'])(
      'is followed by nothing while it is %s itself',
      async (state) => {
        const id = await store.watching({ liveDelayMs: state === 'pending' ? HOUR : 0 });
        if (state !== 'pending') {
          const delivery = await store.leaseOf(id);
          if (state === 'ambiguous') {
            await store.settleAmbiguous(settlingOf(delivery), { dueAt: NOON, error: 'timeout' });
          }
        }
        await store.readNow(scanning(7, 12));
        await store.readNow(ended(12, 12));
        const leased = await store.leaseAll({ kinds: [...EDITS, 'completion'] });
        expect(leased).toEqual([]);
      },
    );
  });
}

function postSuite(openDatabase: OpenDatabase): void {
  describe('a post', () => {
    const store = useMigrated(openDatabase);
    const leasePosts = (now: number) => store.leaseAll({ kinds: POSTS, channelPauseMs: PAUSE_MS, now });
    /** So many watches of one channel that have begun at once. */
    const begin = async (count: number, channel = 'C1') => {
      for (let index = 0; index < count; index += 1) {
        await store.watching({ channel, target: imageNamed(`${channel.toLowerCase()}-${index}`) });
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
      await store.settlePosted(settlingOf(first!, NOON + 500), '17.1');
      expect(await leasePosts(NOON + 999)).toEqual([]);
      const [second] = await leasePosts(NOON + 1_000);
      await store.settleLater(settlingOf(second!, NOON + 1_100), {
        dueAt: NOON + 1_100,
        error: 'refused connection',
      });
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
      expect(await leasePosts(NOON)).toMatchObject([{ kind: 'completion', watchId: id }]);
      expect(await leasePosts(NOON + SECOND)).toMatchObject([{ kind: 'live' }]);
    });

    it('is not held up by posts that a clock set back calls later ones', async () => {
      await begin(1);
      expect(await leasePosts(NOON)).toHaveLength(1);
      await store.watching({ target: REGULAR, now: NOON - HOUR });
      expect(await leasePosts(NOON - HOUR)).toHaveLength(1);
    });
  });
}

function abandonedSuite(openDatabase: OpenDatabase): void {
  describe('what a process that died was sending', () => {
    const store = useMigrated(openDatabase);
    const recover = (now = NOON + LEASE_MS) => store.recoverAbandoned(recovery(now));

    it('is left alone until its lease is over', async () => {
      await store.watching();
      await store.leaseAll();
      expect(await recover(NOON + LEASE_MS - 1)).toBe(0);
      expect(await recover()).toBe(1);
      expect(await recover()).toBe(0);
    });

    it('is taken up at once after the clock was set back, and not by a clock that is a little behind', async () => {
      await store.watching();
      await store.leaseAll();
      const recoverAt = async (now: number) => {
        await store.endStrayedLeases({ now: () => now, leaseMs: LEASE_MS });
        return recover(now);
      };
      expect(await recoverAt(NOON - LEASE_MS)).toBe(0);
      expect(await recoverAt(NOON - LEASE_MS - 1)).toBe(1);
    });

    it('is left alone by a process that stood still and wakes with the time of before', async () => {
      await store.watching();
      await store.leaseAll();
      const times = [NOON - HOUR, NOON, NOON];
      await store.endStrayedLeases({ now: () => times.shift() ?? NOON, leaseMs: LEASE_MS });
      expect(await recover(NOON - HOUR)).toBe(0);
      expect(await recover(NOON + LEASE_MS - 1)).toBe(0);
    });

    it('is repeated where it is an edit, and in doubt where it is a post', async () => {
      const [updated, finished] = await watchesWith(store, ['update', 'end']);
      const begun = await store.watching({ channel: 'C9', target: REGULAR });
      await store.leaseAll({ kinds: POSTS });
      await store.leaseAll({ kinds: EDITS });
      expect(await recover()).toBe(4);
      expect(await store.outboxLines(updated)).toEqual(['live sent 0', 'update pending 1']);
      expect(await store.outboxLines(begun)).toEqual(['live ambiguous 0']);
      expect(await store.outboxLines(finished)).toEqual([
        'completion ambiguous 12',
        'final pending 12',
        'live sent 0',
      ]);
    });

    it('is never an update after the end that came meanwhile', async () => {
      const [id] = await watchesWith(store, ['update']);
      await store.leaseOf(id!);
      await store.readNow(ended(12, 12), { target: imageNamed('image-0') });
      await recover();
      const edited: string[] = [];
      for (let turn = 0; turn < 3; turn += 1) {
        for (const delivery of await store.leaseAll({ kinds: EDITS, now: NOON + LEASE_MS })) {
          edited.push(delivery.kind);
          await store.settleEdited(settlingOf(delivery, NOON + LEASE_MS));
        }
      }
      expect(edited).toEqual(['final']);
      // It is drawn once more when what the dead process sent cannot land any more.
      const later = NOON + 2 * LEASE_MS;
      for (const delivery of await store.leaseAll({ kinds: EDITS, now: later })) {
        await store.settleEdited(settlingOf(delivery, later));
      }
      expect(await store.outboxLines(id)).toEqual(['completion pending 12', 'final sent 12', 'live sent 0']);
    });

    it('is not settled by that process any more, should it wake', async () => {
      const id = await store.watching();
      const delivery = await store.leaseOf(id);
      await recover();
      await store.settlePosted(settlingOf(delivery, NOON + HOUR), '17.1');
      const [row] = await store.outbox(id);
      expect(row).toMatchObject({ state: 'ambiguous', ts: null });
      const [watch] = await store.query('select message_ts from watches');
      expect(watch?.['message_ts']).toBeNull();
    });

    it('is not settled by an earlier attempt of the same process', async () => {
      const [id] = await watchesWith(store, ['update']);
      const first = await store.leaseOf(id!);
      await recover();
      await store.leaseOf(id!, { now: NOON + LEASE_MS });
      const late = settlingOf(first, NOON + LEASE_MS);
      await store.settleLater(late, { dueAt: NOON + LEASE_MS, error: 'timeout' });
      expect(await store.leaseAll({ now: NOON + LEASE_MS })).toEqual([]);
      expect(await store.outboxLines(id)).toEqual(['live sent 0', 'update sending 1']);
    });
  });
}

function doubtfulSuite(openDatabase: OpenDatabase): void {
  describe('what is in doubt', () => {
    const store = useMigrated(openDatabase);
    const doubtful = (now = NOON, options: { owner?: string; limit?: number } = {}) =>
      store.leaseDoubtful({ owner: 'me', now, leaseMs: LEASE_MS, limit: 10, ...options });
    const doubt = async (id: string, dueAt = NOON) => {
      const delivery = await store.leaseOf(id, { kinds: POSTS });
      await store.settleAmbiguous(settlingOf(delivery), { dueAt, error: 'timeout' });
    };

    it('is looked for when it is due, once', async () => {
      const id = await store.watching();
      await doubt(id, NOON + SECOND);
      expect(await doubtful()).toEqual([]);
      expect(await doubtful(NOON + SECOND)).toMatchObject([{ kind: 'live', watchId: id, attemptedAt: NOON }]);
      expect(await doubtful(NOON + SECOND)).toEqual([]);
      expect(await doubtful(NOON + SECOND, { owner: 'other' })).toEqual([]);
      expect(await doubtful(NOON + SECOND + LEASE_MS, { owner: 'other' })).toHaveLength(1);
    });

    it('is not sent', async () => {
      await doubt(await store.watching());
      expect(await store.leaseAll({ now: NOON + HOUR })).toEqual([]);
    });

    it('is looked for with ends first, as many as asked for', async () => {
      const [finished] = await watchesWith(store, ['end']);
      const begun = await store.watching({ target: REGULAR, now: NOON - HOUR });
      const leased = await store.leaseAll({ kinds: POSTS });
      for (const delivery of leased) {
        await store.settleAmbiguous(settlingOf(delivery), { dueAt: NOON, error: 'timeout' });
      }
      const looked = [await doubtful(NOON, { limit: 1 }), await doubtful(NOON, { limit: 1 })].flat();
      expect(looked.map(({ watchId }) => watchId)).toEqual([finished, begun]);
    });

    it('keeps the time of its attempt, which tells from when on to look', async () => {
      const id = await store.watching();
      await doubt(id);
      const [first] = await doubtful(NOON + TICK);
      await store.settleAmbiguous(settlingOf(first!, NOON + TICK), {
        dueAt: NOON + 2 * TICK,
        error: 'not yet',
      });
      expect((await doubtful(NOON + 2 * TICK))[0]).toMatchObject({ attemptedAt: NOON, attempts: 1 });
    });

    it('is posted with its old id where it was not there', async () => {
      const id = await store.watching();
      const [row] = await store.outbox(id);
      await doubt(id);
      const [found] = await doubtful();
      await store.settleLater(settlingOf(found!), { dueAt: NOON, error: 'x' });
      expect(await store.leaseAll()).toMatchObject([{ id: row?.id, attempts: 2, attemptedAt: NOON }]);
    });

    it('gives the thread to what waits for it where it was there', async () => {
      const id = await store.watching();
      await doubt(id);
      await store.readNow(ended(12, 12));
      expect(await store.leaseAll()).toEqual([]);
      const [found] = await doubtful();
      await store.settlePosted(settlingOf(found!), tsOf(id));
      const [completion] = await store.leaseAll({ kinds: POSTS });
      expect(completion).toMatchObject({ kind: 'completion', messageTs: tsOf(id) });
      expect(completion?.subject).toMatchObject({ kind: 'scan', target: IMAGE });
    });
  });
}
