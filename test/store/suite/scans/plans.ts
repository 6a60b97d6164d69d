import { expect, it } from 'vitest';
import type { Plan } from '../../../../src/scan/plan.ts';
import { targetId } from '../../../../src/scan/target.ts';
import { settleEdited, settleLater } from '../../../../src/store/outbox/settle.ts';
import {
  EMPTY,
  ended,
  HOUR,
  IMAGE,
  MINUTE,
  NOON,
  type Reading,
  scanning,
  SECOND,
  SETTINGS,
  TICK,
} from '../../../support/observations.ts';
import { LEASE_MS, settlingOf } from '../../../support/store.ts';
import { type Store, suite, suites } from '../fixture.ts';
import { raw, sql } from '../../../../src/store/sql.ts';

const ID = targetId(IMAGE);
const ENDED = ['completion pending 12', 'final pending 12', 'live sent 0'];

/** A target leased by `me`, and the plan of one poll: everything but the recording. */
async function planned(store: Store, reading: Reading, now = NOON) {
  const leased = await store.leaseTarget(IMAGE, { owner: 'me', now, leaseMs: LEASE_MS });
  const plan = await store.planFor(leased!, { reading, now: NOON });
  const record = { plan, targetId: leased!.id, owner: 'me', version: leased!.version, now: NOON };
  return {
    plan,
    record: (changes: Partial<typeof record> = {}) => store.recordPlan({ ...record, ...changes }),
  };
}

const refusals = suite('recording a plan', (store) => {
  const everything = async () => {
    const tables = ['targets', 'scans', 'watches'];
    const rows = await Promise.all(tables.map((table) => store.query(sql`select * from ${raw(table)}`)));
    return [...rows, await store.outbox()];
  };

  it('refuses an older reading of a process that stood still, though it has leased the target again', async () => {
    await store.watchingLive();
    const old = await planned(store, scanning(3, 12));
    const newer = await planned(store, scanning(7, 12), NOON + HOUR);
    expect(await newer.record()).toBe(true);
    await store.leaseTarget(IMAGE, { owner: 'me', now: NOON + HOUR, leaseMs: LEASE_MS });
    expect(await old.record()).toBe(false);
    expect((await store.findTarget(IMAGE))?.state.snapshot.images.scanned).toBe(7);
  });

  it('keeps the state, the next reading and the scan, and gives the lease back', async () => {
    await store.watchingLive();
    const { plan, record } = await planned(store, scanning(7, 12));
    expect(await record({ now: NOON + SECOND })).toBe(true);
    expect((await store.findTarget(IMAGE))?.state).toEqual(plan.state);
    const times = { last_requested_at: NOON + SECOND, next_poll_at: plan.nextPollAt };
    const free = { lease_owner: null, lease_until: null };
    expect(await store.rowOf('targets', ID)).toMatchObject({ ...times, ...free });
    expect(await store.valuesOf(sql`select target_id, number, ended_at from scans`)).toEqual([[ID, 1, null]]);
  });

  it('keeps one row per scan, with its end', async () => {
    await store.watching();
    await store.readNow(scanning(7, 12));
    await store.readNow(scanning(9, 12), { now: NOON + TICK });
    await store.readNow(ended(12, 12), { now: NOON + 2 * TICK });
    await store.readNow(scanning(1, 12), { now: NOON + HOUR });
    expect(await store.valuesOf(sql`select number, ended_at from scans order by number`)).toEqual([
      [1, NOON + 2 * TICK],
      [2, null],
    ]);
  });

  it('plans no next reading where nobody watches any more', async () => {
    await store.watching();
    await store.readNow(ended(12, 12));
    expect((await store.rowOf('targets', ID))['next_poll_at']).toBeNull();
  });

  it.each<[string, { owner?: string; version?: number; targetId?: string }]>([
    ['by somebody who never had the lease', { owner: 'other' }],
    ['for watches as they were before', { version: 0 }],
    ['for a target that is not there', { targetId: 'debian:12' }],
  ])('changes nothing %s', async (_, changes) => {
    await store.watchingLive();
    const { record } = await planned(store, ended(12, 12));
    const before = await everything();
    expect(await record(changes)).toBe(false);
    expect(await everything()).toEqual(before);
  });

  it('changes nothing once the lease went to somebody else', async () => {
    await store.watchingLive();
    const { record } = await planned(store, ended(12, 12));
    await store.leaseTarget(IMAGE, { owner: 'other', now: NOON + LEASE_MS, leaseMs: LEASE_MS });
    const before = await everything();
    expect(await record()).toBe(false);
    expect(await everything()).toEqual(before);
  });

  it('is still possible after the time of a lease that nobody else took', async () => {
    await store.watchingLive();
    const { record } = await planned(store, ended(12, 12));
    expect(await record({ now: NOON + HOUR })).toBe(true);
  });

  it('changes nothing after a watch was added', async () => {
    await store.watchingLive();
    const { record } = await planned(store, ended(12, 12));
    await store.watching({ channel: 'C2' });
    expect(await record()).toBe(false);
    expect(await store.outboxLines()).toEqual(['live pending 0', 'live sent 0']);
  });

  it('writes all of it or nothing', async () => {
    await store.watchingLive();
    const { plan, record } = await planned(store, ended(12, 12));
    const before = await everything();
    // No scan can be kept without the time it began.
    const broken = { ...plan, scan: { ...plan.scan!, startedAt: null } } as unknown as Plan;
    await expect(record({ plan: broken })).rejects.toThrow();
    expect(await everything()).toEqual(before);
  });
});

const ends = suite('an end', (store) => {
  it('gives the final state and one completion, and drops the pending update', async () => {
    const id = await store.watchingLive();
    await store.readNow(scanning(7, 12));
    await store.readNow(ended(12, 12), { now: NOON + TICK });
    expect(await store.outboxLines(id)).toEqual(ENDED);
    const ends = (await store.outbox(id)).filter(({ kind }) => kind !== 'live');
    expect(ends.map(({ content, dueAt }) => [content.end, dueAt])).toEqual([
      ['scan-ended', NOON + TICK],
      ['scan-ended', NOON + TICK],
    ]);
    expect(await store.endOf('watches', id)).toEqual(['scan-ended', NOON + TICK]);
  });

  it('is told once though it is recorded twice', async () => {
    const id = await store.watchingLive();
    const { plan, record } = await planned(store, ended(12, 12));
    expect(await record()).toBe(true);
    expect(await record()).toBe(false);
    const before = await store.outbox(id);
    const again = await store.leaseTarget(IMAGE, { owner: 'me', now: NOON, leaseMs: LEASE_MS });
    expect(await record({ plan, version: again!.version, now: NOON + TICK })).toBe(true);
    expect(await store.outbox(id)).toEqual(before);
  });

  it('is told once though it is recorded again after it was sent', async () => {
    const id = await store.watchingLive();
    const { record } = await planned(store, ended(12, 12));
    await record();
    for (const kinds of [['final'], ['completion']] as const)
      await store.settlePosted(await store.settling(id, { kinds }), '17.2');
    const again = await store.leaseTarget(IMAGE, { owner: 'me', now: NOON, leaseMs: LEASE_MS });
    await record({ version: again!.version });
    expect(await store.outboxLines(id)).toEqual(['completion sent 12', 'final sent 12', 'live sent 0']);
  });

  it('is said by an unsent live message too, which goes at once', async () => {
    const id = await store.watching({ liveDelayMs: HOUR });
    await store.readNow(ended(12, 12));
    expect(await store.outboxLines(id)).toEqual([
      'completion pending 12',
      'final pending 12',
      'live pending 12',
    ]);
    expect(await store.leaseAll()).toMatchObject([{ kind: 'live', content: { end: 'scan-ended' } }]);
  });

  it('drops an update that is under way once that is settled, whatever came of it', async () => {
    for (const [channel, settle] of [
      ['C1', settleEdited],
      ['C2', settleLater],
    ] as const) {
      const id = await store.watchingLive({ channel });
      await store.readNow(scanning(7, 12));
      const [delivery] = await store.leaseAll({ kinds: ['update'] });
      await store.readNow(ended(12, 12));
      expect(await store.outboxLines(id)).toContain('update sending 12');
      await settle(store, settlingOf(delivery!), { dueAt: NOON, error: 'x' });
      expect(await store.outboxLines(id)).toEqual(ENDED);
    }
  });

  it('is told to every watch, and to no watch that was stopped before', async () => {
    const here = await store.watchingLive();
    const there = await store.endingLive({ channel: 'C2', thread: '17.1' });
    const later = await store.watchingLive({ now: NOON + MINUTE });
    for (const id of [here, there]) expect(await store.outboxLines(id)).toContain('completion pending 12');
    expect(await store.outboxLines(later)).toEqual(['live sent 0']);
  });

  it('by time tells why, once', async () => {
    const id = await store.watchingLive();
    const at = NOON + SETTINGS.watchTtlMs;
    await store.readNow(EMPTY, { now: at });
    await store.readNow(EMPTY, { now: at + SECOND });
    const ends = (await store.outbox(id)).filter(({ kind }) => kind !== 'live');
    expect(ends.map(({ kind, content }) => [kind, content.end])).toEqual([
      ['completion', 'expired'],
      ['final', 'expired'],
    ]);
    expect((await store.rowOf('watches', id))['state']).toBe('expired');
  });
});

export const plansSuite = suites(refusals, ends);
