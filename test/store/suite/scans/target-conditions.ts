/** Conditions of single statements about targets, each shown by what would happen without it. */

import { expect, it } from 'vitest';
import { type Target, targetId } from '../../../../src/scan/target.ts';
import { sql } from '../../../../src/store/sql.ts';
import { findPolled, knownTargets, numberOf } from '../../../../src/store/targets.ts';
import { EMPTY, ended, HOUR, IMAGE, NOON, type Reading, scanning } from '../../../support/observations.ts';
import { imageNamed, LEASE_MS } from '../../../support/store.ts';
import { suite } from '../fixture.ts';

const [A, B] = [imageNamed('a'), imageNamed('b')];

export const targetConditionsSuite = suite('a target', (store) => {
  const lease = { owner: 'me', now: NOON + HOUR, leaseMs: LEASE_MS };
  const nameOf = ({ target }: { readonly target: Target }) =>
    target.kind === 'image' ? target.reference.repository : '';

  it('was asked to stop by a request to stop its latest scan, not to start it', async () => {
    const ask = { target: A, outcome: 'asked' } as const;
    await store.watching({ target: A });
    await store.readNow(scanning(3, 12), { target: A });
    await store.requesting({ ...ask, kind: 'start' });
    expect(await store.findTarget(A)).toMatchObject({ isStopRequested: false });
    // Another one has had more scans.
    for (const reading of [ended(1, 1), EMPTY, scanning(1, 2)]) await store.readNow(reading, { target: B });
    await store.requesting({ ...ask, kind: 'stop' });
    expect(await store.findTarget(A)).toMatchObject({ isStopRequested: true });
  });

  it('is polled first, and its results are checked first, where it is longest overdue', async () => {
    for (const target of [A, B, IMAGE]) await store.watching({ target });
    for (const [index, target] of [IMAGE, A, B].entries())
      await store.query(
        sql`update targets set next_poll_at = ${NOON - index}, results_check_at = ${NOON - index}
          where id = ${targetId(target)}`,
      );
    const [polled] = await store.leaseDueTargets({ ...lease, limit: 1, dueBy: NOON });
    const [checked] = await store.claimDueResultChecks({ now: NOON, againAt: NOON + HOUR, limit: 1 });
    expect([polled, checked].map((found) => found && nameOf(found))).toEqual(['b', 'b']);
  });

  it('whose outcome is not known stays marked where the clock was set back', async () => {
    await store.watching();
    await store.query(sql`update targets set results_check_at = 0`);
    await store.rescheduleAfterClockChange(NOON);
    expect((await store.rowOf('targets', targetId(IMAGE)))['results_check_at']).toBe(0);
  });

  it('is unwatched once its watch has ended, whatever waits for another', async () => {
    await store.stopping(await store.watchingLive({ target: A }));
    const unwatched = { is_unwatched: 1, next_poll_at: null };
    expect(await store.rowOf('targets', targetId(A))).toMatchObject(unwatched);
    await store.watching({ target: A });
    await store.readNow(scanning(1, 2), { target: A });
    expect((await store.rowOf('targets', targetId(A)))['is_unwatched']).toBe(0);
  });

  it('that was unwatched is compared with nothing that was seen before', async () => {
    await store.watchingLive({ target: A });
    await store.readNow(EMPTY, { target: A });
    const baseline = async () => (await store.findTarget(A))?.state.baseline ?? null;
    expect(await baseline()).not.toBeNull();
    await store.query(sql`update targets set is_unwatched = 1`);
    expect(await baseline()).toBeNull();
  });

  it('is found by its id where it is polled', async () => {
    await store.watching({ target: A });
    await store.watching({ target: B });
    await store.leaseTarget(IMAGE, lease);
    const found = await findPolled(store, [A, IMAGE].map(targetId));
    expect(found.map(nameOf)).toEqual(['a']);
  });

  it.each([
    ['C1', null, ['a', 'b']],
    ['C2', null, []],
    ['C2', 'U1', ['a']],
    ['C2', 'U2', []],
  ])('in %s and to %j are known %j', async (channel, userId, names) => {
    const [scanned, asked] = [imageNamed('scanned'), imageNamed('asked')];
    await store.watching({ target: A });
    await store.subscribing({ target: B });
    await store.query(sql`delete from watches where target_number = ${numberOf(targetId(B))}`);
    await store.readNow(scanning(1, 2), { target: scanned });
    await store.leaseTarget(asked, lease);
    const ids = [A, B, scanned, asked].map(targetId);
    const known = await knownTargets(store, ids, { channel, userId });
    expect(known.toSorted()).toEqual(names.map((name) => targetId(imageNamed(name))));
  });

  it('keeps what could not be read of it, whatever comes of another', async () => {
    const failure = { cause: 'garbled', detail: '', retryAfterMs: null } as const;
    const unparsed: Reading = (at) => ({ kind: 'failed', at, failure, unparsed: '<html>' });
    await store.readNow(unparsed, { target: A });
    for (let poll = 0; poll < 7; poll += 1) await store.readNow(unparsed, { target: B });
    await store.readNow(unparsed, { target: A });
    const kept = await store.valuesOf(
      sql`select target_id, max(number), count(*) as kept from unparsed_responses
        group by target_id order by target_id`,
    );
    expect(kept).toEqual([
      [targetId(A), 2, 2],
      [targetId(B), 7, 5],
    ]);
  });
});
