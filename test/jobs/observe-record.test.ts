import { setImmediate as nextTurn } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import type { ObserverOptions } from '../../src/jobs/observe.ts';
import { POLL_LEASE_MS } from '../../src/jobs/record.ts';
import { targetId } from '../../src/scan/target.ts';
import { findTarget, leaseTarget } from '../../src/store/targets.ts';
import { ended, IMAGE, NOON, resultOf, scanning, SECOND } from '../support/observations.ts';
import { useMemory } from '../support/memory.ts';
import { outboxLines, readNow, rowOf, saying, watching, watchingLive } from '../support/store.ts';
import {
  createFakeConsole,
  type FakeConsole,
  holdBack,
  isRecording,
  scannedIn,
  observerOf,
} from './console.ts';
import { stopWatch } from '../../src/store/stop.ts';

const database = useMemory();
let prisma: FakeConsole;
let recorded: number;

beforeEach(() => {
  prisma = createFakeConsole(scanning(7, 12));
  recorded = 0;
});

function observer(options: Partial<ObserverOptions> = {}) {
  return observerOf(database, prisma, { onRecorded: () => (recorded += 1), ...options });
}

async function leaseOwner(): Promise<unknown> {
  return (await rowOf(database, 'targets', targetId(IMAGE)))['lease_owner'];
}

/** A poll whose lease expires before its response. */
async function pollBeyondLease() {
  const id = await watchingLive(database);
  const answer = holdBack(prisma);
  let now = NOON;
  const asking = observer({ now: () => now }).observe(IMAGE);
  await nextTurn();
  now += POLL_LEASE_MS;
  return { id, answer, asking, now };
}

describe('watches that change while the Console answers', () => {
  it('are planned for as they are when it has: one that began gets its update', async () => {
    const before = await watchingLive(database);
    const answer = holdBack(prisma);
    const asking = observer().observe(IMAGE);
    await nextTurn();
    const added = await watchingLive(database, { channel: 'C2' });
    answer(scanning(7, 12));
    await asking;
    for (const id of [before, added]) {
      expect(await outboxLines(database, id)).toEqual(['live sent 0', 'update pending 7']);
    }
    expect(prisma.asked).toHaveLength(1);
    expect(await leaseOwner()).toBeNull();
  });

  it('are planned for as they are when it has: one that began is told the end that was read', async () => {
    const answer = holdBack(prisma);
    const asking = observer().observe(IMAGE);
    await nextTurn();
    const id = await watchingLive(database);
    answer(ended(12, 12));
    await asking;
    expect(await outboxLines(database, id)).toEqual([
      'completion pending 12',
      'final pending 12',
      'live sent 0',
    ]);
  });

  it('are planned for as they are when it has: one that was stopped gets nothing', async () => {
    const id = await watchingLive(database);
    const other = await watchingLive(database, { channel: 'C2' });
    const answer = holdBack(prisma);
    const asking = observer().observe(IMAGE);
    await nextTurn();
    const content = { ...saying(0), end: 'stopped', stoppedBy: 'U1' } as const;
    expect(await stopWatch(database, { id, now: NOON, content })).toBe(true);
    answer(ended(12, 12));
    await asking;
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
    await observer().observe(IMAGE);
    for (const id of ids) expect(await outboxLines(database, id)).toContain('update pending 7');
    expect(ids).toHaveLength(8);
    expect(prisma.asked).toHaveLength(1);
  });

  it('do not bring a target that nobody watches any more back', async () => {
    const id = await watchingLive(database);
    const answer = holdBack(prisma);
    const asking = observer().observe(IMAGE);
    await nextTurn();
    const content = { ...saying(0), end: 'stopped', stoppedBy: 'U1' } as const;
    await stopWatch(database, { id, now: NOON, content });
    answer(scanning(7, 12));
    await asking;
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
    await expect(observer().observe(IMAGE)).rejects.toThrow('disk I/O error');
    expect(prisma.asked).toHaveLength(asked);
    database.failOn(null);
    expect(await leaseOwner()).toBeNull();
  });

  it.each<[string, (at: ReturnType<typeof observer>) => Promise<unknown>, Partial<ObserverOptions>]>([
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
    const reading = read(observer(options)).then(
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
      return undefined;
    };
    await expect(observer().observe(IMAGE)).rejects.toThrow('disk full');
  });

  it('keeps the reading until the database takes it, and asks the Console once', async () => {
    await watching(database);
    let faults = 3;
    database.before = (sql) => {
      if (!isRecording(sql) || faults === 0) return undefined;
      faults -= 1;
      throw new Error('database is locked');
    };
    expect(scannedIn(await observer().observe(IMAGE))).toBe(7);
    expect([faults, prisma.asked.length]).toEqual([0, 1]);
  });

  it('does not stand in the way of the next one', async () => {
    const { observe } = observer();
    database.failOn('last_requested_at = $3');
    await expect(observe(IMAGE)).rejects.toThrow();
    database.failOn(null);
    expect(scannedIn(await observe(IMAGE))).toBe(7);
  });

  it('rejects where fetching breaks its promise never to', async () => {
    prisma.answer = () => Promise.reject(new Error('a bug'));
    await expect(observer().observe(IMAGE)).rejects.toThrow('a bug');
    expect(await leaseOwner()).toBeNull();
  });

  it('since its lease was lost is told, and leaves the lease of the other process alone', async () => {
    const { id, answer, asking, now } = await pollBeyondLease();
    await leaseTarget(database, IMAGE, { owner: 'other', now, leaseMs: POLL_LEASE_MS });
    answer(ended(12, 12));
    await expect(asking).rejects.toThrow('could not be recorded');
    expect(await leaseOwner()).toBe('other');
    expect(await outboxLines(database, id)).toEqual(['live sent 0']);
  });

  it('since its lease was lost is recorded once it can be leased again', async () => {
    const id = await watchingLive(database);
    const answer = holdBack(prisma);
    let now = NOON;
    const pauses: number[] = [];
    const pause = (ms: number): Promise<void> => {
      pauses.push(ms);
      now += ms;
      return Promise.resolve();
    };
    const asking = observer({ now: () => now, pause }).observe(IMAGE);
    await nextTurn();
    now += POLL_LEASE_MS;
    await leaseTarget(database, IMAGE, { owner: 'other', now, leaseMs: POLL_LEASE_MS });
    const added = await watchingLive(database, { channel: 'C2' });
    answer(ended(12, 12));
    await asking;
    expect(pauses.reduce((sum, ms) => sum + ms)).toBeGreaterThanOrEqual(POLL_LEASE_MS);
    for (const watch of [id, added])
      expect(await outboxLines(database, watch)).toContain('completion pending 12');
    expect(prisma.asked).toHaveLength(1);
  });

  it('since its lease was lost takes nothing back of what was recorded meanwhile', async () => {
    const { id, answer, asking, now } = await pollBeyondLease();
    await readNow(database, scanning(9, 12), { now, owner: 'other' });
    answer(scanning(7, 12));
    expect(scannedIn(await asking)).toBe(9);
    expect(await outboxLines(database, id)).toEqual(['live sent 0', 'update pending 9']);
  });

  it('since its lease was lost begins no scan anew where its end was recorded meanwhile', async () => {
    const { answer, asking, now } = await pollBeyondLease();
    for (const reading of [scanning(9, 12), ended(12, 12)])
      await readNow(database, reading, { now, owner: 'other' });
    answer(scanning(7, 12));
    expect((await asking).snapshot).toMatchObject({ scan: 1, state: 'completed' });
  });

  it('in the time of its lease is recorded all the same where nobody else took it', async () => {
    const id = await watchingLive(database);
    const answer = holdBack(prisma);
    let now = NOON;
    const asking = observer({ now: () => now }).observe(IMAGE);
    await nextTurn();
    now += 10 * POLL_LEASE_MS;
    answer(ended(12, 12));
    await asking;
    expect(await outboxLines(database, id)).toContain('completion pending 12');
  });
});

describe('the lease of a poll', () => {
  it('outlasts five seconds in which its process is suspended', async () => {
    const answer = holdBack(prisma);
    const asking = observer().observe(IMAGE);
    await nextTurn();
    const later = { owner: 'other', now: NOON + 5 * SECOND, leaseMs: POLL_LEASE_MS };
    expect(await leaseTarget(database, IMAGE, later)).toBeNull();
    answer(scanning(7, 12));
    await asking;
  });

  it.each([
    ['a poll', false],
    ['a results check', true],
  ])('is renewed while %s is recorded, and no longer', async (_, isResult) => {
    const alarms = new Set<() => void>();
    const during: number[] = [];
    database.before = (sql) => {
      if (isRecording(sql)) during.push(alarms.size);
      return undefined;
    };
    const { observe, applyResult } = observer({
      alarm: (_ms, run) => {
        alarms.add(run);
        return () => alarms.delete(run);
      },
    });
    await watching(database);
    if (isResult) await applyResult((await findTarget(database, IMAGE))!, resultOf(null)(NOON));
    else await observe(IMAGE);
    expect(during).toEqual([1]);
    expect(alarms.size).toBe(0);
  });
});
