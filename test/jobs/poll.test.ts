import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Observer } from '../../src/jobs/observe.ts';
import { createTicks } from '../../src/jobs/poll.ts';
import { POLL_LEASE_MS } from '../../src/jobs/record.ts';
import { targetId } from '../../src/scan/target.ts';
import { leaseTarget } from '../../src/store/targets.ts';
import { down, EMPTY, ended, IMAGE, NOON, scanning, SECOND, TICK } from '../support/observations.ts';
import { imageNamed, outboxLines, stopping, watching, watchingLive, watchingMany } from '../support/store.ts';
import {
  database,
  log,
  now,
  pass,
  pollOptions,
  prisma,
  startObserver,
  startTicks,
  tick,
  usePolling,
} from './console.ts';
import { sql } from '../../src/store/sql.ts';

usePolling(scanning(7, 12));

/** The earlier, the longer overdue. */
const watchMany = (count: number) => watchingMany(database, count, (index) => NOON - count + index);

describe('a tick', () => {
  it('reads a target once, however many watch it', async () => {
    for (const channel of ['C1', 'C2', 'C3']) {
      for (const userId of ['U1', 'U2']) await watching(database, { channel, userId });
    }
    await tick();
    expect(prisma.asked).toEqual([`${targetId(IMAGE)} background`]);
    expect(await outboxLines(database)).toEqual(['live pending 7', 'live pending 7', 'live pending 7']);
  });

  it.each([1, 7, 8, 9, 16, 17, 40])('reads each of %i targets once', async (count) => {
    await watchMany(count);
    database.before = () => nextTurn();
    prisma.answer = () => {
      pass(10);
      return scanning(7, 12);
    };
    await tick();
    expect(new Set(prisma.asked).size).toBe(count);
    expect(prisma.asked).toHaveLength(count);
    prisma.asked.length = 0;
    await tick(TICK);
    expect(prisma.asked).toHaveLength(count);
  });

  it('begins no reading any more once the program stops', async () => {
    await watchMany(40);
    const stopping = new AbortController();
    prisma.answer = () => {
      stopping.abort();
      return scanning(7, 12);
    };
    await tick(0, { signal: stopping.signal });
    expect(prisma.asked.length).toBeGreaterThan(0);
    expect(prisma.asked.length).toBeLessThan(40);
  });

  it('goes on where requests never get their turn', async () => {
    await watchMany(6);
    let turns = 0;
    prisma.turn = () => Promise.reject(new Error(`no turn ${(turns += 1)}`));
    const observer = startObserver();
    const next = createTicks(pollOptions({ observer }));
    for (const begun of [6, 12]) {
      await next();
      await observer.end();
      expect(turns).toBe(begun);
      pass(TICK);
    }
  });

  it('reads each once though no time passes at all, and every one at the next', async () => {
    await watchMany(12);
    await tick();
    expect(new Set(prisma.asked).size).toBe(prisma.asked.length);
    prisma.asked.length = 0;
    await tick(TICK);
    expect(new Set(prisma.asked).size).toBe(12);
  });

  it('reads at most 24 at a time, the longest overdue first', async () => {
    await watchMany(40);
    let underWay = 0;
    let most = 0;
    prisma.answer = async () => {
      most = Math.max(most, (underWay += 1));
      await nextTurn();
      underWay -= 1;
      pass(1);
      return scanning(7, 12);
    };
    await tick();
    expect(most).toBe(24);
    expect(prisma.asked.slice(0, 8).sort()).toEqual(
      [0, 1, 2, 3, 4, 5, 6, 7].map((n) => `image-${n}:1 background`),
    );
    expect(prisma.asked).toHaveLength(40);
  });

  it('leases no more than six that wait for their turn at the Console', async () => {
    await watchMany(40);
    const { promise, resolve } = Promise.withResolvers<undefined>();
    prisma.turn = () => promise;
    const ticking = tick();
    await new Promise((done) => setTimeout(done, SECOND));
    const leased = await database.query(sql`select id from targets where lease_until is not null`);
    expect(leased).toHaveLength(6);
    resolve(undefined);
    await ticking;
    expect(prisma.asked).toHaveLength(40);
  });

  it('leases three more once no more than three wait for their turn', async () => {
    await watchMany(40);
    const turns: (() => void)[] = [];
    prisma.turn = () => new Promise<void>((resolve) => turns.push(resolve));
    prisma.answer = () => new Promise(() => undefined);
    void tick();
    for (const leased of [6, 6, 6, 9]) {
      for (let turn = 0; turn < 5; turn += 1) await nextTurn();
      expect(turns).toHaveLength(leased);
      turns[prisma.asked.length]?.();
    }
  });

  it('reads nothing that nobody watches', async () => {
    const id = await watchingLive(database);
    await stopping(database, id, { stoppedBy: 'U1' });
    await tick();
    prisma.asked.length = 0;
    await tick(TICK);
    expect(prisma.asked).toEqual([]);
  });

  it('reads nothing more once the end was told', async () => {
    await watching(database);
    prisma.answer = () => ended(12, 12);
    await tick();
    await tick(TICK);
    expect(prisma.asked).toHaveLength(1);
  });

  it('leaves out what another process reads', async () => {
    await watchMany(2);
    await leaseTarget(database, imageNamed('image-0'), {
      owner: 'other',
      now: now(),
      leaseMs: POLL_LEASE_MS,
    });
    await tick();
    expect(prisma.asked).toEqual(['image-1:1 background']);
  });

  it('comes back to a Console that is down after a while', async () => {
    await watching(database);
    prisma.answer = () => down('unreachable', 30 * SECOND);
    await tick();
    await tick(30 * SECOND - 1);
    expect(prisma.asked).toHaveLength(1);
    await tick(1);
    expect(prisma.asked).toHaveLength(2);
  });
});

describe('an error', () => {
  it('of one target does not disturb the others', async () => {
    await watchMany(10);
    prisma.answer = (target) => {
      pass(1);
      if (targetId(target) === 'image-3:1') throw new Error('a bug');
      return scanning(7, 12);
    };
    await tick();
    expect(prisma.asked).toHaveLength(10);
    expect((await outboxLines(database)).filter((line) => line === 'live pending 7')).toHaveLength(9);
    expect(log.lines.filter((line) => line.startsWith('error'))).toEqual([
      'error observation not saved; polling again',
    ]);
    prisma.answer = () => scanning(7, 12);
    prisma.asked.length = 0;
    await tick(TICK);
    expect(prisma.asked).toContain('image-3:1 background');
  });

  it('of the database is said, and the tick ends', async () => {
    await watching(database);
    database.failOn('update targets');
    await expect(tick()).resolves.toBeUndefined();
    expect(log.lines).toEqual(['error the tick could not read the watch list; the next one tries again']);
    database.failOn(null);
    await tick();
    expect(prisma.asked).toHaveLength(1);
  });

  it('of the database at each tick is logged once, and its end', async () => {
    await watching(database);
    const next = startTicks();
    database.failOn('update targets');
    for (let ticks = 0; ticks < 3; ticks += 1) await next();
    database.failOn(null);
    await next();
    expect(log.lines.slice(0, 4)).toEqual([
      'warn due times not moved after a clock change; trying again',
      'error the tick could not read the watch list; the next one tries again',
      'info due times are moved again',
      'info the tick reads the watch list again',
    ]);
    expect(log.fields.slice(2, 4)).toEqual([{ failures: 3 }, { failures: 3 }]);
  });

  it('of the database after the clock moved back has no end where the clock has caught up before', async () => {
    const next = startTicks();
    await next();
    pass(-2 * TICK);
    database.failOn('next_poll_at > ');
    for (let ticks = 0; ticks < 2; ticks += 1) await next();
    database.failOn(null);
    pass(3 * TICK);
    await next();
    expect(log.lines).toEqual(['warn due times not moved after a clock change; trying again']);
  });

  it('of the database ends the tick, whatever polls are still under way', async () => {
    await watchMany(40);
    let leases = 0;
    database.before = (text) => {
      if (text.includes('limit') && (leases += 1) > 1) throw new Error('disk I/O error');
    };
    await tick();
    expect([leases, prisma.asked.length]).toEqual([2, 6]);
  });

  it('while due times are moved after a clock change has them moved by the next tick', async () => {
    await watching(database);
    await database.query(sql`update targets set next_poll_at = ${now() + 60 * SECOND}`);
    const next = startTicks();
    database.failOn('where next_poll_at >');
    await next();
    database.failOn(null);
    await next();
    expect(prisma.asked).toHaveLength(1);
    expect(log.lines[0]).toBe('warn due times not moved after a clock change; trying again');
  });

  it('of the commit leaves the target to the next tick', async () => {
    const id = await watchingLive(database);
    prisma.answer = () => scanning(7, 12);
    await tick();
    pass(TICK);
    prisma.answer = () => EMPTY;
    database.failOn('last_requested_at = $3');
    await expect(tick()).resolves.toBeUndefined();
    database.failOn(null);
    // What was read is lost, and what follows still tells that the scan is over.
    await startObserver().checkResults();
    for (let empty = 0; empty < 2; empty += 1) await tick(TICK);
    expect(await outboxLines(database, id)).toContain('completion pending 7');
  });
});

describe('the log', () => {
  it('has a line where something changed, and none where nothing did', async () => {
    await watching(database);
    await tick();
    expect(log.lines).toEqual(['info scan state changed']);
    await tick(TICK);
    expect(log.lines).toHaveLength(1);
    prisma.answer = () => down('timeout');
    await tick(TICK);
    expect(log.lines.slice(1)).toEqual(['warn Console poll failed']);
    prisma.answer = () => scanning(7, 12);
    await tick(60 * SECOND);
    expect(log.lines.slice(2)).toEqual(['info Console poll recovered']);
    prisma.answer = () => ended(12, 12);
    await tick(60 * SECOND);
    expect(log.lines.slice(3)).toEqual(['info scan state changed']);
  });

  it('has a line for a scan that follows another one in the same state', async () => {
    await watching(database);
    const observer: Observer = {
      ...startObserver(),
      observeLeased: ({ state }) =>
        Promise.resolve({ snapshot: { ...state.snapshot, scan: 2 }, failure: null }),
    };
    await tick(0, { observer });
    expect(log.lines).toEqual(['info scan state changed']);
  });
});
