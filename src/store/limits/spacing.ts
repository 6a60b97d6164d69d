/**
 * Evenly spaced calls. A minute's calls in one burst leave none for the next end; spaced, that waits for a second. The state
 * is one time: each call moves it by a step, and it may be ahead of the clock by the number of calls that may go together.
 */

import { type Fragment, sql } from '../sql.ts';

export interface Spacing {
  readonly stepMs: number;
  /** Calls that may be made together after a pause. */
  readonly atOnce: number;
}

/**
 * Slack grants 50 a minute: 51 calls take 60.75 s at least. The rest is for calls that take longer than those 50 before
 * them. Slower spacing would add up: a thousand ends in twenty minutes need every step.
 */
export const EDIT_SPACING: Spacing = { stepMs: 1_215, atOnce: 2 };

/** A time further ahead was written before the clock was set back, and counts no more. */
const AHEAD_MS = 10_000;

/** How many calls may be made at `now`, epoch ms. */
export function permits({ stepMs, atOnce }: Spacing, bookedUntil: number, now: number): number {
  const aheadMs = aheadOf(bookedUntil, now);
  return Math.max(0, Math.floor((atOnce * stepMs - aheadMs) / stepMs));
}

/** The new time after `calls` at `now`. */
export function book(
  { stepMs }: Spacing,
  bookedUntil: number,
  { now, calls }: { readonly now: number; readonly calls: number },
): number {
  return now + aheadOf(bookedUntil, now) + calls * stepMs;
}

/** In how many ms a call may be made; 0 where one may be now. */
export function permitIn({ stepMs, atOnce }: Spacing, bookedUntil: number, now: number): number {
  return Math.max(0, aheadOf(bookedUntil, now) - (atOnce - 1) * stepMs);
}

function aheadOf(bookedUntil: number, now: number): number {
  const aheadMs = Math.max(0, bookedUntil - now);
  return aheadMs > AHEAD_MS ? 0 : aheadMs;
}

/** `permits` as SQL. */
export function permitsSql({ stepMs, atOnce }: Spacing, booked: Fragment, now: number): Fragment {
  // SQLite binds every number as a real one.
  return sql`cast((${atOnce * stepMs} - ${aheadSql(booked, sql`${now}`)}) / ${stepMs} as bigint)`;
}

/** When `permitIn` is over, as SQL. */
export function permitAtSql({ stepMs, atOnce }: Spacing, booked: Fragment, now: number): Fragment {
  return sql`${now} + ${aheadSql(booked, sql`${now}`)} - ${(atOnce - 1) * stepMs}`;
}

/** `book` as SQL. */
export function bookSql(
  { stepMs }: Spacing,
  booked: Fragment,
  { now, calls }: { now: Fragment; calls: Fragment },
): Fragment {
  return sql`${now} + ${aheadSql(booked, now)} + ${calls} * ${stepMs}`;
}

function aheadSql(booked: Fragment, now: Fragment): Fragment {
  return sql`(case when ${booked} > ${now} and ${booked} <= ${now} + ${AHEAD_MS} then ${booked} - ${now} else 0 end)`;
}
