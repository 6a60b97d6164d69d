import { setImmediate as nextTurn } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { checkDueResults } from '../../src/jobs/check-results.ts';
import type { Observer } from '../../src/jobs/observe.ts';
import { POLL_LEASE_MS } from '../../src/jobs/record.ts';
import { subscribe } from '../../src/store/subscriptions.ts';
import { findTarget, leaseTarget } from '../../src/store/targets.ts';
import {
  dated,
  EMPTY,
  ended,
  HOUR,
  IMAGE,
  type Look,
  MINUTE,
  NOON,
  resultOf,
  scanning,
  SECOND,
  TICK,
} from '../support/observations.ts';
import { imageNamed, outboxLines, watching, watchingLive, watchingMany } from '../support/store.ts';
import {
  database,
  holdBack,
  isRecording,
  leaseOwner,
  log,
  now,
  pass,
  prisma,
  startObserver,
  startTicks,
  tick,
  usePolling,
} from './console.ts';
import { sql } from '../../src/store/sql.ts';

let observer: Observer;

usePolling(dated(EMPTY));
beforeEach(() => {
  observer = startObserver();
});

/** One tick, and the looks that follow it. */
async function turn(afterMs = TICK): Promise<void> {
  await tick(afterMs, { observer });
  await checkResults();
}

const checkResults = () => checkDueResults({ observer, log: log.log });

it('a result is recorded after what is under way, a poll or another result, not in its place', async () => {
  const id = await watchingLive(database);
  await turn();
  const stored = await findTarget(database, IMAGE);
  const answer = holdBack(prisma);
  pass(TICK);
  const reading = observer.observe(IMAGE);
  const results = [null, now()].map((at) => observer.applyResult(stored!, resultOf(at)(now())));
  answer(dated(EMPTY));
  await Promise.all([reading, ...results]);
  expect(await outboxLines(database, id)).toContain('completion pending 0');
});

it('a result is recorded after a poll that failed', async () => {
  const id = await watchingLive(database);
  await turn();
  const stored = await findTarget(database, IMAGE);
  const failing = Promise.withResolvers<never>();
  prisma.answer = () => failing.promise;
  pass(TICK);
  const reading = observer.observe(IMAGE);
  const applying = observer.applyResult(stored!, resultOf(now())(now()));
  failing.reject(new Error('a bug'));
  await expect(reading).rejects.toThrow('a bug');
  await applying;
  expect(await outboxLines(database, id)).toContain('completion pending 0');
});

function shows(result: Look): void {
  prisma.result = () => result;
}

describe('the looks of a tick', () => {
  it('leave alone what another process reads just then, which looks itself', async () => {
    await watching(database);
    shows((at) => {
      void leaseTarget(database, IMAGE, { owner: 'other', now: at, leaseMs: POLL_LEASE_MS });
      return resultOf(at)(at);
    });
    await turn();
    expect(log.lines.filter((line) => /^(error|info scan end)/.test(line))).toEqual([]);
    expect(await leaseOwner()).toBe('other');
  });

  it('are one request, however many targets there are, and however many watch them', async () => {
    for (const name of ['a', 'b', 'c']) {
      for (const channel of ['C1', 'C2']) await watching(database, { target: imageNamed(name), channel });
    }
    shows(resultOf(null));
    await turn();
    expect(prisma.lookups.map((targets) => targets.toSorted())).toEqual([['a:1', 'b:1', 'c:1']]);
    await turn();
    expect(prisma.lookups).toHaveLength(1);
  });

  it('are twenty at most; the rest come next', async () => {
    await watchingMany(database, 25);
    shows(resultOf(null));
    await turn();
    await checkResults();
    expect(prisma.lookups.map((targets) => targets.length)).toEqual([20, 5]);
  });

  it('are repeated by another process after 45 s where they came to nothing', async () => {
    await watching(database);
    await tick(0, { observer });
    prisma.result = () => new Promise(() => undefined);
    void observer.checkResults();
    while (prisma.lookups.length === 0) await nextTurn();
    const other = startObserver({ owner: 'other' });
    shows(resultOf(null));
    pass(45 * SECOND - 1);
    await other.checkResults();
    expect(prisma.lookups).toHaveLength(1);
    pass(1);
    await other.checkResults();
    expect(prisma.lookups).toHaveLength(2);
  });

  it('ask nothing where nobody watches', async () => {
    await observer.observe(IMAGE);
    await checkResults();
    expect(prisma.lookups).toEqual([]);
  });

  it('tell an end that somebody else read, once, and say so in the log', async () => {
    const id = await watchingLive(database);
    prisma.answer = () => dated(scanning(7, 12));
    shows(resultOf(NOON - HOUR));
    await turn();
    prisma.answer = () => dated(EMPTY);
    shows(resultOf(NOON + 7 * SECOND));
    await turn();
    await turn();
    expect(await outboxLines(database, id)).toEqual([
      'completion pending 7',
      'final pending 7',
      'live sent 0',
    ]);
    expect(log.lines).toContain('info scan end found in results');
    expect(prisma.asked).toHaveLength(2);
  });

  it('find the end that a killed process was told: it left its lease behind', async () => {
    const id = await watchingLive(database);
    shows(resultOf(NOON - HOUR));
    await turn();
    // It waits forever for the response that reports the end only once.
    prisma.answer = () => new Promise(() => undefined);
    observer = startObserver({ owner: 'killed' });
    void tick(TICK, { observer, owner: 'killed' });
    await nextTurn();
    observer = startObserver();
    prisma.answer = () => dated(EMPTY);
    shows(resultOf(NOON + 9 * SECOND));
    // Its lease is over, and but for that no look would be due yet.
    await turn(POLL_LEASE_MS);
    expect(await outboxLines(database, id)).toContain('completion pending 0');
  });

  it('wait for a reading of the same target that is under way', async () => {
    const id = await watchingLive(database);
    shows(resultOf(null));
    await turn();
    const answer = holdBack(prisma);
    pass(MINUTE);
    const reading = observer.observe(IMAGE);
    await nextTurn();
    shows(resultOf(NOON + 30 * SECOND));
    const looking = checkResults();
    await nextTurn();
    answer(dated(ended(12, 12)));
    await Promise.all([reading, looking]);
    // Both tell of the same end.
    expect(await outboxLines(database, id)).toContain('completion pending 12');
    expect(await database.query(sql`select number from scans`)).toHaveLength(1);
  });

  it('that fail are made again, and the tick goes on', async () => {
    const id = await watchingLive(database);
    prisma.result = () => Promise.reject(new Error('a bug'));
    await expect(turn()).rejects.toThrow('a bug');
    shows(resultOf(NOON + SECOND));
    await turn(MINUTE);
    expect(await outboxLines(database, id)).toContain('completion pending 0');
  });

  it('leave no lease behind where they cannot be recorded', async () => {
    await watchingLive(database);
    shows(resultOf(null));
    await tick(TICK, { observer });
    database.failOn('last_requested_at = $3');
    await expect(checkResults()).rejects.toThrow('could not be recorded');
    database.failOn(null);
    expect(await leaseOwner()).toBeNull();
  });
});

describe('ticks', () => {
  it('go on at once after the clock was set back an hour', async () => {
    await watchingLive(database);
    const next = startTicks(observer);
    await next();
    pass(20 * TICK);
    await next();
    const before = prisma.asked.length;
    pass(-HOUR);
    await next();
    expect(prisma.asked).toHaveLength(before + 1);
    pass(TICK);
    await next();
    expect(prisma.asked).toHaveLength(before + 2);
  });

  it('of a process that starts with an earlier clock than the one before go on at once', async () => {
    await watchingLive(database);
    pass(HOUR);
    await startTicks(observer)();
    pass(-HOUR);
    await startTicks(observer)();
    expect(prisma.asked).toHaveLength(2);
  });

  it('read once after eight hours of sleep', async () => {
    await watchingLive(database);
    const next = startTicks(observer);
    await next();
    pass(8 * HOUR);
    await next();
    expect(prisma.asked).toHaveLength(2);
  });
});

describe('an end that is written down long after it was read', () => {
  it('costs a subscription no end that came in between', async () => {
    await subscribe(database, { target: IMAGE, channel: 'C1', userId: 'U1', now: now() });
    shows(resultOf(null));
    await turn();
    prisma.answer = () => dated(scanning(7, 12));
    await turn();
    prisma.answer = () => dated(ended(12, 12));
    const readAt = now() + TICK;
    let isFull = true;
    const pause = async (): Promise<void> => {
      pass(10 * SECOND);
      isFull = now() < readAt + 30 * MINUTE;
      await nextTurn();
    };
    database.before = (sql) => {
      if (isFull && isRecording(sql)) throw new Error('disk full');
    };
    observer = startObserver({ pause });
    await turn();
    // Somebody else read the end of the scan after it.
    prisma.answer = () => dated(EMPTY);
    shows(resultOf(readAt + 10 * MINUTE));
    await turn();
    await turn(MINUTE);
    expect(await database.query(sql`select 1 from deliveries where kind = 'completion'`)).toHaveLength(2);
  });
});
