import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type RateLimiter, createRateLimiter } from '../../../src/prisma-cloud/http/rate-limiter.ts';
import type { Priority } from '../../../src/prisma-cloud/http/slots.ts';
import {
  createSharedRateLimiter,
  type SharedCounter,
} from '../../../src/prisma-cloud/http/shared-rate-limiter.ts';

const forEver = { signal: new AbortController().signal, pauseMs: Infinity };
const COUNTS_MS = 32_000;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** What the database does, in memory. */
function createShare() {
  const noted = new Map<string, number>();
  let pausedUntil = 0;
  const share = {
    noted,
    isDown: false,
    slowMs: 0,
    take: async (limit: number) => {
      if (share.isDown) throw new Error('the server did not answer');
      const at = performance.now();
      if (share.slowMs > 0) await new Promise((resolve) => setTimeout(resolve, share.slowMs));
      if (at < pausedUntil) return { kind: 'paused', waitMs: pausedUntil - at } as const;
      const counting = [...noted.values()].filter((one) => one > at - COUNTS_MS).sort((a, b) => b - a);
      const last = counting[limit - 1];
      if (last !== undefined) return { kind: 'full', waitMs: last + COUNTS_MS - at } as const;
      const id = `request ${noted.size}`;
      noted.set(id, at);
      return { kind: 'taken', id } as const;
    },
    prolong: (id: string) => Promise.resolve(void noted.set(id, performance.now() - 2_000)),
    pause: (forMs: number) => Promise.resolve(void (pausedUntil = performance.now() + forMs)),
  } satisfies SharedCounter & Record<string, unknown>;
  return share;
}

function createReplica(share: SharedCounter) {
  const own = createRateLimiter({ random: () => 0 });
  const rateLimiter = createSharedRateLimiter({ own, share, onError: () => undefined, random: () => 0.5 });
  return { rateLimiter, ask: (priority: Priority, times: number) => ask(rateLimiter, priority, times) };
}

/** Takes permits of requests that end immediately; counts the granted ones. */
function ask(rateLimiter: RateLimiter, priority: Priority, times: number) {
  const granted: number[] = [];
  for (let i = 0; i < times; i += 1) {
    void rateLimiter.take(priority, forEver).then((slot) => {
      if (slot === null) return;
      granted.push(performance.now());
      slot.end();
    });
  }
  return granted;
}

test('all replicas together make as many requests as one may, and go on in time', async () => {
  const share = createShare();
  const [one, two] = [createReplica(share), createReplica(share)];
  const polls = [one.ask('poll', 20), two.ask('poll', 20)];
  await vi.advanceTimersByTimeAsync(1_000);
  expect(polls.flat()).toHaveLength(24);
  const people = [one.ask('person', 4), two.ask('person', 4)];
  await vi.advanceTimersByTimeAsync(1_000);
  expect(people.flat()).toHaveLength(6);
  await vi.advanceTimersByTimeAsync(35_000);
  expect([...polls, ...people].flat()).toHaveLength(48);
  const at = [...polls, ...people].flat().sort((a, b) => a - b);
  for (const [index, first] of at.entries()) {
    const later = at[index + 30];
    if (later !== undefined) expect(later - first).toBeGreaterThan(30_000);
  }
});

test('a pause of one is a pause of all, and too long a one is told at once', async () => {
  const share = createShare();
  const [one, two] = [createReplica(share), createReplica(share)];
  const pausedMs = one.rateLimiter.pause(20_000);
  const granted = two.ask('poll', 1);
  expect(await two.rateLimiter.take('person', { ...forEver, pauseMs: 15_000 })).toBeNull();
  expect(two.rateLimiter.pauseLeftMs()).toBeGreaterThan(15_000);
  await vi.advanceTimersByTimeAsync(pausedMs - 1);
  expect(granted).toHaveLength(0);
  await vi.advanceTimersByTimeAsync(500);
  expect(granted).toHaveLength(1);
});

test('nobody asks while the database cannot be asked, and all do afterwards', async () => {
  const share = createShare();
  share.isDown = true;
  const { ask: askFor } = createReplica(share);
  const granted = askFor('poll', 3);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(granted).toHaveLength(0);
  share.isDown = false;
  await vi.advanceTimersByTimeAsync(4_000);
  expect(granted).toHaveLength(3);
});

test('what was noted too long ago is noted anew, since a process may have stood still meanwhile', async () => {
  const share = createShare();
  share.slowMs = 3_000;
  const { ask: askFor } = createReplica(share);
  const granted = askFor('poll', 1);
  await vi.advanceTimersByTimeAsync(3_001);
  share.slowMs = 0;
  expect(granted).toHaveLength(0);
  await vi.advanceTimersByTimeAsync(3_001);
  expect(granted).toHaveLength(1);
  expect(share.noted.size).toBeGreaterThan(1);
});

test('a request that took long counts from its end', async () => {
  const share = createShare();
  const { rateLimiter } = createReplica(share);
  const slot = await rateLimiter.take('poll', forEver);
  await vi.advanceTimersByTimeAsync(12_000);
  slot?.end();
  expect([...share.noted.values()]).toEqual([performance.now() - 2_000]);
});

test('those who wait leave when their time is over, and when the program stops', async () => {
  const share = createShare();
  const { rateLimiter, ask: askFor } = createReplica(share);
  const other = createReplica(share);
  other.ask('person', 30);
  await vi.advanceTimersByTimeAsync(100);
  const leaving = new AbortController();
  const waiting = [
    rateLimiter.take('person', { ...forEver, signal: leaving.signal }),
    rateLimiter.take('poll', forEver),
  ];
  await vi.advanceTimersByTimeAsync(100);
  leaving.abort();
  expect(await waiting[0]).toBeNull();
  // Only the poll that waits still holds a request of this process.
  expect(rateLimiter.left()).toBe(29);
  rateLimiter.close();
  expect(await waiting[1]).toBeNull();
  expect(askFor('poll', 1)).toHaveLength(0);
});

test('whoever leaves the queue holds up nobody behind', async () => {
  const share = createShare();
  createReplica(share).ask('person', 30);
  await vi.advanceTimersByTimeAsync(100);
  const { rateLimiter, ask: askFor } = createReplica(share);
  const leaving = new AbortController();
  const first = askFor('person', 1);
  void rateLimiter.take('person', { ...forEver, signal: leaving.signal });
  const last = askFor('person', 1);
  await vi.advanceTimersByTimeAsync(100);
  leaving.abort();
  await vi.advanceTimersByTimeAsync(1_000);
  expect([...first, ...last]).toEqual([]);
  await vi.advanceTimersByTimeAsync(33_000);
  expect([first.length, last.length]).toEqual([1, 1]);
});

test('people are told for how long they wait where other processes have asked', async () => {
  const share = createShare();
  createReplica(share).ask('person', 30);
  await vi.advanceTimersByTimeAsync(2_000);
  const { rateLimiter, ask: askAgain } = createReplica(share);
  expect(rateLimiter.personWaitMs()).toBe(0);
  askAgain('person', 2);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(rateLimiter.personWaitMs()).toBe(29_000);
  await vi.advanceTimersByTimeAsync(30_000);
  expect(rateLimiter.personWaitMs()).toBe(0);
});
