import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createRateLimiter, type RequestCounter } from '../../../src/prisma-cloud/http/rate-limiter.ts';
import { after, createLimiter, FOR_EVER } from '../../support/rate-limiter.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('a pause longer than the patience is answered at once', async () => {
  const rateLimiter = createLimiter();
  rateLimiter.pause(20_000);
  await expect(rateLimiter.take('interactive', { ...FOR_EVER, pauseMs: 15_000 })).resolves.toBeNull();
  expect(rateLimiter.pauseLeftMs()).toBe(20_000);
});

test('a pause sends away who waits already and does not want to for so long', async () => {
  const rateLimiter = createLimiter({ earlier: Array<number>(30).fill(0) });
  const left: string[] = [];
  const wait = (name: string, pauseMs: number): void => {
    const taking = rateLimiter.take('background', { ...FOR_EVER, pauseMs });
    void taking.then((permit) => left.push(`${name} ${permit !== null}`));
  };
  wait('short', 15_000);
  wait('long', 60_000);
  rateLimiter.pause(15_000);
  expect(await after(1, () => left)).toEqual([]);
  rateLimiter.pause(50_000);
  expect(await after(1, () => left)).toEqual(['short false']);
  expect(await after(50_000, () => left)).toEqual(['short false', 'long true']);
});

test('pauses that the Console gives no length grow, and begin small again after an answer', async () => {
  const rateLimiter = createLimiter();
  const lengths = [];
  for (let i = 0; i < 8; i += 1) {
    lengths.push(rateLimiter.pause(null));
    await vi.advanceTimersByTimeAsync(60_000);
  }
  expect(lengths).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
  rateLimiter.recover();
  expect(rateLimiter.pause(0)).toBe(1_000);
});

test('requests refused together count as one refusal', () => {
  const rateLimiter = createLimiter();
  for (let i = 0; i < 20; i += 1) rateLimiter.pause(null);
  expect(rateLimiter.pauseLeftMs()).toBe(1_000);
});

test('an answer that arrives during a pause ends neither it nor its growth', async () => {
  const rateLimiter = createLimiter();
  rateLimiter.pause(null);
  rateLimiter.recover();
  expect(rateLimiter.pauseLeftMs()).toBe(1_000);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(rateLimiter.pause(null)).toBe(2_000);
});

test('a pause never outlasts an hour, and a shorter one shortens none', () => {
  const rateLimiter = createLimiter();
  rateLimiter.pause(400 * 86_400_000);
  expect(rateLimiter.pauseLeftMs()).toBe(3_600_000);
  rateLimiter.pause(10_000);
  expect(rateLimiter.pauseLeftMs()).toBe(3_600_000);
});

test('what is left of a pause is told in whole milliseconds, rather more than less', () => {
  let at = 0;
  const rateLimiter = createLimiter({ monotonicNow: () => at });
  rateLimiter.pause(10_000);
  at = 0.5;
  expect(rateLimiter.pauseLeftMs()).toBe(10_000);
});

function createFake(take: RequestCounter['take']) {
  const errors: unknown[] = [];
  const rateLimiter = createRateLimiter({
    counter: { take, release: () => Promise.reject(new Error('away')), pause: () => Promise.resolve() },
    onError: (error) => errors.push(error),
    random: () => 0,
  });
  return { rateLimiter, errors };
}

test.each<[string, number, RequestCounter['take']]>([
  ['others were faster', 100, () => Promise.resolve({ taken: [], counted: [], pauseMs: 0 })],
  ['the database is away', 1_000, () => Promise.reject(new Error('away'))],
])('a permit is asked for again where %s, after %i ms', async (_, everyMs, take) => {
  const times: number[] = [];
  const { rateLimiter } = createFake((wanted) => {
    times.push(performance.now());
    return take(wanted);
  });
  void rateLimiter.take('background', FOR_EVER);
  await vi.advanceTimersByTimeAsync(2 * everyMs);
  const [first = 0] = times;
  expect(times.map((time) => time - first)).toEqual([0, everyMs, 2 * everyMs]);
});

test('people wait for the first that no longer counts, in whatever order they were counted, or for a pause', async () => {
  const free = Array.from({ length: 30 }, (_, index) => 30_000 - 1_000 * index);
  const counted = free.map((freeInMs, index) => ({ id: String(index), freeInMs }));
  const { rateLimiter } = createFake(() => Promise.resolve({ taken: [], counted, pauseMs: 0 }));
  void rateLimiter.take('interactive', FOR_EVER);
  expect(await after(1, () => rateLimiter.personWaitMs())).toBe(999);
  expect(rateLimiter.pause(20_000)).toBe(rateLimiter.personWaitMs());
});

test('a permit that cannot be given back is told, and no more', async () => {
  const taken = { taken: ['first'], counted: [], pauseMs: 0 };
  const { rateLimiter, errors } = createFake(() => Promise.resolve(taken));
  (await rateLimiter.take('background', FOR_EVER))?.leave();
  expect(await after(1, () => errors)).toEqual([new Error('away')]);
});

test('during a pause it is recorded what took long, and no permit is asked for', async () => {
  const asked: Parameters<RequestCounter['take']>[0][] = [];
  const { rateLimiter } = createFake((wanted) => {
    asked.push(wanted);
    return Promise.resolve({ taken: wanted.limits.map(() => 'first'), counted: [], pauseMs: 0 });
  });
  const permit = await rateLimiter.take('background', FOR_EVER);
  rateLimiter.pause(20_000);
  void rateLimiter.take('background', FOR_EVER);
  await vi.advanceTimersByTimeAsync(2_000);
  permit?.end();
  // It counts from now on, also before the database has recorded it.
  expect(rateLimiter.left()).toBe(29);
  expect(await after(1, () => asked)).toEqual([
    { limits: [24], late: [] },
    { limits: [], late: ['first'] },
  ]);
});
