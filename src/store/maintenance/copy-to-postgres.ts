/** Copies a SQLite file into an empty PostgreSQL database, in one transaction. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { codeOf } from '../../errors.ts';
import { backUp } from './backup.ts';
import type { Database, Row, SqlValue, Statement } from '../database.ts';
import { migrate, readMigrations } from '../drivers/migrate.ts';
import { openSqlite } from '../drivers/sqlite.ts';
import { bulk, raw, sql, withOptions } from '../sql.ts';

export class NotEmptyError extends Error {
  override readonly name = 'NotEmptyError';
}

class InUseError extends Error {
  override readonly name = 'InUseError';
}

export interface Transferred {
  readonly table: string;
  readonly rows: number;
}

/**
 * The source stays unchanged: a copy of it is migrated and read. Rejects with NotEmptyError where `target` has rows,
 * InUseError where a bot still writes to the file, or errors of the databases; then only the schema was written.
 */
export async function copyToPostgres(
  file: string,
  target: Database,
  now: number,
): Promise<readonly Transferred[]> {
  if (isOpenElsewhere(file))
    throw new InUseError(
      `another process has ${file} open: stop the bot first, for what it writes meanwhile would be lost`,
    );
  const folder = await mkdtemp(join(tmpdir(), 'scanprogress-transfer-'));
  try {
    const copy = join(folder, 'copy.db');
    backUp(file, copy, { isReplacing: false });
    const source = openSqlite(copy);
    try {
      await migrate(source, readMigrations(), now);
      await migrate(target, readMigrations(), now);
      return await copyTables(source, target);
    } finally {
      await source.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const PROBE_MS = 500;

/** A process that opened a database in WAL mode holds a shared lock, which prevents an exclusive one. */
function isOpenElsewhere(file: string): boolean {
  try {
    const database = new BetterSqlite3(file, { fileMustExist: true, timeout: PROBE_MS });
    try {
      database.pragma('locking_mode = exclusive');
      database.prepare('select count(*) from sqlite_master').get();
    } finally {
      database.close();
    }
    return false;
  } catch (error) {
    // Other errors of the file show up in the copy.
    return codeOf(error).startsWith('SQLITE_BUSY');
  }
}

interface Table {
  readonly name: string;
  readonly rows: readonly Row[];
}

async function copyTables(source: Database, target: Database): Promise<readonly Transferred[]> {
  const tables = await readTables(source);
  const isEmpty = tables.map(({ name }): Statement =>
    withOptions(sql`select 1 from ${raw(name)} limit 1`, { expectRows: 0 }),
  );
  const result = await target.batch([...isEmpty, ...tables.flatMap(insertRows)]);
  if (result === null) throw new NotEmptyError('it holds something already');
  return tables.map(({ name, rows }) => ({ table: name, rows: rows.length }));
}

/** All tables but the migrations, each after those that it references. */
async function readTables(source: Database): Promise<readonly Table[]> {
  const names = await source.query(
    sql`select name from sqlite_master
      where type = 'table' and name not like 'sqlite_%' and name <> 'migrations' order by name`,
  );
  const ordered = new Set<string>();
  for (const { name } of names) await addAfterParents(source, String(name), ordered);
  const tables: Table[] = [];
  for (const name of ordered) tables.push({ name, rows: await readRows(source, name) });
  return tables;
}

/** In insertion order. No table refers to itself. */
function readRows(source: Database, name: string): Promise<readonly Row[]> {
  return source.query(sql`select * from ${raw(name)} order by rowid`);
}

async function addAfterParents(source: Database, name: string, ordered: Set<string>): Promise<void> {
  const parents = await source.query(sql`select "table" as parent from pragma_foreign_key_list(${name})`);
  for (const { parent } of parents) {
    if (parent !== name && !ordered.has(String(parent)))
      await addAfterParents(source, String(parent), ordered);
  }
  ordered.add(name);
}

/** A statement takes at most 65,535 parameters. */
const ROWS_AT_ONCE = 500;

function insertRows({ name, rows }: Table): readonly Statement[] {
  const chunks = Array.from({ length: Math.ceil(rows.length / ROWS_AT_ONCE) }, (_, index) =>
    rows.slice(index * ROWS_AT_ONCE, (index + 1) * ROWS_AT_ONCE),
  );
  return chunks.map((chunk) => insertChunk(name, chunk));
}

function insertChunk(name: string, rows: readonly Row[]): Statement {
  const columns = Object.keys(rows[0] ?? {});
  // SQLite returns text, a number or null. The server cannot infer the type of a null parameter.
  const cells = rows.map((row) => columns.map((column) => (row[column] as SqlValue) ?? sql`null`));
  return withOptions(sql`insert into ${raw(name)} (${raw(columns.join(', '))}) values ${bulk(cells)}`, {
    expectRows: rows.length,
    isLong: true,
  });
}
