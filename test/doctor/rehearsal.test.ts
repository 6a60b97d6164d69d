/** The doctor tries the very change of the schema that a start would make, and leaves no trace of it. */

import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { expect, it } from 'vitest';
import { checkDatabase } from '../../src/doctor/database-check.ts';
import { readMigrations } from '../../src/store/drivers/migrate.ts';
import { NO_MIGRATIONS } from '../support/memory.ts';
import { createDirectory } from '../support/directory.ts';

function fileWith(sql: string) {
  const file = join(createDirectory(), 'bot.db');
  const connect = <T>(use: (connection: BetterSqlite3.Database) => T): T => {
    const connection = new BetterSqlite3(file);
    const result = use(connection);
    connection.close();
    return result;
  };
  const look = (question: string) => connect((connection) => connection.prepare(question).pluck().get());
  connect((connection) => connection.exec(sql));
  return { place: { kind: 'sqlite', file } as const, look };
}

it('changes neither the schema nor the journal of a database that a start would change', async () => {
  const { place, look } = fileWith(NO_MIGRATIONS);
  expect(await checkDatabase(place)).toEqual({ kind: 'fine', pending: readMigrations().length });
  expect(look('select group_concat(name) from sqlite_schema')).toBe('migrations');
  expect(look('pragma journal_mode')).toBe('delete');
});

it('finds what would stop the change in its middle', async () => {
  const { place, look } = fileWith(`${NO_MIGRATIONS}; create table watches (text)`);
  expect(await checkDatabase(place)).toMatchObject({
    kind: 'broken',
    detail: expect.stringContaining('watches') as string,
  });
  expect(look('select group_concat(name) from sqlite_schema')).toBe('migrations,watches');
});
