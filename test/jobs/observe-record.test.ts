import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { ObserverOptions } from '../../src/jobs/observe.ts';
import { POLL_LEASE_MS } from '../../src/jobs/record.ts';
import { targetId } from '../../src/scan/target.ts';
import { findTarget, leaseTarget } from '../../src/store/targets.ts';
import { ended, IMAGE, NOON, resultOf, scanning, SECOND } from '../support/observations.ts';
import { outboxLines, readNow, rowOf, watching, watchingLive, stopping } from '../support/store.ts';
import {
  beginPoll,
  database,
  ENDED_AT_12,
  isRecording,
  leaseOwner,
  now,
  pass,
  prisma,
  scannedIn,
  startObserver,
  usePolling,
} from './console.ts';
import { createAlarms } from './timing/alarms.ts';

usePolling(scanning(7, 12));

/** A poll whose lease expires before its response. */
async function pollBeyondLease(options: Partial<ObserverOptions> = {}) {
  const id = await watchingLive(database);
  const respond = await beginPoll(options);
  pass(POLL_LEASE_MS);
  return { id, respond };
}

describe('watches that change while the Console answers', () => {
  it('are planned for as they are when it has: one that began gets its update', async () => {
    const before = await watchingLive(database);
    const respond = await beginPoll();
    const added = await watchingLive(database, { channel: 'C2' });
    await respond(scanning(7, 12));
    for (const id of [before, added]) {
      expect(await outboxLines(database, id)).toEqual(['live sent 0', 'update pending 7']);
    }
    expect(prisma.asked).toHaveLength(1);
    expect(await leaseOwner()).toBeNull();
  });

  it('are planned for as they are when it has: one that began is told the end that was read', async () => {
    const respond = await beginPoll();
    const id = await watchingLive(database);
    await respond(ended(12, 12));
    expect(await outboxLines(database, id)).toEqual(ENDED_AT_12);
  });

  it('are planned for as they are when it has: one that was stopped gets nothing', async () => {
    const id = await watchingLive(database);
    const other = await watchingLive(database, { channel: 'C2' });
    const respond = await beginPoll();
    expect(await stopping(database, id, { stoppedBy: 'U1' })).toBe(true);
    await respond(ended(12, 12));
    expect(await outboxLines(database, id)).toEqual(['final pending 0', 'live sent 0']);
    expect(await outboxLines(database, other)).toContain('completion pending 12');
    expect(prisma.asked).toHaveLength(1);
  });

  it('are planned for again and again while they keep changing', async () => {
    const ids: string[] = [];
    database.before = (sql) => {
      if (!isRecording(sql) || ids.length >= 8) return undefined;
      return watchingLive(database, { channel: `C${ids.length}` }).then((id) => ids.push(id));
    };
    await startObserver().observe(IMAGE);
    for (const id of ids) expect(await outboxLines(database, id)).toContain('update pending 7');
    expect(ids).toHaveLength(8);
    expect(prisma.asked).toHaveLength(1);
  });

  it('do not bring a target that nobody watches any more back', async () => {
    const id = await watchingLive(database);
    const respond = await beginPoll();
    await stopping(database, id, { stoppedBy: 'U1' });
    await respond(scanning(7, 12));
    expect((await rowOf(database, 'targets', targetId(IMAGE)))['next_poll_at']).toBeNull();
  });
});

describe('a reading that cannot be recorded', () => {
  it.each([
    ['before the Console is asked', 'as "lastFingerprint"', 0],
    ['when the answer is there', 'last_requested_at = $3, is_unwatched', 1],
  ])('rejects and gives the lease back: %s', async (_, part, asked) => {
    await watching(database);
    database.failOn(part);
    await expect(startObserver().observe(IMAGE)).rejects.toThrow('disk I/O error');
    expect(prisma.asked).toHaveLength(asked);
    database.failOn(null);
    expect(await leaseOwner()).toBeNull();
  });

  it.each<[string, (at: ReturnType<typeof startObserver>) => Promise<unknown>, Partial<ObserverOptions>]>([
    ['it was not asked', ({ observe }) => observe(IMAGE), { fetchProgress: () => Promise.resolve(null) }],
    [
      'it fails',
      ({ observe }) => observe(IMAGE),
      { fetchProgress: () => Promise.reject(new Error('a bug')) },
    ],
    [
      'its result is not recorded',
      async ({ applyResult }) => applyResult((await findTarget(database, IMAGE))!, resultOf(null)(NOON)),
      { pause: () => Promise.resolve() },
    ],
  ])('ends when its lease is given back: %s', async (_, read, options) => {
    await watching(database);
    const releasing = Promise.withResolvers<undefined>();
    const order: string[] = [];
    database.before = (sql) => {
      if (isRecording(sql)) throw new Error('disk full');
      if (!sql.includes('set lease_owner = null')) return undefined;
      return releasing.promise.then(() => order.push('released'));
    };
    const reading = read(startObserver(options)).then(
      () => order.push('over'),
      () => order.push('failed'),
    );
    for (let turn = 0; turn < 5; turn += 1) await nextTurn();
    releasing.resolve(undefined);
    await reading;
    expect(order).toEqual(['released', expect.stringMatching(/over|failed/)]);
  });

  it('does not hide why where the lease cannot be given back either', async () => {
    database.before = (sql) => {
      if (isRecording(sql)) throw new Error('disk full');
      if (sql.includes('set lease_owner = null')) throw new Error('another');
    };
    await expect(startObserver().observe(IMAGE)).rejects.toThrow('disk full');
  });

  it('keeps the reading until the database takes it, and asks the Console once', async () => {
    await watching(database);
    let faults = 3;
    database.before = (sql) => {
      if (!isRecording(sql) || faults === 0) return undefined;
      faults -= 1;
      throw new Error('database is locked');
    };
    expect(scannedIn(await startObserver().observe(IMAGE))).toBe(7);
    expect([faults, prisma.asked.length]).toEqual([0, 1]);
  });

  it('does not stand in the way of the next one', async () => {
    const { observe } = startObserver();
    database.failOn('last_requested_at = $3');
    await expect(observe(IMAGE)).rejects.toThrow();
    database.failOn(null);
    expect(scannedIn(await observe(IMAGE))).toBe(7);
  });

  it('rejects where fetching breaks its promise never to', async () => {
    prisma.answer = () => Promise.reject(new Error('a bug'));
    await expect(startObserver().observe(IMAGE)).rejects.toThrow('a bug');
    expect(await leaseOwner()).toBeNull();
  });

  it('since its lease was lost is told, and leaves the lease of the other process alone', async () => {
    const { id, respond } = await pollBeyondLease();
    await leaseTarget(database, IMAGE, { owner: 'other', now: now(), leaseMs: POLL_LEASE_MS });
    await expect(respond(ended(12, 12))).rejects.toThrow('could not be recorded');
    expect(await leaseOwner()).toBe('other');
    expect(await outboxLines(database, id)).toEqual(['live sent 0']);
  });

  it('since its lease was lost is recorded once it can be leased again', async () => {
    const pauses: number[] = [];
    const pause = (ms: number): Promise<void> => {
      pauses.push(ms);
      pass(ms);
      return Promise.resolve();
    };
    const { id, respond } = await pollBeyondLease({ pause });
    await leaseTarget(database, IMAGE, { owner: 'other', now: now(), leaseMs: POLL_LEASE_MS });
    const added = await watchingLive(database, { channel: 'C2' });
    await respond(ended(12, 12));
    expect(pauses.reduce((sum, ms) => sum + ms)).toBeGreaterThanOrEqual(POLL_LEASE_MS);
    for (const watch of [id, added])
      expect(await outboxLines(database, watch)).toContain('completion pending 12');
    expect(prisma.asked).toHaveLength(1);
  });

  it('since its lease was lost takes nothing back of what was recorded meanwhile', async () => {
    const { id, respond } = await pollBeyondLease();
    await readNow(database, scanning(9, 12), { now: now(), owner: 'other' });
    expect(scannedIn(await respond(scanning(7, 12)))).toBe(9);
    expect(await outboxLines(database, id)).toEqual(['live sent 0', 'update pending 9']);
  });

  it('since its lease was lost begins no scan anew where its end was recorded meanwhile', async () => {
    const { respond } = await pollBeyondLease();
    for (const reading of [scanning(9, 12), ended(12, 12)])
      await readNow(database, reading, { now: now(), owner: 'other' });
    expect((await respond(scanning(7, 12))).snapshot).toMatchObject({ scan: 1, state: 'completed' });
  });

  it('in the time of its lease is recorded all the same where nobody else took it', async () => {
    const id = await watchingLive(database);
    const respond = await beginPoll();
    pass(10 * POLL_LEASE_MS);
    await respond(ended(12, 12));
    expect(await outboxLines(database, id)).toContain('completion pending 12');
  });
});

describe('the lease of a poll', () => {
  it('outlasts five seconds in which its process is suspended', async () => {
    const respond = await beginPoll();
    const later = { owner: 'other', now: NOON + 5 * SECOND, leaseMs: POLL_LEASE_MS };
    expect(await leaseTarget(database, IMAGE, later)).toBeNull();
    await respond(scanning(7, 12));
  });

  it.each([
    ['a poll', false],
    ['a results check', true],
  ])('is renewed while %s is recorded, and no longer', async (_, isResult) => {
    const alarms = createAlarms({ now, pass });
    const during: number[] = [];
    database.before = (sql) => {
      if (isRecording(sql)) during.push(alarms.count());
    };
    const { observe, applyResult } = startObserver({ alarm: alarms.alarm });
    await watching(database);
    if (isResult) await applyResult((await findTarget(database, IMAGE))!, resultOf(null)(NOON));
    else await observe(IMAGE);
    expect(during).toEqual([1]);
    expect(alarms.count()).toBe(0);
  });
});
