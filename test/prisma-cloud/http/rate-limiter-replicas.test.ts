import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { COUNTS_MS, type Permit, type Priority } from '../../../src/prisma-cloud/http/permits.ts';
import { savePause } from '../../../src/store/limits/rate-limits.ts';
import { after, createLimiter, FOR_EVER, makeRequests } from '../../support/rate-limiter.ts';
import { useMemory } from '../../support/memory.ts';
import { sql } from '../../../src/store/sql.ts';

const database = useMemory();

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Its `ask` takes permits of requests that end immediately, and returns when each was granted. */
function createReplica() {
  const errors: unknown[] = [];
  const rateLimiter = createLimiter({ database, onError: (error) => errors.push(error) });
  const ask = (priority: Priority, times: number) => {
    const granted: number[] = [];
    const end = (permit: Permit | null) => {
      if (permit !== null) granted.push(performance.now());
      permit?.end();
    };
    for (let i = 0; i < times; i += 1) void rateLimiter.take(priority, FOR_EVER).then(end);
    return granted;
  };
  return { rateLimiter, errors, ask };
}

const later = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const counted = async (): Promise<readonly number[]> =>
  (await database.query(sql`select at from console_requests`)).map(({ at }) => Number(at));

test('all replicas together make as many requests as one may, and go on in time', async () => {
  const [one, two] = [createReplica(), createReplica()];
  const polls = [one.ask('background', 20), two.ask('background', 20)];
  expect(await after(COUNTS_MS - 1_000, () => polls.flat())).toHaveLength(24);
  const people = [one.ask('interactive', 4), two.ask('interactive', 4)];
  expect(await after(500, () => people.flat())).toHaveLength(6);
  await vi.advanceTimersByTimeAsync(35_000);
  expect([...polls, ...people].flat()).toHaveLength(48);
  const at = [...polls, ...people].flat().sort((a, b) => a - b);
  for (const [index, first] of at.entries()) {
    const later = at[index + 30];
    if (later !== undefined) expect(later - first).toBeGreaterThan(30_000);
  }
});

test('requests that wait together are counted in one statement', async () => {
  const batches: string[] = [];
  const { rateLimiter, ask } = createReplica();
  // The first opens the database.
  await rateLimiter.take('interactive', FOR_EVER);
  database.before = (sql) => void batches.push(sql);
  const [people, polls] = [ask('interactive', 20), ask('background', 10)];
  expect(await after(1, () => [people.length, polls.length])).toEqual([20, 1]);
  expect(batches.length).toBeLessThanOrEqual(2);
});

test('a pause of one is a pause of all, and too long a one is told at once', async () => {
  const [one, two] = [createReplica(), createReplica()];
  const pausedMs = one.rateLimiter.pause(20_000);
  const granted = two.ask('background', 1);
  expect(await two.rateLimiter.take('interactive', { ...FOR_EVER, pauseMs: 15_000 })).toBeNull();
  expect(two.rateLimiter.pauseLeftMs()).toBeGreaterThan(15_000);
  expect(await after(pausedMs - 1, () => granted)).toHaveLength(0);
  expect(await after(500, () => granted)).toHaveLength(1);
});

test('a pause of another never outlasts an hour', async () => {
  const [now, day] = [Date.now(), 86_400_000];
  await savePause(database, { method: 'console', now, until: now + 400 * day });
  const { rateLimiter } = createReplica();
  expect(await rateLimiter.take('background', { ...FOR_EVER, pauseMs: 5_000 })).toBeNull();
  expect(rateLimiter.pauseLeftMs()).toBe(3_600_000);
});

test('a pause that begins while the database answers lets nobody through', async () => {
  const { rateLimiter, ask } = createReplica();
  database.after = () => later(100);
  const granted = ask('background', 1);
  await vi.advanceTimersByTimeAsync(50);
  rateLimiter.pause(10_000);
  expect(await after(9_000, () => granted)).toHaveLength(0);
  database.after = () => undefined;
  expect(await counted()).toEqual([]);
  expect(await after(2_000, () => granted)).toHaveLength(1);
});

test('nobody asks while the database cannot be asked, and all do afterwards', async () => {
  const { ask, errors } = createReplica();
  database.failOn('console_requests');
  const granted = ask('background', 3);
  expect(await after(10_000, () => granted)).toHaveLength(0);
  expect(errors.length).toBeLessThan(12);
  database.failOn(null);
  expect(await after(4_000, () => granted)).toHaveLength(3);
});

test('a pause that the database was not told holds in the process that was asked for it', async () => {
  const { rateLimiter, ask } = createReplica();
  database.failOn('rate_limit_pauses');
  rateLimiter.pause(20_000);
  await vi.advanceTimersByTimeAsync(1);
  database.failOn(null);
  const granted = ask('background', 1);
  expect(await after(19_000, () => granted)).toHaveLength(0);
  expect(await after(1_001, () => granted)).toHaveLength(1);
});

test('what was noted too long ago is noted anew, since a process may have stood still meanwhile', async () => {
  const { ask } = createReplica();
  let slowMs = 3_000;
  database.after = (sql) => (sql.includes('insert') ? later(slowMs) : undefined);
  const granted = ask('background', 1);
  await vi.advanceTimersByTimeAsync(2_999);
  slowMs = 0;
  expect(granted).toHaveLength(0);
  const [before] = await counted();
  expect(await after(3_001, () => granted)).toHaveLength(1);
  expect(await counted()).toEqual([before! + 3_000]);
});

test('a request that took long counts from its end, also while it is under way and for other replicas', async () => {
  const { rateLimiter, ask } = createReplica();
  const slot = await rateLimiter.take('background', FOR_EVER);
  await vi.advanceTimersByTimeAsync(12_000);
  ask('background', 1);
  await vi.advanceTimersByTimeAsync(0);
  expect(await counted()).toEqual([Date.now() - 2_000, Date.now()]);
  await vi.advanceTimersByTimeAsync(70_000);
  slot?.end();
  await vi.advanceTimersByTimeAsync(0);
  expect(await counted()).toContain(Date.now() - 2_000);
});

test('the end of a long request that the database was not told is told later', async () => {
  const { rateLimiter, errors } = createReplica();
  const slot = await rateLimiter.take('background', FOR_EVER);
  await vi.advanceTimersByTimeAsync(12_000);
  database.failOn('console_requests');
  slot?.end();
  await vi.advanceTimersByTimeAsync(5_500);
  database.failOn(null);
  expect(errors).not.toEqual([]);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(Date.now() - (await counted())[0]!).toBeLessThan(4_000);
  expect(vi.getTimerCount()).toBe(0);
});

test('a closed limiter does not wait for a database that is away', async () => {
  const { rateLimiter } = createReplica();
  const slot = await rateLimiter.take('background', FOR_EVER);
  await vi.advanceTimersByTimeAsync(12_000);
  database.failOn('console_requests');
  rateLimiter.close();
  slot?.end();
  expect(await after(2_000, () => vi.getTimerCount())).toBe(0);
});

test('those who wait leave when their time is over, and when the program stops', async () => {
  const { rateLimiter, ask } = createReplica();
  const other = createReplica();
  other.ask('interactive', 30);
  await vi.advanceTimersByTimeAsync(100);
  const leaving = new AbortController();
  const waiting = [
    rateLimiter.take('interactive', { ...FOR_EVER, signal: leaving.signal }),
    rateLimiter.take('background', FOR_EVER),
  ];
  await vi.advanceTimersByTimeAsync(100);
  leaving.abort();
  expect(await waiting[0]).toBeNull();
  expect(rateLimiter.left()).toBe(0);
  rateLimiter.close();
  expect(await waiting[1]).toBeNull();
  expect(ask('background', 1)).toHaveLength(0);
  // Those who waited count for nothing.
  expect(await counted()).toHaveLength(30);
});

test('whoever leaves the queue holds up nobody behind', async () => {
  createReplica().ask('interactive', 30);
  await vi.advanceTimersByTimeAsync(100);
  const { rateLimiter, ask } = createReplica();
  const leaving = new AbortController();
  const first = ask('interactive', 1);
  void rateLimiter.take('interactive', { ...FOR_EVER, signal: leaving.signal });
  const last = ask('interactive', 1);
  await vi.advanceTimersByTimeAsync(100);
  leaving.abort();
  expect(await after(1_000, () => [...first, ...last])).toEqual([]);
  expect(await after(33_000, () => [first.length, last.length])).toEqual([1, 1]);
});

test('what was counted for one who left meanwhile goes to nobody whose limit is lower', async () => {
  const { rateLimiter, ask } = createReplica();
  await makeRequests(database, { count: 26, now: Date.now() });
  await rateLimiter.take('interactive', FOR_EVER);
  database.after = () => later(100);
  const leaving = new AbortController();
  void rateLimiter.take('interactive', { ...FOR_EVER, signal: leaving.signal });
  const [poll, soon] = [ask('background', 1), ask('high', 1)];
  await vi.advanceTimersByTimeAsync(50);
  leaving.abort();
  expect(await after(1_000, () => [poll, soon])).toEqual([[], []]);
  database.after = () => undefined;
  expect(await counted()).toHaveLength(27);
});

test('a replica that another one was faster than asks again after a moment', async () => {
  const { ask } = createReplica();
  ask('interactive', 1);
  await vi.advanceTimersByTimeAsync(1);
  await makeRequests(database, { count: 29, now: Date.now() });
  let batches = 0;
  database.before = () => void (batches += 1);
  const granted = ask('interactive', 1);
  await vi.advanceTimersByTimeAsync(99);
  expect(batches).toBe(1);
  expect(await after(35_000, () => granted)).toHaveLength(1);
});

test('people are told for how long they wait where other processes have asked', async () => {
  createReplica().ask('interactive', 30);
  await vi.advanceTimersByTimeAsync(2_000);
  const { rateLimiter, ask } = createReplica();
  expect(rateLimiter.personWaitMs()).toBe(0);
  ask('interactive', 2);
  expect(await after(1_000, () => rateLimiter.personWaitMs())).toBe(29_000);
  expect(await after(30_000, () => rateLimiter.personWaitMs())).toBe(0);
});
