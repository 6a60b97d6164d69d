import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createBudget } from '../../../src/prisma-cloud/http/rate-limiter.ts';

const forEver = { signal: new AbortController().signal, pauseMs: Infinity };

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('a pause longer than the patience is answered at once', async () => {
  const budget = createBudget();
  budget.pause(20_000);
  await expect(budget.take('person', { ...forEver, pauseMs: 15_000 })).resolves.toBeNull();
  expect(budget.pauseLeftMs()).toBe(20_000);
});

test('a pause sends away who waits already and does not want to for so long', async () => {
  const budget = createBudget({ random: () => 0, earlier: Array<number>(30).fill(0) });
  const left: string[] = [];
  const wait = (name: string, pauseMs: number): void => {
    void budget.take('poll', { ...forEver, pauseMs }).then((slot) => left.push(`${name} ${slot !== null}`));
  };
  wait('short', 15_000);
  wait('long', 60_000);
  budget.pause(15_000);
  await vi.advanceTimersByTimeAsync(1);
  expect(left).toEqual([]);
  budget.pause(50_000);
  await vi.advanceTimersByTimeAsync(1);
  expect(left).toEqual(['short false']);
  await vi.advanceTimersByTimeAsync(50_000);
  expect(left).toEqual(['short false', 'long true']);
});

test('pauses that the Console gives no length grow, and begin small again after an answer', async () => {
  const budget = createBudget({ random: () => 0 });
  const lengths = [];
  for (let i = 0; i < 8; i += 1) {
    lengths.push(budget.pause(null));
    await vi.advanceTimersByTimeAsync(60_000);
  }
  expect(lengths).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 40_000, 40_000]);
  budget.recover();
  expect(budget.pause(0)).toBe(1_000);
});

test('requests refused together count as one refusal', () => {
  const budget = createBudget({ random: () => 0 });
  for (let i = 0; i < 20; i += 1) budget.pause(null);
  expect(budget.pauseLeftMs()).toBe(1_000);
});

test('an answer that arrives during a pause ends neither it nor its growth', async () => {
  const budget = createBudget({ random: () => 0 });
  budget.pause(null);
  budget.recover();
  expect(budget.pauseLeftMs()).toBe(1_000);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(budget.pause(null)).toBe(2_000);
});

test.each(['pause', 'rest'] as const)(
  'a %s never outlasts an hour, and a shorter one shortens none',
  (kind) => {
    const budget = createBudget();
    budget[kind](400 * 86_400_000);
    expect(budget.pauseLeftMs()).toBe(3_600_000);
    budget[kind](10_000);
    expect(budget.pauseLeftMs()).toBe(3_600_000);
  },
);
