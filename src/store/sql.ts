/** Statements about many rows at once: what is the same for all of them is said and sent once. */

import type { SqlValue } from './database.ts';

/** Of rows in one statement. An adapter that keeps prepared statements keeps one for each: so they are few. */
const SIZES = [256, 64, 16, 4, 1];

/** In the order in which they are. */
export function chunk<T>(rows: readonly T[]): readonly (readonly T[])[] {
  const pieces: (readonly T[])[] = [];
  for (let from = 0; from < rows.length; from += pieces.at(-1)?.length ?? 1) {
    const size = SIZES.find((one) => one <= rows.length - from);
    pieces.push(rows.slice(from, from + (size ?? 1)));
  }
  return pieces;
}

/** `$3, $4`: for `in (…)`, from that number on. */
export function listFrom(first: number, items: readonly SqlValue[]): string {
  return items.map((_, index) => `$${String(first + index)}`).join(', ');
}

/** `($3, $4), ($5, $6)`: for `values …`, from that number on. */
export function rowsFrom(first: number, rows: readonly (readonly SqlValue[])[]): string {
  let next = first;
  return rows
    .map((row) => {
      const list = listFrom(next, row);
      next += row.length;
      return `(${list})`;
    })
    .join(', ');
}

/**
 * For a condition on what a row's id finds already. PostgreSQL goes by how many rows there were of each value when it last
 * counted: where a plan has just made thousands of what was rare, it would read all of them for each row anew.
 */
export function uncounted(column: string): string {
  return `coalesce(${column}, '')`;
}

/** Of deliveries: neither sent nor given up. SQLite takes the index on them only where its very condition is repeated. */
export const OPEN = `state in ('pending', 'sending', 'ambiguous')`;

/**
 * No lease that was taken by `now`, epoch ms, ends later than this: one that does was taken before the clock was set back.
 * Twice its length, since another process' clock may be ahead of ours.
 */
export function farthestEnd({ now, leaseMs }: { readonly now: number; readonly leaseMs: number }): number {
  return now + 2 * leaseMs;
}
