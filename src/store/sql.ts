/** Statements and their pieces: a value in a template becomes a parameter, a fragment becomes text. */

import type { Database, Row, SqlValue, Statement, StatementOptions } from './database.ts';

/** A statement, or a piece of one. */
export interface Fragment extends Statement {
  /** Its text without the parameters between: one array for each text of a template, by which it is recognised. */
  readonly pieces: readonly string[];
}

type Value = SqlValue | Fragment;

/** The texts that one template gives, by the fragments in it: building one again took as long as executing it. */
interface Texts {
  built: Pick<Fragment, 'text' | 'pieces'> | null;
  /** For a next value that becomes a parameter. */
  parameter: Texts | null;
  /** For a next value that is a fragment, by its pieces. */
  readonly fragments: Map<Fragment['pieces'], Texts>;
}

const templates = new WeakMap<readonly string[], Texts>();

export function sql(template: readonly string[], ...values: readonly Value[]): Fragment {
  let texts = getOrInsert(templates, template, noTexts);
  const parameters: SqlValue[] = [];
  for (const value of values) {
    if (isFragment(value)) {
      texts = getOrInsert(texts.fragments, value.pieces, noTexts);
      parameters.push(...value.values);
    } else {
      texts = texts.parameter ??= noTexts();
      parameters.push(value);
    }
  }
  const { text, pieces } = (texts.built ??= build(template, values));
  return { text, pieces, values: parameters };
}

const noTexts = (): Texts => ({ built: null, parameter: null, fragments: new Map() });

function build(template: readonly string[], values: readonly Value[]): Pick<Fragment, 'text' | 'pieces'> {
  const [first = '', ...rest] = template;
  const pieces = [first];
  for (const [index, value] of values.entries()) {
    const [head = '', ...tail] = isFragment(value) ? value.pieces : ['', ''];
    pieces.push(`${pieces.pop() ?? ''}${head}`, ...tail);
    pieces.push(`${pieces.pop() ?? ''}${rest[index] ?? ''}`);
  }
  const text = pieces.reduce((before, piece, index) => `${before}$${index}${piece}`);
  return { text, pieces };
}

function isFragment(value: Value): value is Fragment {
  return typeof value === 'object' && value !== null;
}

function getOrInsert<K extends object | string, V>(
  known: { get(key: K): V | undefined; set(key: K, value: V): unknown },
  key: K,
  create: () => V,
): V {
  const before = known.get(key);
  if (before !== undefined) return before;
  const created = create();
  known.set(key, created);
  return created;
}

/** A statement whose batch is rolled back unless it returns or changes exactly one row. */
export function oneRow(template: readonly string[], ...values: readonly Value[]): Statement {
  return withOptions(sql(template, ...values), { expectRows: 1 });
}

/** `$1,$2`: for `in (…)`. Throws for an empty list. */
export function join(values: readonly Value[], separator = ','): Fragment {
  if (values.length === 0) throw new TypeError('a list in SQL needs a value');
  const inner = getOrInsert(lists, `${values.length}${separator}`, () => [
    '',
    ...Array<string>(values.length - 1).fill(separator),
    '',
  ]);
  return sql(inner, ...values);
}

const lists = new Map<string, readonly string[]>();

/** `($1,$2),($3,$4)`: for `values …`. Throws for an empty list. */
export function bulk(rows: readonly (readonly Value[])[]): Fragment {
  return join(rows.map((row) => sql`(${join(row)})`));
}

/** Text from constants and column names, never from input: each one is kept. */
export function raw(text: string): Fragment {
  return sql(getOrInsert(texts, text, () => [text]));
}

const texts = new Map<string, readonly string[]>();

export function withOptions(statement: Statement, options: StatementOptions): Statement {
  return { ...statement, ...options };
}

/** All or nothing: the rows of each statement. None of them expects rows, so there is no batch without a result. */
export async function runBatch(
  database: Database,
  statements: readonly Statement[],
): Promise<readonly (readonly Row[])[]> {
  return (await database.batch(statements)) ?? [];
}

/** Rows per statement. Few sizes, because an adapter keeps one prepared statement for each. */
const SIZES = [256, 64, 16, 4, 1];

/** In order. */
export function chunk<T>(rows: readonly T[]): readonly (readonly T[])[] {
  const chunks: (readonly T[])[] = [];
  for (let from = 0; from < rows.length; from += chunks.at(-1)?.length ?? 1) {
    const length = SIZES.find((size) => size <= rows.length - from) ?? 1;
    chunks.push(rows.slice(from, from + length));
  }
  return chunks;
}

/**
 * For `in`: any number of ids as one parameter, so that it is the same statement. Of all that unfolds JSON, both
 * databases call the keys of an object alike.
 */
export function keysIn(ids: readonly string[]): Fragment {
  return sql`(select key from json_each(${toJson(ids.map((id) => [id, 0]))}))`;
}

/** `{"key":0}`. No object is made: V8 would keep a shape for each set of keys. */
export function toJson(entries: readonly (readonly [key: string, value: number])[]): string {
  return `{${entries.map(([key, value]) => `${JSON.stringify(key)}:${value}`).join()}}`;
}

/**
 * Hides a condition from PostgreSQL's planner. Its statistics may be stale: where a plan has just inserted thousands of
 * rows with a rare value, it would read all of them for each row found by id.
 */
export function uncounted(column: string): Fragment {
  return sql`coalesce(${raw(column)}, '')`;
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
