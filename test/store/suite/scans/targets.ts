import { expect, it } from 'vitest';
import { type Target, targetId } from '../../../../src/scan/target.ts';
import { NEW_TARGET } from '../../../../src/scan/state/target-state.ts';
import { ensureTarget } from '../../../../src/store/targets.ts';
import {
  EMPTY,
  ended,
  HOUR,
  IMAGE,
  MINUTE,
  NOON,
  REGULAR,
  scanning,
  SECOND,
} from '../../../support/observations.ts';
import { imageNamed, LEASE_MS } from '../../../support/store.ts';
import { type Store, suite, suites } from '../fixture.ts';

const targets = suite('a target', (store) => {
  const ensure = (target: Target, now = NOON) => store.batch([ensureTarget(target, now)]);
  const lease = (target: Target, now = NOON, owner = 'me') =>
    store.leaseTarget(target, { owner, now, leaseMs: LEASE_MS });

  const watchScan = async (afterMs: number) => {
    await store.watching({ now: NOON + afterMs });
    await store.readNow(scanning(1, 12), { now: NOON + afterMs });
  };

  it('is one row, however often it is asked for', async () => {
    await ensure(IMAGE);
    await ensure(IMAGE, NOON + SECOND);
    const times = { created_at: NOON, last_requested_at: NOON + SECOND };
    expect(await store.rowOf('targets', targetId(IMAGE))).toMatchObject(times);
    expect(await store.findTarget(IMAGE)).toMatchObject({ target: IMAGE, state: NEW_TARGET });
  });

  it('keeps what is known of it when it is asked for again', async () => {
    await store.readNow(scanning(7, 12));
    await ensure(IMAGE);
    expect((await store.findTarget(IMAGE))?.state.snapshot.images.scanned).toBe(7);
  });

  it('is found, whatever it is', async () => {
    await ensure(REGULAR);
    await ensure(IMAGE);
    expect((await store.findTarget(REGULAR))?.target).toEqual(REGULAR);
    expect((await store.findTarget(IMAGE))?.target).toEqual(IMAGE);
    expect(await store.findTarget(imageNamed('debian'))).toBeNull();
  });

  it('is leased by the first who asks, and by nobody else until then', async () => {
    expect(await lease(IMAGE)).toMatchObject({ target: IMAGE, state: NEW_TARGET });
    expect(await lease(IMAGE, NOON, 'other')).toBeNull();
    expect(await lease(IMAGE, NOON, 'me')).toBeNull();
    expect(await lease(IMAGE, NOON + LEASE_MS - 1, 'other')).toBeNull();
    expect(await lease(IMAGE, NOON + LEASE_MS, 'other')).not.toBeNull();
  });

  it('is free again once its lease is given back, by its owner alone', async () => {
    const { id, leaseUntil } = (await lease(IMAGE))!;
    await store.releaseTarget({ id, owner: 'other', leaseUntil });
    expect(await lease(IMAGE, NOON, 'other')).toBeNull();
    await store.releaseTarget({ id, owner: 'me', leaseUntil });
    expect(await store.renewLease(id, { owner: 'other', now: NOON, leaseMs: LEASE_MS })).not.toBeNull();
    // It is known what became of it.
    expect((await store.rowOf('targets', id))['results_check_at']).toBeNull();
  });

  it('keeps the later lease of an owner who gives back an earlier one', async () => {
    const { id, leaseUntil } = (await lease(IMAGE))!;
    const later = await lease(IMAGE, NOON + LEASE_MS);
    expect(later).toMatchObject({ leaseUntil: NOON + 2 * LEASE_MS });
    await store.releaseTarget({ id, owner: 'me', leaseUntil });
    expect(await lease(IMAGE, NOON + LEASE_MS, 'other')).toBeNull();
  });

  it('knows of a stop that was asked for its latest scan, and was not refused', async () => {
    const isStopRequested = async () => (await store.findTarget(IMAGE))?.isStopRequested;
    await watchScan(1);
    const id = await store.requesting({ kind: 'stop', outcome: 'asked' });
    expect(await isStopRequested()).toBe(true);
    await store.settleRequest(id, 'failed');
    expect(await isStopRequested()).toBe(false);
    await store.settleRequest(id, 'done');
    expect(await isStopRequested()).toBe(true);
    await store.readNow(ended(12, 12), { now: NOON + SECOND });
    await watchScan(HOUR);
    expect(await isStopRequested()).toBe(false);
  });

  it('counts the changes of its watches in its version', async () => {
    await ensure(IMAGE);
    const version = async () => (await store.findTarget(IMAGE))?.version;
    expect(await version()).toBe(0);
    await store.watching();
    expect(await version()).toBe(1);
    await store.watching({ userId: 'U2' });
    expect(await version()).toBe(2);
  });
});

const due = suite('the targets that are due', (store) => {
  const leaseDue = async (options: Partial<Parameters<Store['leaseDueTargets']>[0]> = {}, by = store) => {
    const { now = NOON, owner = 'me', limit = 10, dueBy = now } = options;
    const leased = await by.leaseDueTargets({ owner, now, leaseMs: LEASE_MS, limit, dueBy });
    return leased.map(({ id }) => id).sort();
  };
  const due = (repository: string, at: number) => store.watching({ target: imageNamed(repository), now: at });

  it('are those that somebody watches', async () => {
    await store.batch([ensureTarget(IMAGE, NOON)]);
    expect(await leaseDue()).toEqual([]);
    await store.watching();
    expect(await leaseDue()).toEqual([targetId(IMAGE)]);
  });

  it('are those whose time has come', async () => {
    await due('a', NOON + SECOND);
    expect(await leaseDue()).toEqual([]);
    expect(await leaseDue({ now: NOON + SECOND })).toEqual(['a:1']);
  });

  it('are those that were due when the tick began', async () => {
    await due('a', NOON);
    await due('b', NOON + SECOND);
    expect(await leaseDue({ now: NOON + MINUTE, dueBy: NOON })).toEqual(['a:1']);
  });

  it('include what was planned, and leased, before the clock was set back by hours', async () => {
    const before = NOON + 5 * HOUR;
    await due('planned', before);
    await due('leased', before);
    await leaseDue({ now: before, owner: 'other', limit: 1 });
    await store.rescheduleAfterClockChange(NOON);
    expect(await leaseDue()).toEqual(['leased:1', 'planned:1']);
  });

  it('are leased from the longest overdue on, as many as asked for', async () => {
    await due('late', NOON - SECOND);
    await due('later', NOON - 2 * SECOND);
    await due('latest', NOON - 3 * SECOND);
    expect(await leaseDue({ limit: 2 })).toEqual(['later:1', 'latest:1']);
    expect(await leaseDue({ limit: 2 })).toEqual(['late:1']);
  });

  it('leave out what somebody else reads, until that lease is over', async () => {
    await due('a', NOON);
    await due('b', NOON);
    expect(await leaseDue({ owner: 'other', limit: 1 })).toHaveLength(1);
    expect(await leaseDue()).toHaveLength(1);
    expect(await leaseDue()).toEqual([]);
    expect(await leaseDue({ now: NOON + LEASE_MS - 1 })).toEqual([]);
    expect(await leaseDue({ now: NOON + LEASE_MS })).toEqual(['a:1', 'b:1']);
  });

  it('are leased once where two ask at once', async () => {
    const other = await store.connect();
    for (const name of ['a', 'b', 'c', 'd']) await due(name, NOON);
    const both = [leaseDue({ limit: 3 }), leaseDue({ limit: 3, owner: 'other' }, other)];
    expect((await Promise.all(both)).flat().sort()).toEqual(['a:1', 'b:1', 'c:1', 'd:1']);
  });

  it('include a watched one at once, though its next reading was planned for later', async () => {
    const target = imageNamed('a');
    await due('a', NOON);
    await store.readNow(EMPTY, { target });
    for (let empty = 0; empty < 8; empty += 1) await store.readNow(EMPTY, { target });
    expect(await leaseDue({ now: NOON + SECOND })).toEqual([]);
    await store.watching({ target, channel: 'C2', now: NOON + SECOND });
    expect(await leaseDue({ now: NOON + SECOND })).toEqual(['a:1']);
  });
});

export const targetsSuite = suites(targets, due);
