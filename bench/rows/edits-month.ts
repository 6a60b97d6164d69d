/**
 * A month of the spacing of edits alone, by the pure functions whose SQL the program uses: nights with few live messages, working hours with more than
 * Slack's limit can show, and calls that take their time on the way. Beside an optimum that edits once in 1.2 s.
 */

import { book, EDIT_SPACING, permitIn } from '../../src/store/limits/spacing.ts';
import { EDITS_PER_MINUTE, WINDOW_MS } from '../../src/store/limits/rate-limits.ts';
import { atLeast, atMost, interleave, OURS, quantile, ratioAtMost, type Row } from '../row.ts';
import { createRandom, exponential } from '../virtual-clock.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAYS = 30;
/** Live messages in each hour of a day. */
const MESSAGES = [
  8, 8, 8, 8, 8, 8, 30, 100, 300, 600, 800, 600, 400, 600, 800, 600, 300, 100, 60, 30, 30, 20, 8, 8,
];
const CHANGES_EVERY_MS = 30 * SECOND;
const SCAN_MS = 20 * MINUTE;
const SLACK_GRANTS = 50;
const OPTIMUM = 'optimum';

export const editsMonth: Row = {
  name: 'edits-month',
  title: 'a simulated month of edits at the pace of the program',
  figures: [
    { name: 'mean wait', unit: 's', goals: [ratioAtMost(1.05, OPTIMUM)] },
    { name: 'final edit p99', unit: 's', goals: [ratioAtMost(1.2, OPTIMUM)] },
    { name: 'edits used of those allowed', unit: 'share', goals: [atLeast(0.98)] },
    { name: 'refused (429)', unit: 'edits', goals: [atMost(0)] },
  ],
  note:
    `${DAYS} days with ${Math.min(...MESSAGES)} to ${Math.max(...MESSAGES)} live messages, each of which changes ${CHANGES_EVERY_MS / SECOND} s after it was rendered and ends after ` +
    `${SCAN_MS / MINUTE} min on average. A call is 50 to 450 ms on its way, and Slack counts it when it arrives. Used of those allowed: of the minutes that ` +
    'began with more out of date than a minute’s edits can show.',
  run: () =>
    interleave({
      [OURS]: (round) => Promise.resolve(simulate(round, createPaced())),
      [OPTIMUM]: (round) => Promise.resolve(simulate(round, createOptimum())),
    }),
};

/** Decides when the next call is made. */
interface Caller {
  /** The earliest time from `now` on. */
  readonly next: (now: number) => number;
  readonly call: (now: number) => void;
}

function createPaced(): Caller {
  const made: number[] = [];
  let bookedUntil = 0;
  const waitMs = (now: number): number => {
    const oldest = made.at(-EDITS_PER_MINUTE) ?? -Infinity;
    return Math.max(0, oldest + WINDOW_MS - now, permitIn(EDIT_SPACING, bookedUntil, now));
  };
  return {
    next: (now) => now + Math.ceil(waitMs(now)),
    call: (now) => {
      if (waitMs(now) > 0) throw new Error('a call that the pace does not permit');
      bookedUntil = book(EDIT_SPACING, bookedUntil, { now, calls: 1 });
      made.push(now);
      if (made.length > EDITS_PER_MINUTE) made.shift();
    },
  };
}

function createOptimum(): Caller {
  const everyMs = MINUTE / SLACK_GRANTS;
  let last = -Infinity;
  return { next: (now) => Math.max(now, last + everyMs), call: (now) => void (last = now) };
}

interface Message {
  readonly endAt: number;
  /** When it is out of date next. */
  staleAt: number;
}

function simulate(round: number, caller: Caller): Readonly<Record<string, number>> {
  const random = createRandom(round);
  const slack = createSlack(createRandom(round + 100));
  const viewer = { waits: [] as number[], finals: [] as number[] };
  const waiting = { ends: [] as Message[], updates: [] as Message[] };
  const fresh = createHeap();
  const begin = (at: number): void => {
    const endAt = at + exponential(random, SCAN_MS);
    fresh.push({ endAt, staleAt: Math.min(endAt, at + exponential(random, CHANGES_EVERY_MS)) });
  };
  let live = 0;
  const makeStale = (until: number): void => {
    for (let message = fresh.first(); message !== undefined && message.staleAt <= until;) {
      fresh.pop();
      (message.staleAt >= message.endAt ? waiting.ends : waiting.updates).push(message);
      message = fresh.first();
    }
  };
  let minute = MINUTE;
  for (let now = 0; now < DAYS * 24 * HOUR;) {
    const wanted = MESSAGES[Math.floor(now / HOUR) % 24] ?? 0;
    for (; live < wanted; live += 1) begin(now);
    makeStale(now);
    for (; minute <= now; minute += MINUTE) slack.beginMinute(waiting.ends.length + waiting.updates.length);
    const isIdle = waiting.ends.length + waiting.updates.length === 0;
    if (isIdle) {
      now = Math.min(fresh.first()?.staleAt ?? Infinity, (Math.floor(now / HOUR) + 1) * HOUR);
      continue;
    }
    const at = caller.next(now);
    if (at > now) {
      now = Math.min(at, Math.max(now + 0.001, fresh.first()?.staleAt ?? at));
      continue;
    }
    const message = waiting.ends.shift() ?? waiting.updates.shift();
    if (message === undefined) continue;
    caller.call(now);
    slack.edit(now);
    viewer.waits.push(now - message.staleAt);
    if (now < message.endAt) {
      message.staleAt = Math.min(message.endAt, now + exponential(random, CHANGES_EVERY_MS));
      fresh.push(message);
    } else {
      viewer.finals.push(now - message.endAt);
      live -= 1;
    }
  }
  const mean = viewer.waits.reduce((sum, one) => sum + one, 0) / viewer.waits.length;
  return {
    'mean wait': mean / SECOND,
    'final edit p99': quantile(viewer.finals, 0.99) / SECOND,
    ...slack.figures(),
  };
}

function createSlack(random: () => number) {
  const counted: number[] = [];
  const fullMinutes: { used: number }[] = [];
  let refused = 0;
  let current: { used: number } | null = null;
  return {
    beginMinute(waiting: number): void {
      current = waiting > SLACK_GRANTS ? { used: 0 } : null;
      if (current !== null) fullMinutes.push(current);
    },
    edit(sentAt: number): void {
      const at = sentAt + 50 + 400 * random() ** 3;
      while ((counted[0] ?? at) <= at - MINUTE) counted.shift();
      if (counted.length >= SLACK_GRANTS) refused += 1;
      else counted.push(at);
      if (current !== null) current.used += 1;
    },
    figures: () => ({
      'edits used of those allowed':
        fullMinutes.reduce((sum, { used }) => sum + used, 0) / fullMinutes.length / SLACK_GRANTS,
      'refused (429)': refused,
    }),
  };
}

/** By `staleAt`, the earliest first. */
function createHeap() {
  const heap: Message[] = [];
  const at = (index: number): number => heap[index]?.staleAt ?? Infinity;
  const swap = (a: number, b: number): void => {
    [heap[a], heap[b]] = [heap[b]!, heap[a]!];
  };
  return {
    first: () => heap[0],
    push(message: Message): void {
      heap.push(message);
      for (
        let index = heap.length - 1;
        index > 0 && at(index) < at((index - 1) >> 1);
        index = (index - 1) >> 1
      )
        swap(index, (index - 1) >> 1);
    },
    pop(): void {
      const last = heap.pop();
      if (heap.length === 0 || last === undefined) return;
      heap[0] = last;
      for (let index = 0; ;) {
        const child = at(2 * index + 1) <= at(2 * index + 2) ? 2 * index + 1 : 2 * index + 2;
        if (at(child) >= at(index)) return;
        swap(index, child);
        index = child;
      }
    },
  };
}
