/** Recognises the database of another program: the bot adds no tables to it, and changes nothing else. */

import type BetterSqlite3 from 'better-sqlite3';
import type { Database } from '../database.ts';
import { join, sql } from '../sql.ts';
import { ForeignDatabaseError } from './errors.ts';
import { readMigrations } from './migrate.ts';

/** Throws ForeignDatabaseError where the file has tables, and no list of our migrations. */
export function rejectForeignFile(connection: BetterSqlite3.Database): void {
  const names = (text: string): string[] => connection.prepare(text).pluck().all().map(String);
  rejectForeign({
    columns: names(`select name from pragma_table_info('migrations')`),
    tables: names(
      `select name from sqlite_master where type = 'table' and name not like 'sqlite\\_%' escape '\\' order by name`,
    ),
  });
}

/** Rejects where a table has a name that ours need. Other tables of the schema may be there: schemas are shared. */
export async function rejectForeignSchema(database: Database): Promise<void> {
  const relations = sql`pg_class c join pg_namespace n on n.oid = c.relnamespace and n.nspname = current_schema()`;
  const columns = await database.query(
    sql`select a.attname as name from pg_attribute a join ${relations} on c.oid = a.attrelid
      where c.relname = 'migrations' and a.attnum > 0 and not a.attisdropped`,
  );
  const tables = await database.query(
    sql`select c.relname as name from ${relations} where c.relname in (${join(ourTables())}) order by c.relname`,
  );
  rejectForeign({
    columns: columns.map(({ name }) => String(name)),
    tables: tables.map(({ name }) => String(name)),
  });
}

interface Found {
  /** Of the table `migrations`. */
  readonly columns: readonly string[];
  readonly tables: readonly string[];
}

/** Other programs call their list of migrations the same. */
function rejectForeign({ columns, tables: [table] }: Found): void {
  const isOurs = ['number', 'name', 'applied_at'].every((column) => columns.includes(column));
  if (table !== undefined && !isOurs)
    throw new ForeignDatabaseError(`it has the table ${table}, and no list of the bot’s migrations`);
}

/** Also those that later migrations rename or remove. */
function ourTables(): readonly string[] {
  const text = readMigrations().map((migration) => migration.sql);
  const names = text.join('\n').matchAll(/\b(?:create table|rename to) (\w+)/g);
  return [...new Set(['migrations', ...[...names].flatMap(([, name]) => name ?? [])])];
}
