import { afterAll, describe, expect, it } from 'vitest';
import type { Database } from '../../../src/store/database.ts';
import { migrate, readMigrations } from '../../../src/store/drivers/migrate.ts';
import { openPostgres } from '../../../src/store/drivers/postgres.ts';
import { NOON } from '../../support/observations.ts';
import { type PostgresServer, startPostgres } from '../../support/postgres.ts';
import { storeSuite } from '../../store/store-suite.ts';
import type { OpenDatabase, OpenedDatabase } from '../../store/suite/fixture.ts';
import { raw, sql } from '../../../src/store/sql.ts';

const server = await startPostgres();
afterAll(() => server?.remove());

describe.skipIf(server === null)('on a server', () => {
  if (server !== null) storeSuite('PostgreSQL', createOpen(server));
});

describe.skipIf(server === null)('the schema of another program', () => {
  const open = async (tables: string) => {
    const url = (await server?.createDatabase()) ?? '';
    await server?.run(tables, url);
    const database = await openPostgres(url);
    await migrate(database, readMigrations(), NOON);
    await database.close();
    // Once more: now with the tables of both.
    await (await openPostgres(url)).close();
  };

  it('is shared where no table has a name of ours', async () => {
    await open('create table customers (id text); create schema other; create table other.watches (id text)');
  });

  it.each(['create table watches (id text)', 'create table migrations (id integer, batch integer)'])(
    'is refused where one has: %s',
    async (tables) => {
      await expect(open(tables)).rejects.toMatchObject({ name: 'ForeignDatabaseError' });
    },
  );
});

/** A schema is made quicker than a database, and rows are deleted quicker than a schema is migrated. */
function createOpen({ createDatabase, run }: PostgresServer): OpenDatabase {
  const database = createDatabase();
  let schemas = 0;
  const openSchema = async (): Promise<OpenedDatabase> => {
    const schema = `test_${(schemas += 1)}`;
    await run(`create schema ${schema}`, await database);
    return openConnections(`${await database}?options=${encodeURIComponent(`-c search_path=${schema}`)}`);
  };
  let migrated: Promise<OpenedDatabase> | null = null;
  const openMigrated = async (): Promise<OpenedDatabase> => {
    const opened = await openSchema();
    await migrate(opened.database, readMigrations(), NOON);
    const other = await opened.connect();
    return {
      database: opened.database,
      connect: () => Promise.resolve(other),
      remove: () => deleteAll(opened.database),
    };
  };
  return (shape) => (shape === 'bare' ? openSchema() : (migrated ??= openMigrated()));
}

async function openConnections(url: string): Promise<OpenedDatabase> {
  const database = await openPostgres(url);
  const connections = [database];
  return {
    database,
    async connect() {
      const connection = await openPostgres(url);
      connections.push(connection);
      return connection;
    },
    async remove() {
      for (const connection of connections) await connection.close();
    },
  };
}

/** Those that others refer to go last. */
async function deleteAll(database: Database): Promise<void> {
  const rows = await database.query(
    sql`select t.tablename as name from pg_tables t
        where t.schemaname = current_schema() and t.tablename <> 'migrations'
      order by (select count(*) from pg_constraint c where c.confrelid = t.tablename::regclass)`,
  );
  const deletions = rows.map(({ name }) => sql`delete from ${raw(String(name))}`);
  await database.batch([sql`set local session_replication_role = replica`, ...deletions]);
}
