/** Brings a database to this program's schema: numbered files, each applied once, in one transaction. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathInRoot } from '../../root.ts';
import type { Database, Statement } from '../database.ts';
import { oneRow, sql } from '../sql.ts';

export interface Migration {
  readonly number: number;
  readonly name: string;
  readonly sql: string;
}

/** A newer program wrote the database: this one would lose what it does not know. */
export class DatabaseTooNewError extends Error {
  override readonly name = 'DatabaseTooNewError';
  readonly found: number;
  readonly known: number;

  constructor(found: number, known: number) {
    super(
      `the database has schema ${String(found)}, this program knows ${String(known)}: run the newer program`,
    );
    this.found = found;
    this.known = known;
  }
}

const FOLDER = pathInRoot('migrations');

/** All migrations in order, from the folder beside src. */
export function readMigrations(): readonly Migration[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith('.sql'))
    .sort()
    .map((file) => ({
      number: Number.parseInt(file, 10),
      name: file,
      sql: readFileSync(join(FOLDER, file), 'utf8'),
    }));
}

/** Applies pending migrations and returns their names. Two processes may run it concurrently. */
export async function migrate(
  database: Database,
  migrations: readonly Migration[],
  now: number,
): Promise<string[]> {
  await database.query(TABLE);
  const found = await readKnownVersion(database, migrations);
  const applied: string[] = [];
  for (const migration of migrations.filter(({ number }) => number > found)) {
    if (await apply(database, migration, now)) applied.push(migration.name);
  }
  return applied;
}

const TABLE = sql`create table if not exists migrations
  (number integer primary key, name text not null, applied_at bigint not null)`;

/** Runs `migrate` and rolls it back. Rejects where it would. */
export async function rehearse(
  database: Database,
  pending: readonly Migration[],
  now: number,
): Promise<void> {
  const steps = pending.flatMap((migration) => toStatements(migration, now));
  // An expectation that always fails rolls the batch back.
  const undo = oneRow`select 1 where 1 = 0`;
  await database.batch([TABLE, ...steps, undo]);
}

/** Number of the last migration that was applied. Rejects where `migrations` does not have it. */
export async function readKnownVersion(
  database: Database,
  migrations: readonly Migration[],
): Promise<number> {
  const known = Math.max(0, ...migrations.map(({ number }) => number));
  const [row] = await database.query(sql`select coalesce(max(number), 0) as number from migrations`);
  const found = Number(row?.['number'] ?? 0);
  if (found > known) throw new DatabaseTooNewError(found, known);
  return found;
}

/** False where another process was faster: its row in `migrations` exists already. */
async function apply(database: Database, migration: Migration, now: number): Promise<boolean> {
  return (await database.batch(toStatements(migration, now))) !== null;
}

function toStatements({ number, name, sql: text }: Migration, now: number): readonly Statement[] {
  const claim = oneRow`insert into migrations (number, name, applied_at)
    values (${number}, ${name}, ${now}) on conflict do nothing`;
  return [
    claim,
    ...splitStatements(text).map((statement) => ({ text: statement, values: [], isLong: true })),
  ];
}

/** Migrations have plain statements: no inner semicolon, each ends with one at the end of a line. */
function splitStatements(sql: string): readonly string[] {
  return sql
    .replace(/^\s*--.*$/gm, '')
    .split(/;\s*$/m)
    .map((text) => text.trim())
    .filter((text) => text !== '');
}
