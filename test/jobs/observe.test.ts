import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { POLL_LEASE_MS } from '../../src/jobs/record.ts';
import { targetId } from '../../src/scan/target.ts';
import { findTarget, leaseDueTargets, leaseTarget } from '../../src/store/targets.ts';
import {
  dated,
  down,
  EMPTY,
  ended,
  HOUR,
  IMAGE,
  NOON,
  REGULAR,
  scanning,
  SECOND,
} from '../support/observations.ts';
import { outboxLines, readNow, rowOf, watching, watchingLive } from '../support/store.ts';
import {
  database,
  ENDED_AT_12,
  holdBack,
  isRecording,
  leaseOwner,
  pass,
  prisma,
  recorded,
  scannedIn,
  startObserver,
  usePolling,
} from './console.ts';

usePolling(scanning(7, 12));

async function leaseDue(at = NOON) {
  return leaseDueTargets(database, { owner: 'me', now: at, leaseMs: POLL_LEASE_MS, limit: 8, dueBy: at });
}

describe('whether an image is in scope', () => {
  it.each([
    ['an image, before its progress', IMAGE, [], ['scope', 'progress', 'scope']],
    ['no image that is scanned', IMAGE, [scanning(1, 12)], ['progress']],
    ['no registry scan', REGULAR, [], ['progress']],
  ] as const)('is asked of %s', async (_, target, before, expected) => {
    const asked: string[] = [];
    for (const reading of before) await readNow(database, reading, { target });
    prisma.answer = () => {
      asked.push('progress');
      return before.length === 0 ? dated(EMPTY) : scanning(2, 12);
    };
    const { observe } = startObserver({ knownScope: () => (asked.push('scope'), 'unknown') });
    const { snapshot } = await observe(target);
    expect(asked).toEqual(expected);
    expect(snapshot).not.toHaveProperty('scope');
  });
});

it('an image without a scan is polled as rarely as the many of them allow', async () => {
  await watching(database);
  prisma.answer = () => EMPTY;
  for (const ago of [2 * HOUR, HOUR]) await readNow(database, EMPTY, { now: NOON - ago });
  expect(await nextPollOf(startObserver())).toBe(NOON + 30 * SECOND);
  expect(await nextPollOf(startObserver({ idleMs: () => HOUR }))).toBe(NOON + HOUR);
});

async function nextPollOf({ observe }: ReturnType<typeof startObserver>): Promise<number> {
  await observe(IMAGE);
  return Number((await rowOf(database, 'targets', targetId(IMAGE)))['next_poll_at']);
}

describe('a question', () => {
  it('is answered with what the Console says, which is recorded', async () => {
    const observed = await startObserver().observe(IMAGE);
    expect(observed).toMatchObject({
      failure: null,
      snapshot: { state: 'scanning', images: { scanned: 7 } },
    });
    expect((await findTarget(database, IMAGE))?.state.snapshot).toEqual(observed.snapshot);
    expect(prisma.asked).toEqual([`${targetId(IMAGE)} interactive`]);
    expect(await leaseOwner()).toBeNull();
  });

  it('says why the Console did not tell, with the last known counts', async () => {
    const { observe } = startObserver();
    await observe(IMAGE);
    prisma.answer = () => down('timeout');
    const observed = await observe(IMAGE);
    expect(observed.failure?.cause).toBe('timeout');
    expect(scannedIn(observed)).toBe(7);
  });

  it('reads for those who watch, too', async () => {
    const id = await watchingLive(database);
    prisma.answer = () => ended(12, 12);
    await startObserver().observe(IMAGE);
    expect(await outboxLines(database, id)).toEqual(ENDED_AT_12);
    expect(recorded).toBe(1);
  });

  it('wakes nobody where there is nothing to send or to ask', async () => {
    await startObserver().observe(IMAGE);
    expect(recorded).toBe(0);
    prisma.answer = () => ended(12, 12);
    await startObserver().observe(IMAGE);
    expect(recorded).toBe(1);
  });

  it('joins a reading of the same target that is under way', async () => {
    const answer = holdBack(prisma);
    const { observe } = startObserver();
    const both = [observe(IMAGE), observe(IMAGE)];
    answer(scanning(7, 12));
    expect((await Promise.all(both)).map(scannedIn)).toEqual([7, 7]);
    expect(prisma.asked).toHaveLength(1);
    await observe(IMAGE);
    expect(prisma.asked).toHaveLength(2);
  });

  it("joins a tick's reading", async () => {
    await watching(database);
    const answer = holdBack(prisma);
    const { observe, observeLeased } = startObserver();
    const [leased] = await leaseDue();
    const ticking = observeLeased(leased!);
    void observe(IMAGE, 'high');
    await nextTurn();
    expect(prisma.isForPerson()).toBe(false);
    const asking = observe(IMAGE);
    // It may still wait for its turn, among those of all targets.
    expect(prisma.isForPerson()).toBe(true);
    answer(scanning(7, 12));
    expect(scannedIn(await ticking)).toBe(7);
    expect(scannedIn(await asking)).toBe(7);
    expect(prisma.asked).toEqual([`${targetId(IMAGE)} background`]);
  });

  it('does not join the reading of another target', async () => {
    const { observe } = startObserver();
    await Promise.all([observe(IMAGE), observe(REGULAR)]);
    expect(prisma.asked).toHaveLength(2);
  });

  it('is answered from the database while another process reads', async () => {
    await readNow(database, scanning(3, 12));
    await readNow(database, down('timeout'));
    await leaseTarget(database, IMAGE, { owner: 'other', now: NOON, leaseMs: POLL_LEASE_MS });
    const observed = await startObserver().observe(IMAGE);
    expect(scannedIn(observed)).toBe(3);
    expect(observed.failure?.cause).toBe('timeout');
    expect(prisma.asked).toEqual([]);
    expect(await leaseOwner()).toBe('other');
  });

  it('is asked anew once the lease of that process is over', async () => {
    await leaseTarget(database, IMAGE, { owner: 'other', now: NOON, leaseMs: POLL_LEASE_MS });
    await startObserver({ now: () => NOON + POLL_LEASE_MS }).observe(IMAGE);
    expect(prisma.asked).toHaveLength(1);
  });
});

describe('a reading that was not asked, since the program stops,', () => {
  it('gives its lease back, and nothing is recorded of it', async () => {
    await watchingLive(database);
    await startObserver().observe(IMAGE);
    const before = await rowOf(database, 'targets', targetId(IMAGE));
    const [leased] = await leaseDue(NOON + SECOND);
    const unasked = startObserver({ fetchProgress: () => Promise.resolve(null) });
    expect(await unasked.observeLeased(leased!)).toMatchObject({
      failure: null,
      snapshot: { images: { scanned: 7 } },
    });
    expect(await rowOf(database, 'targets', targetId(IMAGE))).toEqual(before);
    expect(await leaseDue(NOON + SECOND)).toHaveLength(1);
  });
});

it('nothing is asked once its lease is over', async () => {
  prisma.turn = () => pass(POLL_LEASE_MS);
  await startObserver().observe(IMAGE);
  expect(prisma.asked).toEqual([]);
  expect(await leaseOwner()).toBeNull();
});

it.each([
  ['a scan that goes on', scanning(7, 12, { foundAs: 'alpine' }), 'alpine'],
  ['one that is over', ended(12, 12, { foundAs: 'alpine' }), undefined],
])('the other name is known of %s', async (_, reading, expected) => {
  await readNow(database, reading);
  const names: (string | undefined)[] = [];
  const { fetchProgress } = prisma;
  await startObserver({
    fetchProgress: (target, options) => (names.push(options.foundAs), fetchProgress(target, options)),
  }).observe(IMAGE);
  expect(names).toEqual([expected]);
});

describe('a tick', () => {
  it('whose lease came while a reading took longer than its own joins that, which is recorded', async () => {
    const id = await watchingLive(database);
    const answer = holdBack(prisma);
    const { observe, observeLeased } = startObserver();
    const asking = observe(IMAGE);
    await nextTurn();
    const [leased] = await leaseDue(NOON + POLL_LEASE_MS);
    const ticking = observeLeased(leased!);
    answer(ended(12, 12));
    expect(await ticking).toEqual(await asking);
    expect(prisma.asked).toHaveLength(1);
    expect(await outboxLines(database, id)).toContain('completion pending 12');
  });

  it('whose lease came in the instant in which a reading ended keeps nobody from the next one', async () => {
    await watchingLive(database);
    const { observe, observeLeased } = startObserver();
    const ticks: Promise<unknown>[] = [];
    database.after = async (sql) => {
      if (!isRecording(sql) || ticks.length > 0) return;
      for (const leased of await leaseDue()) ticks.push(observeLeased(leased));
    };
    await observe(IMAGE);
    await Promise.all(ticks);
    expect(ticks).toHaveLength(1);
    expect(await leaseOwner()).toBeNull();
    expect(await leaseDue(NOON + SECOND)).toHaveLength(1);
  });

  it('is told where nothing shows', async () => {
    await watching(database);
    prisma.answer = () => EMPTY;
    const [leased] = await leaseDue();
    expect(await startObserver().observeLeased(leased!)).toMatchObject({
      failure: null,
      snapshot: { state: 'not running', emptyAnswers: 1 },
    });
  });
});
