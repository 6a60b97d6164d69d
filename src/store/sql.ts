/** Statements and their pieces: a value in a template becomes a parameter, a fragment becomes text. */

import * as tag from 'sql-template-tag';
import type { SqlValue, Statement, StatementOptions } from './database.ts';

/** A statement, or a piece of one. */
export interface Fragment extends tag.Sql {
  readonly values: SqlValue[];
}

type Value = SqlValue | Fragment;

// The library takes anything for a value.
export const sql = tag.default as (strings: TemplateStringsArray, ...values: readonly Value[]) => Fragment;

/** A statement whose batch is rolled back unless it returns or changes exactly one row. */
export function oneRow(strings: TemplateStringsArray, ...values: readonly Value[]): Statement {
  return withOptions(sql(strings, ...values), { expectRows: 1 });
}

/** `$1,$2`: for `in (…)`. Rejects an empty list. */
export const join = tag.join as (values: readonly Value[], separator?: string) => Fragment;

/** `($1,$2),($3,$4)`: for `values …`. Rejects an empty list. */
export const bulk = tag.bulk as (rows: readonly (readonly Value[])[]) => Fragment;

/** Text from constants and column names, never from input. */
export const raw = tag.raw as (text: string) => Fragment;

/** A fragment computes its text when it is read: spreading it would lose the text. */
export function withOptions(statement: Statement, options: StatementOptions): Statement {
  return { ...statement, text: statement.text, ...options };
}

/** Rows per statement. Few sizes, because an adapter keeps one prepared statement for each. */
const SIZES = [256, 64, 16, 4, 1];

/** In order. */
export function chunk<T>(rows: readonly T[]): readonly (readonly T[])[] {
  if (rows.length === 0) return [];
  const length = Math.max(...SIZES.filter((size) => size <= rows.length));
  return [rows.slice(0, length), ...chunk(rows.slice(length))];
}

/**
 * For `in`: any number of ids as one parameter, so that it is the same statement. Of all that unfolds JSON, both
 * databases call the keys of an object alike.
 */
export function keysIn(ids: readonly string[]): Fragment {
  return sql`(select key from json_each(${JSON.stringify(Object.fromEntries(ids.map((id) => [id, 0])))}))`;
}

/**
 * Hides a condition from PostgreSQL's planner. Its statistics may be stale: where a plan has just inserted thousands of
 * rows with a rare value, it would read all of them for each row found by id.
 */
export function uncounted(column: string): Fragment {
  return raw(`coalesce(${column}, '')`);
}

/** Of deliveries: neither sent nor given up. SQLite takes the index on them only where its very condition is repeated. */
export const OPEN = sql`state in ('pending', 'sending', 'ambiguous')`;

/**
 * The latest end of a lease taken by `now`, epoch ms; a later one was taken before the clock moved back. Twice the
 * lease time, because clocks of processes differ.
 */
export function farthestEnd({ now, leaseMs }: { readonly now: number; readonly leaseMs: number }): number {
  return now + 2 * leaseMs;
}
