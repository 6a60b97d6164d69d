import { getEventListeners } from 'node:events';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createTimeLimit, parseRetryAfter } from '../../../src/http.ts';
import { createRequestSender } from '../../../src/prisma-cloud/http/request.ts';
import { backoffMs } from '../../../src/scan/state/poll-interval.ts';
import { createLimiter } from '../../support/rate-limiter.ts';
import { createMemoryLog } from '../loopback.ts';

describe('backoffMs', () => {
  const range = { baseMs: 60_000, capMs: 600_000 };

  test('stays between half of the base and the cap for any number of failures', () => {
    const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 100_000 }), random, (failures, value) => {
        const ms = backoffMs(failures, value, range);
        expect(ms).toBeGreaterThanOrEqual(range.baseMs / 2);
        expect(ms).toBeLessThanOrEqual(range.capMs);
      }),
    );
  });

  test('doubles, and differs by chance even at the cap', () => {
    expect([1, 2, 3].map((failures) => backoffMs(failures, 0, range))).toEqual([30_000, 60_000, 120_000]);
    expect(backoffMs(50, 0, range)).not.toBe(backoffMs(50, 0.9, range));
  });
});

describe('parseRetryAfter', () => {
  const UNREADABLE = [undefined, '', 'soon', '-1', '99999999999999999999'];
  const now = Date.UTC(2026, 0, 1, 12, 0, 0);

  test.each<[string | undefined, number | null]>([
    ['1', 1_000],
    ['0', 0],
    ['120', 120_000],
    ['1.5', 1_500],
    [' 7 ', 7_000],
    ['Thu, 01 Jan 2026 12:00:30 GMT', 30_000],
    ['Thu, 01 Jan 2026 11:00:00 GMT', 0],
    ['999999999', 3_600_000],
    ['Wed, 21 Oct 2099 07:28:00 GMT', 3_600_000],
    ...UNREADABLE.map((value): [string | undefined, null] => [value, null]),
  ])('%s is %s ms', (value, expected) => {
    expect(parseRetryAfter(value, now)).toBe(expected);
  });
});

describe('createTimeLimit', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test('aborts when the time is over, counted from the first start', () => {
    const limit = createTimeLimit();
    limit.start(100);
    vi.advanceTimersByTime(60);
    limit.start(100);
    vi.advanceTimersByTime(40);
    expect(limit.signal.aborted).toBe(true);
  });

  test('does not abort before it is started, nor after its end', () => {
    const limit = createTimeLimit();
    vi.advanceTimersByTime(1_000);
    limit.start(100);
    limit.end();
    vi.advanceTimersByTime(1_000);
    expect(limit.signal.aborted).toBe(false);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('holds nothing of a request that is over', async () => {
    const limit = createTimeLimit();
    const response = { attempt: 'GET /x', status: 200, headers: {}, scrub: String, body: new Uint8Array() };
    const send = createRequestSender({
      connection: { fetch: () => Promise.resolve(response), close: () => Promise.resolve() },
      rateLimiter: createLimiter(),
      callMs: 15_000,
      log: createMemoryLog(),
      now: Date.now,
      monotonicNow: () => 0,
      random: () => 0,
    });
    await send({ method: 'GET', resource: 'x', query: [] }, null, { priority: 'interactive', limit });
    limit.end();
    expect([getEventListeners(limit.signal, 'abort'), vi.getTimerCount()]).toEqual([[], 0]);
  });

  test('aborts with the outer signal, even one that has already aborted', () => {
    const outer = new AbortController();
    const limit = createTimeLimit(outer.signal);
    outer.abort();
    expect(limit.signal.aborted).toBe(true);
    expect(createTimeLimit(AbortSignal.abort()).signal.aborted).toBe(true);
  });
});
