/** SQL for many rows in one statement. */

import type { SqlValue } from './database.ts';

/** Rows per statement. Few sizes, because an adapter keeps one prepared statement for each. */
const SIZES = [256, 64, 16, 4, 1];

/** In order. */
export function chunk<T>(rows: readonly T[]): readonly (readonly T[])[] {
  const pieces: (readonly T[])[] = [];
  for (let from = 0; from < rows.length; from += pieces.at(-1)?.length ?? 1) {
    const size = SIZES.find((one) => one <= rows.length - from);
    pieces.push(rows.slice(from, from + (size ?? 1)));
  }
  return pieces;
}

/** Any number of ids as one parameter, for `keysFrom`: however many there are, it is the same statement. */
export function keysOf(ids: readonly string[]): string {
  return JSON.stringify(Object.fromEntries(ids.map((id) => [id, 0])));
}

/** For `in`. Of all that unfolds JSON, both databases call the keys of an object alike. */
export function keysFrom(parameter: number): string {
  return `(select key from json_each($${String(parameter)}))`;
}

/** `$3, $4`: for `in (…)`, numbered from `first`. */
export function listFrom(first: number, items: readonly SqlValue[]): string {
  return items.map((_, index) => `$${String(first + index)}`).join(', ');
}

/** `($3, $4), ($5, $6)`: for `values …`, numbered from `first`. */
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
 * Hides a condition from PostgreSQL's planner. Its statistics may be stale: where a plan has just inserted thousands of
 * rows with a rare value, it would read all of them for each row found by id.
 */
export function uncounted(column: string): string {
  return `coalesce(${column}, '')`;
}

/** Of deliveries: neither sent nor given up. SQLite takes the index on them only where its very condition is repeated. */
export const OPEN = `state in ('pending', 'sending', 'ambiguous')`;

/**
 * The latest end of a lease taken by `now`, epoch ms; a later one was taken before the clock moved back. Twice the
 * lease time, because clocks of processes differ.
 */
export function farthestEnd({ now, leaseMs }: { readonly now: number; readonly leaseMs: number }): number {
  return now + 2 * leaseMs;
}
