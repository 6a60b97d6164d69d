import { expect, it } from 'vitest';
import { claimRequest, claimUnfinished } from '../../../src/store/inbox.ts';
import { ensureTarget } from '../../../src/store/targets.ts';
import { targetId } from '../../../src/scan/target.ts';
import { EMPTY, HOUR, MINUTE, IMAGE, NOON, scanning, SECOND } from '../../support/observations.ts';
import { makeFaulty } from '../../support/memory.ts';
import { imageNamed } from '../../support/store.ts';
import { suite, suites } from './fixture.ts';
import { raw, sql } from '../../../src/store/sql.ts';

const forgotten = suite('what is forgotten', (store) => {
  const rowsOf = (table: string) => store.query(sql`select * from ${raw(table)}`);
  const forget = (at = NOON + HOUR) => store.forgetBefore(at);
  /** A watch whose scan has ended, with nothing left to send. */
  const endDelivered = async (): Promise<string> => {
    const id = await store.endingLive();
    await store.settleEdited(await store.settling(id, { kinds: ['final'] }));
    await store.settlePosted(await store.settling(id, { kinds: ['completion'] }), '17.2');
    return id;
  };

  it('is a watch that ended long ago and told all, with its followers and deliveries', async () => {
    const id = await endDelivered();
    expect(await forget(NOON)).toBe(0);
    expect(await forget(NOON + SECOND)).toBe(1);
    expect(await store.findWatch(id)).toBeNull();
    expect([await rowsOf('followers'), await rowsOf('deliveries')]).toEqual([[], []]);
  });

  it('is a watch that told all, though another has something left to say', async () => {
    const id = await endDelivered();
    await store.watching({ channel: 'C2', target: imageNamed('other') });
    expect(await forget()).toBe(1);
    expect(await store.findWatch(id)).toBeNull();
  });

  it('is not a watch that goes on, however old', async () => {
    const id = await store.watchingLive();
    expect(await forget(NOON + 1_000 * HOUR)).toBe(0);
    expect(await store.findWatch(id)).toMatchObject({ isActive: true });
  });

  it('is not a watch with something left to say', async () => {
    await store.endingLive();
    for (const state of ['pending', 'sending', 'ambiguous']) {
      await store.query(sql`update deliveries set state = ${state} where kind = 'completion'`);
      expect(await forget()).toBe(0);
    }
    expect(await store.outbox()).toHaveLength(3);
  });

  it('is a watch whose completion was given up', async () => {
    const id = await store.endingLive();
    for (const kinds of [['final'], ['completion']] as const)
      await store.settleFailed(await store.settling(id, { kinds }), 'restricted_action');
    expect(await forget()).toBe(1);
  });

  it('is a target that nobody has asked for since, but no target with a scan', async () => {
    await store.batch([ensureTarget(imageNamed('idle'), NOON)]);
    await store.watching({ target: imageNamed('watched') });
    await store.subscribing({ target: imageNamed('subscribed') });
    await store.readNow(scanning(7, 12));
    await store.readNow(EMPTY, { target: imageNamed('fresh'), now: NOON + 2 * HOUR });
    expect(await forget()).toBe(1);
    expect(await store.findTarget(imageNamed('idle'))).toBeNull();
    expect(await store.findTarget(imageNamed('fresh'))).not.toBeNull();
    expect(await store.findTarget(IMAGE)).not.toBeNull();
    expect(await rowsOf('scans')).toHaveLength(1);
  });

  it('is a watch of a subscription that has shown nothing', async () => {
    await store.subscribing();
    await store.unsubscribing();
    await store.forgetBefore(NOON + HOUR);
    expect(await store.columnOf(sql`select id from watches`)).toEqual([]);
  });

  it('is a target together with the last watch of it', async () => {
    const target = imageNamed('once');
    const id = await store.watchingLive({ target });
    for (const table of ['watches', 'messages'])
      await store.query(sql`update ${raw(table)} set state = 'undeliverable', ended_at = ${NOON}`);
    await store.readNow(EMPTY, { target });
    expect(await forget()).toBe(2);
    expect(await store.findWatch(id)).toBeNull();
    expect(await store.findTarget(target)).toBeNull();
  });

  it('are names of images that were seen before, and those beyond twenty thousand, the oldest first', async () => {
    await store.query(
      sql`insert into known_names (name, seen_at) with recursive n (i) as (
        select 0 union all select i + 1 from n where i < 20001) select 'name ' || i, (i * 7919) % 20002 from n`,
    );
    const oldest = () => store.columnOf(sql`select min(seen_at) from known_names`);
    expect([await forget(0), await oldest()]).toEqual([2, [2]]);
    expect([await forget(5), await oldest()]).toEqual([3, [5]]);
  });

  it('leaves a database in which everything refers to something', async () => {
    await expect(store.query(sql`delete from targets`)).resolves.toEqual([]);
    await store.watching();
    await expect(store.query(sql`delete from targets`)).rejects.toThrow();
    await expect(
      store.query(sql`insert into followers (watch_id, user_id, followed_at) values ('nobody', 'U1', 0)`),
    ).rejects.toThrow();
  });
});

const history = suite('history', (store) => {
  const forget = (at: number, atLeast = 2) => store.forgetHistory({ at, atLeast });
  const numbers = (table: 'scans' | 'reports' | 'scan_requests', column: string) =>
    store.columnOf(sql`select ${raw(column)} from ${raw(table)} order by ${raw(column)}`);
  /** Scans of the usual image, an hour each, with a report each, and one requested after each. */
  const scanTimes = async (times: number) => {
    await store.batch([ensureTarget(IMAGE, NOON)]);
    for (let scan = 1; scan <= times; scan += 1) {
      const at = NOON + scan * HOUR;
      await store.batch([
        sql`insert into scans (target_id, number, started_at, ended_at, snapshot)
            values (${targetId(IMAGE)}, ${scan}, ${at - HOUR}, ${scan === 2 ? null : at}, '{}')`,
        sql`insert into reports (id, target_id, scan, topic, basis, give_up_at, created_at)
            values (${`report ${String(scan)}`}, ${targetId(IMAGE)}, ${scan}, 'end', '{}', ${at}, ${at})`,
        sql`insert into scan_requests (id, target_id, kind, user_id, channel, scans, outcome, at)
            values (${`request ${String(scan)}`}, ${targetId(IMAGE)}, 'start', 'U1', 'C1', ${scan}, 'done', ${at})`,
      ]);
    }
  };
  const left = async () => [
    await numbers('scans', 'number'),
    await numbers('reports', 'scan'),
    await numbers('scan_requests', 'scans'),
  ];

  it('of long ago is forgotten, but for the latest scans of what is asked for still', async () => {
    await scanTimes(5);
    await store.watching();
    await forget(NOON + 2 * HOUR);
    // The end of the second was not seen: it counts from its start.
    expect(await left()).toEqual([
      [3, 4, 5],
      [2, 3, 4, 5],
      [2, 3, 4, 5],
    ]);
    await forget(NOON + 1_000 * HOUR);
    expect(await left()).toEqual(Array.from({ length: 3 }, () => [4, 5]));
    expect(await store.findTarget(IMAGE)).not.toBeNull();
  });

  it('is not the report that is asked for still', async () => {
    await scanTimes(4);
    await store.watching();
    await store.query(sql`update reports set due_at = ${NOON} where scan = 1`);
    await forget(NOON + 1_000 * HOUR);
    expect(await numbers('reports', 'scan')).toEqual([1, 3, 4]);
  });

  it('is forgotten with its target where nobody has asked for that since', async () => {
    await scanTimes(3);
    expect(await forget(NOON)).toBe(0);
    expect(await store.findTarget(IMAGE)).not.toBeNull();
    await forget(NOON + 1);
    expect(await left()).toEqual([[], [], []]);
    expect(await store.findTarget(IMAGE)).toBeNull();
  });

  it('of a scan that was asked for and never seen stays as long, and does not keep the rest', async () => {
    await store.batch([ensureTarget(IMAGE, NOON)]);
    await store.query(
      sql`insert into scan_requests (id, target_id, kind, user_id, channel, scans, outcome, at)
          values ('r', ${targetId(IMAGE)}, 'start', 'U1', 'C1', 0, 'done', ${NOON})`,
    );
    await store.claimEvent({ id: 'Ev1', body: '{}', at: NOON });
    expect(await store.forgetBefore(NOON + HOUR)).toBe(1);
    expect(await numbers('scan_requests', 'scans')).toEqual([0]);
    await forget(NOON + HOUR);
    expect(await store.findTarget(IMAGE)).toBeNull();
  });
});

const events = suite('an event', (store) => {
  const claim = (id: string, at: number, by = store) => by.claimEvent({ id, body: `{"said":"${id}"}`, at });
  const unanswered = async (now: number) =>
    (await store.claimUnfinished({ before: now - MINUTE, now })).map(({ id, body }) => [id, body]);

  it('that nobody answered is taken up with its words, by one, and again where that one dies, too', async () => {
    await claim('Ev1', NOON);
    expect(await unanswered(NOON + MINUTE - 1)).toEqual([]);
    expect(await unanswered(NOON + MINUTE)).toEqual([['Ev1', '{"said":"Ev1"}']]);
    expect(await unanswered(NOON + MINUTE)).toEqual([]);
    expect(await unanswered(NOON + 2 * MINUTE)).toHaveLength(1);
  });

  it('that nobody answered is taken up without those that somebody did', async () => {
    for (const id of ['Ev1', 'Ev2']) await claim(id, NOON);
    await store.finishEvent('Ev1');
    expect(await unanswered(NOON + MINUTE)).toEqual([['Ev2', '{"said":"Ev2"}']]);
  });

  it('that was answered is known by its id alone', async () => {
    await claim('Ev1', NOON);
    await store.finishEvent('Ev1');
    expect(await unanswered(NOON + HOUR)).toEqual([]);
    expect(await store.valuesOf(sql`select id, body from events`)).toEqual([['Ev1', null]]);
    expect(await claim('Ev1', NOON + HOUR)).toBe(false);
  });

  it('is written by nobody where each was answered, or just taken', async () => {
    for (const id of ['Ev1', 'Ev2']) await claim(id, NOON);
    await store.finishEvent('Ev1');
    const faulty = makeFaulty(store);
    faulty.failOn('update');
    expect(await claimUnfinished(faulty, { before: NOON - 1, now: NOON })).toEqual([]);
  });

  it('whose answer takes long is left to who says so', async () => {
    for (const id of ['Ev1', 'Ev2']) await claim(id, NOON);
    await store.extendClaims({ ids: ['Ev1'], now: NOON + MINUTE });
    expect(await unanswered(NOON + MINUTE + SECOND)).toEqual([['Ev2', '{"said":"Ev2"}']]);
  });

  it('that a replica has just taken whose clock is ahead is left to it', async () => {
    await claim('Ev1', NOON + 5);
    expect(await unanswered(NOON)).toEqual([]);
    expect(await unanswered(NOON + MINUTE + 5)).toHaveLength(1);
  });

  it('that was taken before the clock was set back is taken up at once', async () => {
    await claim('Ev1', NOON + HOUR);
    expect(await unanswered(NOON)).toHaveLength(1);
  });

  it('is claimed once', async () => {
    expect(await claim('Ev1', NOON)).toBe(true);
    expect(await claim('Ev1', NOON + HOUR)).toBe(false);
    expect(await claim('Ev2', NOON)).toBe(true);
    const request = () => claimRequest(store, { id: 'r', at: NOON });
    expect([await request(), await request()]).toEqual([true, false]);
  });

  it('is claimed by one of two that ask at once', async () => {
    const other = await store.connect();
    const claims = await Promise.all([claim('Ev1', NOON), claim('Ev1', NOON, other)]);
    expect(claims.sort()).toEqual([false, true]);
  });

  it('is forgotten when Slack has long stopped sending it again', async () => {
    await claim('Ev1', NOON);
    expect(await store.forgetBefore(NOON)).toBe(0);
    expect(await store.forgetBefore(NOON + 1)).toBe(1);
    expect(await claim('Ev1', NOON + HOUR)).toBe(true);
  });
});

export const retentionSuite = suites(events, history, forgotten);
