import fc from 'fast-check';
import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import type { Permit, Priority } from '../../../src/prisma-cloud/http/permits.ts';
import { after, createLimiter, FOR_EVER } from '../../support/rate-limiter.ts';
import { migratedBytes } from '../../support/memory.ts';

beforeAll(() => migratedBytes());
beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Takes permits of requests that last `latencyMs`, and records who got one when. */
function createAsker(latencyMs = 0, options: Parameters<typeof createLimiter>[0] = {}) {
  const rateLimiter = createLimiter(options);
  const granted: { priority: Priority; at: number }[] = [];
  const ask = (priority: Priority, times = 1): void => {
    const hold = (permit: Permit | null) => {
      if (permit === null) return;
      granted.push({ priority, at: performance.now() });
      setTimeout(() => permit.end(), latencyMs);
    };
    for (let i = 0; i < times; i += 1) void rateLimiter.take(priority, FOR_EVER).then(hold);
  };
  const count = (priority: Priority): number => granted.filter((one) => one.priority === priority).length;
  return { rateLimiter, granted, ask, count };
}

test('polls use 24 of the 30 requests and a person finds one free', async () => {
  const { ask, count } = createAsker();
  ask('background', 100);
  expect(await after(31_000, () => count('background'))).toBe(24);
  ask('interactive', 10);
  expect(await after(1, () => count('interactive'))).toBe(6);
});

test('what a message waits for goes before polls that waited longer, and leaves three requests to people', async () => {
  const { ask, count } = createAsker();
  ask('background', 100);
  await vi.advanceTimersByTimeAsync(0);
  ask('high', 100);
  expect(await after(1, () => [count('background'), count('high')])).toEqual([12, 15]);
  ask('interactive', 100);
  expect(await after(1, () => count('interactive'))).toBe(3);
});

test('a few polls leave at once, and many one by one, without a silence', async () => {
  const { ask, granted } = createAsker();
  const every = setInterval(() => ask('background', 12), 5_000);
  await vi.advanceTimersByTimeAsync(5 * 60_000);
  clearInterval(every);
  const gaps = granted.slice(1).map(({ at }, i) => at - granted[i]!.at);
  expect(gaps.slice(0, 11)).toEqual(Array(11).fill(0));
  expect(Math.max(...gaps.slice(12))).toBeLessThan(2_600);
  // Nothing of their share, 24 in 32 s, is given away for it.
  const inLastMinute = granted.filter(({ at }) => at > performance.now() - 60_000);
  expect(inLastMinute.length).toBeGreaterThanOrEqual(45);
});

test('people alone may use all 30', async () => {
  const { ask, count } = createAsker();
  ask('interactive', 100);
  expect(await after(29_000, () => count('interactive'))).toBe(30);
  expect(await after(3_001, () => count('interactive'))).toBe(60);
});

test('a poll that a person waits for as well goes before the others, and counts as a person', async () => {
  const { rateLimiter, ask } = createAsker();
  ask('background', 100);
  await vi.advanceTimersByTimeAsync(0);
  const person = new AbortController();
  const polled = vi.fn();
  void rateLimiter.take('background', { ...FOR_EVER, personSignal: person.signal }).then(polled);
  expect(await after(1_000, () => polled.mock.calls)).toEqual([]);
  person.abort();
  expect(await after(1, () => polled.mock.calls)).toHaveLength(1);
  const full = createAsker();
  full.ask('interactive', 30);
  await vi.advanceTimersByTimeAsync(0);
  void full.rateLimiter.take('background', { ...FOR_EVER, personSignal: person.signal });
  expect(full.rateLimiter.personWaitMs()).toBe(32_000);
});

test('tells for how long people wait for their turn, and nothing where the Console is all they wait for', async () => {
  const { rateLimiter, ask } = createAsker();
  ask('interactive', 30);
  expect(await after(10_000, () => rateLimiter.personWaitMs())).toBe(0);
  ask('interactive', 5);
  ask('background', 50);
  expect(rateLimiter.personWaitMs()).toBe(22_000);
  expect(await after(22_000, () => rateLimiter.personWaitMs())).toBe(0);
  const staggered = createAsker();
  staggered.ask('interactive', 20);
  await vi.advanceTimersByTimeAsync(10_000);
  // The last of 20 has the twentieth turn, not one of the ten that come ten seconds later.
  staggered.ask('interactive', 10 + 20);
  expect(staggered.rateLimiter.personWaitMs()).toBe(22_000);
  const hanging = createAsker(60_000);
  hanging.ask('interactive', 35);
  expect(await after(10_000, () => hanging.rateLimiter.personWaitMs())).toBe(0);
});

test('what an earlier process asked counts until its window is over', async () => {
  const { ask, count } = createAsker(0, { earlier: Array<number>(25).fill(20_000) });
  ask('interactive', 20);
  ask('background', 5);
  expect(await after(11_000, () => [count('interactive'), count('background')])).toEqual([5, 0]);
  expect(await after(2_000, () => [count('interactive'), count('background')])).toEqual([20, 1]);
  expect(await after(8_000, () => [count('interactive'), count('background')])).toEqual([20, 4]);
});

test('more requests than the Console allows leave none, and no fewer', async () => {
  const { ask, rateLimiter } = createAsker(0, { earlier: Array<number>(35).fill(0) });
  ask('interactive');
  expect(await after(1, () => rateLimiter.left())).toBe(0);
});

test('a slot that is left unused is free at once', async () => {
  const rateLimiter = createLimiter({ earlier: Array<number>(29).fill(0) });
  (await rateLimiter.take('interactive', FOR_EVER))?.leave();
  expect(await rateLimiter.take('interactive', FOR_EVER)).not.toBeNull();
});

test('people who wait go before polls that waited longer', async () => {
  const { ask, granted } = createAsker();
  ask('interactive', 30);
  ask('background', 5);
  ask('interactive', 5);
  await vi.advanceTimersByTimeAsync(32_001);
  const later = granted.slice(30).map((one) => one.priority);
  expect(later).toEqual([...Array<string>(5).fill('interactive'), ...Array<string>(5).fill('background')]);
});

test('a slot stays taken for the whole window after a slow request ended', async () => {
  const { ask, count } = createAsker(15_000);
  ask('interactive', 31);
  expect(await after(44_000, () => count('interactive'))).toBe(30);
  expect(await after(2_000, () => count('interactive'))).toBe(31);
});

test('no window of 30 s ever sees more than 30 requests arrive', async () => {
  const asking = fc.record({
    priority: fc.constantFrom<Priority>('interactive', 'high', 'background'),
    times: fc.integer({ min: 1, max: 40 }),
    waitMs: fc.integer({ min: 0, max: 20_000 }),
    latencyMs: fc.integer({ min: 0, max: 15_000 }),
    arrivesAfter: fc.double({ min: 0, max: 1, noNaN: true }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(asking, { minLength: 1, maxLength: 25 }), async (askings) => {
      const rateLimiter = createLimiter();
      const arrivals: number[] = [];
      const send = (slot: Permit | null, { latencyMs, arrivesAfter }: (typeof askings)[number]): void => {
        arrivals.push(performance.now() + latencyMs * arrivesAfter);
        setTimeout(() => slot?.end(), latencyMs);
      };
      for (const one of askings) {
        for (let i = 0; i < one.times; i += 1) {
          void rateLimiter.take(one.priority, FOR_EVER).then((slot) => send(slot, one));
        }
        await vi.advanceTimersByTimeAsync(one.waitMs);
      }
      // No caller is forgotten: 25 of 40 requests are over in this time at 24 per (15 s + 30 s).
      await vi.advanceTimersByTimeAsync(45_000 * 43);
      expect(arrivals).toHaveLength(askings.reduce((sum, { times }) => sum + times, 0));
      arrivals.sort((a, b) => a - b);
      arrivals.slice(30).forEach((at, i) => expect(at - arrivals[i]!).toBeGreaterThanOrEqual(30_000));
    }),
    { numRuns: 50 },
  );
});

test('a wall clock that is set back or forward changes nothing', async () => {
  const { ask, count } = createAsker();
  ask('interactive', 40);
  await vi.advanceTimersByTimeAsync(1_000);
  vi.setSystemTime(Date.now() + 3_600_000);
  ask('interactive', 1);
  expect(await after(1_000, () => count('interactive'))).toBe(30);
  vi.setSystemTime(Date.now() - 7_200_000);
  expect(await after(30_000, () => count('interactive'))).toBe(41);
});

test('whoever gives up while waiting gets nothing and uses nothing', async () => {
  const { ask, rateLimiter, count } = createAsker();
  ask('interactive', 30);
  const controller = new AbortController();
  const taking = rateLimiter.take('interactive', { signal: controller.signal, pauseMs: 0 });
  controller.abort();
  await expect(taking).resolves.toBeNull();
  ask('interactive', 30);
  expect(await after(32_001, () => count('interactive'))).toBe(60);
});

test('whoever had given up before asking gets nothing', async () => {
  const taking = createLimiter().take('background', { signal: AbortSignal.abort(), pauseMs: 0 });
  await expect(taking).resolves.toBeNull();
});

test('a pause stops people and polls alike until it is over', async () => {
  const { ask, rateLimiter, count } = createAsker();
  expect(rateLimiter.pause(7_000)).toBe(7_000);
  ask('interactive');
  ask('background');
  await vi.advanceTimersByTimeAsync(6_999);
  expect(count('interactive') + count('background')).toBe(0);
  await vi.advanceTimersByTimeAsync(2);
  expect(count('interactive') + count('background')).toBe(2);
});

test('a pause that begins while somebody waits holds for them too', async () => {
  const { ask, rateLimiter, count } = createAsker();
  ask('interactive', 31);
  await vi.advanceTimersByTimeAsync(25_000);
  rateLimiter.pause(20_000);
  expect(await after(19_000, () => count('interactive'))).toBe(30);
  expect(await after(2_000, () => count('interactive'))).toBe(31);
});

test('an end of a request during a pause lets nobody in', async () => {
  const { ask, rateLimiter, count } = createAsker(5_000);
  ask('interactive');
  await vi.advanceTimersByTimeAsync(1);
  rateLimiter.pause(20_000);
  ask('interactive');
  expect(await after(10_000, () => count('interactive'))).toBe(1);
});

test('closing sends away those who wait and those who come later', async () => {
  const { ask, rateLimiter } = createAsker();
  ask('interactive', 30);
  const taking = rateLimiter.take('background', FOR_EVER);
  await vi.advanceTimersByTimeAsync(0);
  rateLimiter.close();
  await expect(taking).resolves.toBeNull();
  await expect(rateLimiter.take('interactive', FOR_EVER)).resolves.toBeNull();
  expect(vi.getTimerCount()).toBe(0);
});

test('closing to polls leaves the people who wait', async () => {
  const { ask, rateLimiter, count } = createAsker();
  ask('interactive', 31);
  const taking = rateLimiter.take('background', FOR_EVER);
  rateLimiter.close(['background']);
  await expect(taking).resolves.toBeNull();
  await expect(rateLimiter.take('background', FOR_EVER)).resolves.toBeNull();
  expect(rateLimiter.isClosedTo('background')).toBe(true);
  expect(rateLimiter.isClosedTo('interactive')).toBe(false);
  expect(await after(32_001, () => count('interactive'))).toBe(31);
});
