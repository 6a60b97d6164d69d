import { expect, it } from 'vitest';
import { DEFAULT_SETTINGS } from '../../../../src/scan/channel-settings.ts';
import type { DeliveryKind } from '../../../../src/scan/delivery.ts';
import { insertDelivery } from '../../../../src/store/outbox/enqueue.ts';
import { readOpen } from '../../../../src/store/outbox/lease.ts';
import type { LeasedDelivery } from '../../../../src/store/outbox/load.ts';
import { ended, HOUR, IMAGE, NOON, REGULAR, scanning, SECOND, TICK } from '../../../support/observations.ts';
import { imageNamed, LEASE_MS, saying, settlingOf } from '../../../support/store.ts';
import { type Store, suite, suites } from '../fixture.ts';
import { sql } from '../../../../src/store/sql.ts';

export const POSTS: readonly DeliveryKind[] = ['live', 'completion'];
export const EDITS: readonly DeliveryKind[] = ['final', 'update'];

const kindsOf = (leased: readonly LeasedDelivery[]) => leased.map(({ kind }) => kind);

/** Watches with a live message each and the outcome of one poll, one target and channel each. */
export async function watchesWith(store: Store, gives: readonly ('update' | 'end')[]): Promise<string[]> {
  const ids: string[] = [];
  for (const [index, given] of gives.entries()) {
    const target = imageNamed(`image-${index}`);
    ids.push(await store.watchingLive({ target, channel: `C${index}` }));
    await store.readNow(scanning(1, 12), { target });
    if (given === 'end') await store.readNow(ended(12, 12), { target });
  }
  return ids;
}

const leases = suite('a leased delivery', (store) => {
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
        isTableRejected: false,
        isQuiet: false,
        messageId: id,
        subject: {
          kind: 'scan',
          target: IMAGE,
          report: null,
          requests: { startedBy: null, stoppedBy: null, requestedBy: null },
          diagnosis: null,
          before: null,
          others: 0,
        },
        conversation: { channel: 'C1', thread: '17.1' },
        thread: '17.1',
        messageTs: null,
        followers: ['U1', 'U2'],
        attemptedAt: NOON + 2 * SECOND,
        slackAt: NOON + 2 * SECOND,
        missedLookups: 0,
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
    for (const delivery of leased)
      await store.settleLater(settlingOf(delivery), { dueAt: NOON, error: 'refused connection' });
    const again = await store.leaseAll({ kinds: ['completion'] });
    expect(again.map(({ id }) => id).sort()).toEqual(leased.map(({ id }) => id).sort());
    expect(again.map(({ attempts }) => attempts)).toEqual([2, 2]);
  });

  it('is leased to nobody else', async () => {
    const other = await store.connect();
    await watchesWith(store, ['end', 'update', 'end']);
    const kinds = [...POSTS, ...EDITS];
    const leases = [store.leaseAll({ kinds }), other.leaseAll({ kinds, owner: 'other' })];
    const ids = (await Promise.all(leases)).flat().map(({ id }) => id);
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
    for (const [kinds, leased] of [
      [['update'], ['update']],
      [['final'], ['final']],
      [['live'], []],
      [POSTS, ['completion']],
    ] as const)
      expect(kindsOf(await store.leaseAll({ limit: 1, kinds }))).toEqual(leased);
  });

  it('is counted to those of its kind and state, by what is due of them first', async () => {
    await watchesWith(store, ['update', 'update']);
    await store.leaseAll({ limit: 1 });
    const live = await store.watching({ channel: 'C9', target: REGULAR });
    await store.makeAmbiguous(live, { dueAt: NOON + SECOND });
    const open = async () => (await readOpen(store)).toSorted((a, b) => a.state.localeCompare(b.state));
    const waiting = { kind: 'live', state: 'ambiguous', dueAt: NOON + SECOND, leasedUntil: null };
    const rest = [{ kind: 'update', state: 'sending', dueAt: NOON + LEASE_MS, leasedUntil: NOON + LEASE_MS }];
    expect(await open()).toEqual([waiting, ...rest]);
    await store.leaseLookups({ now: NOON + SECOND, limit: 1 });
    const until = NOON + SECOND + LEASE_MS;
    expect(await open()).toEqual([{ ...waiting, dueAt: until, leasedUntil: until }, ...rest]);
  });

  it('is one of as many as were asked for', async () => {
    await watchesWith(store, ['update', 'update', 'update']);
    expect(await store.leaseAll({ limit: 2 })).toHaveLength(2);
    expect(await store.leaseAll({ limit: 2 })).toHaveLength(1);
    expect(await store.leaseAll({ limit: 2 })).toHaveLength(0);
  });
});

const order = suite('what goes first', (store) => {
  it('come in the order of what matters: ends, then posts, then updates', async () => {
    const kinds = ['update', 'stopped-by', 'notice', 'live', 'final', 'completion'] as const;
    const ids: string[] = [];
    for (const kind of kinds) ids.push(await store.watchingLive({ target: imageNamed(kind), channel: kind }));
    for (const [index, messageId] of ids.entries()) {
      const what = { messageId, kind: kinds[index]!, topic: 'x', scan: 0, content: saying(0) };
      await store.batch([insertDelivery({ ...what, dueAt: NOON, now: NOON - kinds.length + index })]);
    }
    const lease = async (limit: number) => kindsOf(await store.leaseAll({ kinds, limit }));
    expect([await lease(1), await lease(1)]).toEqual([['completion'], ['final']]);
    expect((await lease(3)).toSorted()).toEqual(['live', 'notice', 'stopped-by']);
  });

  it('are ends, then beginnings, then updates', async () => {
    const [updated, finished] = await watchesWith(store, ['update', 'end']);
    const begun = await store.watching({ channel: 'C9', target: REGULAR });
    const turns: string[][] = [];
    for (let turn = 0; turn < 4; turn += 1)
      turns.push((await store.leaseAll({ limit: 1 })).map(({ kind, messageId }) => `${kind} ${messageId}`));
    await store.query(
      sql`update deliveries set state = 'pending', lease_owner = null, lease_until = null where state = 'sending'`,
    );
    expect(kindsOf(await store.leaseAll())).toEqual(['completion', 'live', 'update']);
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
        if (delivery.messageId === id) await store.settleEdited(settling);
        else await store.settleLater(settling, { dueAt: at, error: 'refused connection' });
      }
    }
    for (const name of ['image-0', 'image-1', 'image-2'])
      await store.readNow(scanning(5, 12), { target: imageNamed(name), now: NOON + TICK });
    const next = async () => (await store.leaseAll({ limit: 1, now: NOON + TICK }))[0]?.messageId;
    expect([await next(), await next(), await next()]).toEqual([b, c, a]);
  });
});

const messages = suite('a message', (store) => {
  it('is edited by one edit at a time', async () => {
    const [id] = await watchesWith(store, ['update']);
    const sending = await store.settling(id!);
    await store.readNow(scanning(5, 12), { target: imageNamed('image-0') });
    expect(await store.leaseAll()).toEqual([]);
    await store.settleEdited(sending);
    expect(kindsOf(await store.leaseAll())).toEqual(['update']);
  });

  it.each([[['final']], [EDITS], [['update']]] as const)(
    'is not edited for its end while an update is under way (%s)',
    async (kinds) => {
      const [id] = await watchesWith(store, ['update']);
      const sending = await store.settling(id!);
      await store.readNow(ended(12, 12), { target: imageNamed('image-0') });
      expect(await store.leaseAll({ kinds })).toEqual([]);
      await store.settleEdited(sending);
      expect(kindsOf(await store.leaseAll({ kinds: ['final'] }))).toEqual(['final']);
    },
  );

  it('does not hold up the completion while it is being edited', async () => {
    const [id] = await watchesWith(store, ['update']);
    await store.leaseOf(id!);
    await store.readNow(ended(12, 12), { target: imageNamed('image-0') });
    expect(kindsOf(await store.leaseAll({ kinds: POSTS }))).toEqual(['completion']);
  });

  it('does not hold up the completion while a notice is looked for', async () => {
    const id = await store.watchingLive();
    const now = await store.stalling();
    await store.makeAmbiguous(id, { kinds: ['notice'], now });
    await store.readNow(ended(12, 12), { now: now + SECOND });
    expect(kindsOf(await store.leaseAll({ kinds: POSTS, now: now + SECOND }))).toEqual(['completion']);
  });

  it.each(['pending', 'sending', 'ambiguous'])(
    'is followed by nothing while it is %s itself',
    async (state) => {
      const id = await store.watching({ liveDelayMs: state === 'pending' ? HOUR : 0 });
      if (state === 'sending') await store.leaseOf(id);
      if (state === 'ambiguous') await store.makeAmbiguous(id);
      await store.readNow(scanning(7, 12));
      await store.readNow(ended(12, 12));
      expect(await store.leaseAll({ kinds: [...EDITS, 'completion'] })).toEqual([]);
    },
  );
});

export const deliveriesSuite = suites(leases, order, messages);
