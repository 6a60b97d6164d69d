import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { targetId } from '../../../../src/scan/target.ts';
import { endedWaits, findWaitEnd, openWait, type WaitRequest } from '../../../../src/store/scans/waits.ts';
import {
  EMPTY,
  ended,
  HOUR,
  IMAGE,
  MINUTE,
  NOON,
  scanning,
  SECOND,
  SETTINGS,
} from '../../../support/observations.ts';
import { imageNamed } from '../../../support/store.ts';
import { suite } from '../fixture.ts';
import { findings, imageReport } from '../values.ts';
import { sql } from '../../../../src/store/sql.ts';

export const waitsSuite = suite('a wait', (store) => {
  const wait = async (options: Partial<WaitRequest> = {}) => {
    const id = options.id ?? randomUUID();
    const now = options.now ?? NOON;
    const request = { target: IMAGE, giveUpAt: now + 30 * MINUTE, ...options, id, now };
    return { id, opened: await openWait(store, request) };
  };
  const stateOf = async (id: string) =>
    (await store.valuesOf(sql`select state, scan from waits where id = ${id}`))[0];
  const pollAt = async () => (await store.rowOf('targets', targetId(IMAGE)))['next_poll_at'];
  /** The report that is due after an hour. */
  const dueReport = async () =>
    (await store.claimDueReports({ now: NOON + HOUR, againAt: NOON + 2 * HOUR, limit: 1 }))[0]!.id;

  it('has its target polled, without a watch and without a message', async () => {
    const { id, opened } = await wait();
    expect(opened).toBe('new');
    expect(await pollAt()).toBe(NOON);
    await store.readNow(scanning(7, 12));
    expect(await pollAt()).not.toBeNull();
    expect(await store.outbox()).toEqual([]);
    expect(await stateOf(id)).toEqual(['waiting', null]);
    expect(await endedWaits(store, [id])).toEqual([]);
    expect(await findWaitEnd(store, id)).toBeNull();
  });

  it('is answered with the end that everybody is told, and its target is left alone then', async () => {
    const watch = await store.watchingLive();
    const waits = [await wait(), await wait(), await wait({ now: NOON + SECOND })];
    const other = JSON.stringify(imageReport());
    const topics = [
      [1, 'start', null],
      [1, 'stall', NOON + 2 * HOUR],
      [0, 'end', null],
    ] as const;
    for (const [scan, topic, dueAt] of topics)
      await store.query(
        sql`insert into reports (id, target_id, scan, topic, basis, body, due_at, give_up_at, created_at)
          values (${topic}, ${targetId(IMAGE)}, ${scan}, ${topic}, '{}', ${other}, ${dueAt}, 0, 0)`,
      );
    await store.readNow(scanning(7, 12));
    await store.readNow(ended(12, 12), { now: NOON + MINUTE });
    const [completion] = await store.outbox(watch, 'completion');
    const ids = waits.map(({ id }) => id);
    expect(completion).toBeDefined();
    // Its report is still awaited: no wait completes before that.
    expect(await endedWaits(store, ids)).toEqual([]);
    expect(await findWaitEnd(store, ids[0]!)).toBeNull();
    const body = imageReport({ findings: findings({ critical: 1, high: 4 }) });
    await store.saveReport({ id: await dueReport(), body, now: NOON + HOUR });
    expect([...(await endedWaits(store, ids))].sort()).toEqual([...ids].sort());
    const answer = { snapshot: completion?.content.snapshot, report: body };
    for (const id of ids) expect(await findWaitEnd(store, id)).toEqual(answer);
    expect([await pollAt(), await store.watchesOfTarget(targetId(IMAGE))]).toEqual([null, []]);
  });

  it('is answered without findings where the Console told none in time', async () => {
    const { id } = await wait();
    await store.readNow(scanning(7, 12));
    await store.readNow(ended(12, 12), { settings: { ...SETTINGS, reportWaitMs: SECOND } });
    await store.giveUpReport({ id: await dueReport(), now: NOON + HOUR });
    const end = { snapshot: { state: 'completed' }, report: null };
    expect(await findWaitEnd(store, id)).toMatchObject(end);
    // Of some scans no report is requested.
    await store.query(sql`delete from reports`);
    expect(await endedWaits(store, [id])).toEqual([id]);
    expect(await findWaitEnd(store, id)).toMatchObject(end);
  });

  it('has the end of its own scan, and not of the one before', async () => {
    await store.watchingLive();
    await store.readNow(scanning(2, 5));
    await store.readNow(ended(5, 5));
    const { id } = await wait({ now: NOON + MINUTE });
    await store.readNow(scanning(7, 12), { now: NOON + MINUTE });
    await store.readNow(ended(12, 12), { now: NOON + 2 * MINUTE });
    await store.query(sql`update reports set due_at = null`);
    expect(await stateOf(id)).toEqual(['scan-ended', 2]);
    expect(await findWaitEnd(store, id)).toMatchObject({ snapshot: { images: { total: 12 } } });
  });

  it('goes on when it is asked for again, and keeps its answer', async () => {
    const { id } = await wait();
    await store.readNow(scanning(7, 12));
    const { version } = (await store.findTarget(IMAGE))!;
    const again = { id, now: NOON + 25 * SECOND, giveUpAt: NOON + 30 * MINUTE + SECOND };
    expect((await wait(again)).opened).toBe('known');
    // A plan that is being made meanwhile stays valid.
    expect((await store.findTarget(IMAGE))?.version).toBe(version);
    await store.readNow(ended(12, 12));
    await store.query(sql`update reports set due_at = null`);
    expect((await wait({ ...again, now: NOON + HOUR })).opened).toBe('known');
    expect(await stateOf(id)).toEqual(['scan-ended', 1]);
    expect(await findWaitEnd(store, id)).not.toBeNull();
    expect(await pollAt()).toBeNull();
  });

  it.each([
    [30 * SECOND, 0],
    [30 * SECOND + 1, 30 * SECOND + 1],
  ])('that is asked for again with %i ms more has %i ms more', async (askedMs, moreMs) => {
    const { id } = await wait();
    await wait({ id, giveUpAt: NOON + 30 * MINUTE + askedMs });
    expect(await store.columnOf(sql`select give_up_at from waits`)).toEqual([NOON + 30 * MINUTE + moreMs]);
  });

  it('is for one image', async () => {
    const { id } = await wait();
    expect((await wait({ id, target: imageNamed('other') })).opened).toBe('other-target');
    expect(await store.findTarget(imageNamed('other'))).toBeNull();
  });

  it('is given up when its time is over, and nobody polls its target any more', async () => {
    const { id } = await wait({ giveUpAt: NOON + MINUTE });
    const longer = await wait({ giveUpAt: NOON + HOUR });
    await store.readNow(EMPTY, { now: NOON + MINUTE - 1 });
    expect(await stateOf(id)).toEqual(['waiting', null]);
    await store.readNow(EMPTY, { now: NOON + MINUTE });
    expect(await stateOf(id)).toEqual(['expired', null]);
    expect(await stateOf(longer.id)).toEqual(['waiting', null]);
    await store.readNow(EMPTY, { now: NOON + HOUR });
    expect(await pollAt()).toBeNull();
  });

  it('loses nothing where the clock was put forward: it goes on, and has the end of meanwhile', async () => {
    const lost = await wait();
    const other = await wait();
    const late = NOON + 5 * HOUR;
    await store.watchingLive({ now: NOON });
    await store.readNow(scanning(7, 12), { now: late });
    expect(await stateOf(lost.id)).toEqual(['expired', null]);
    expect((await wait({ id: lost.id, now: late })).opened).toBe('known');
    expect(await stateOf(lost.id)).toEqual(['waiting', null]);
    expect(await store.columnOf(sql`select id from waits where ended_at is not null`)).toEqual([other.id]);
    await store.readNow(ended(12, 12), { now: late + SECOND });
    expect(await stateOf(lost.id)).toEqual(['scan-ended', 1]);
    expect(await stateOf(other.id)).toEqual(['scan-ended', 1]);
  });

  it('waits as long as it may where the clock was put back', async () => {
    const { id } = await wait();
    expect((await wait({ id, now: NOON - HOUR })).opened).toBe('known');
    await store.readNow(EMPTY, { now: NOON - 31 * MINUTE });
    expect(await stateOf(id)).toEqual(['waiting', null]);
    await store.readNow(EMPTY, { now: NOON - 30 * MINUTE });
    expect(await stateOf(id)).toEqual(['expired', null]);
  });

  it('keeps its target polled when the last watch is stopped, and when its person is forgotten', async () => {
    await wait();
    await store.stopping(await store.watchingLive());
    expect(await pollAt()).not.toBeNull();
    await store.watchingLive();
    await store.forgetConversation('C1');
    expect(await pollAt()).not.toBeNull();
    expect((await store.rowOf('targets', targetId(IMAGE)))['is_unwatched']).toBe(0);
  });

  it('for another image, and one that is over, keeps nothing else polled', async () => {
    await wait({ target: imageNamed('other') });
    const { id } = await wait();
    await store.query(sql`update waits set state = 'expired', ended_at = 0 where id = ${id}`);
    await store.stopping(await store.watchingLive());
    expect(await pollAt()).toBeNull();
  });

  it('that began while an end was being recorded is among those who are asked again', async () => {
    const target = (await store.leaseTarget(IMAGE, { owner: 'me', now: NOON, leaseMs: MINUTE }))!;
    const plan = await store.planFor(target, { reading: ended(12, 12), now: NOON });
    await wait();
    const { id, version } = target;
    expect(await store.recordPlan({ plan, targetId: id, owner: 'me', version, now: NOON })).toBe(false);
  });

  it('is refused where a thousand wait, and taken once one is over', async () => {
    await wait();
    await store.query(
      sql`insert into waits (id, target_id, state, created_at, give_up_at)
        with recursive n (i) as (select 1 union all select i + 1 from n where i < 999)
        select 'w' || i, 'alpine:3.16', 'waiting', 0, 9000000000000 from n`,
    );
    expect((await wait()).opened).toBe('too-many');
    await store.query(sql`update waits set state = 'expired', ended_at = 0 where id = 'w1'`);
    expect((await wait()).opened).toBe('new');
  });

  it('is forgotten once it is long over, and so is its target', async () => {
    const { id } = await wait({ giveUpAt: NOON + MINUTE });
    await store.readNow(EMPTY, { now: NOON + MINUTE });
    await store.query(sql`update targets set last_requested_at = 0`);
    await store.forgetBefore(NOON + MINUTE);
    expect(await stateOf(id)).toEqual(['expired', null]);
    expect(await store.findTarget(IMAGE)).not.toBeNull();
    await store.forgetBefore(NOON + MINUTE + 1);
    expect(await store.query(sql`select id from waits`)).toEqual([]);
    await store.forgetBefore(NOON + HOUR);
    expect(await store.findTarget(IMAGE)).toBeNull();
  });
});
