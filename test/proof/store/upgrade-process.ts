/** Migrates the file that it is given, and kills itself before its n-th statement if there is one. */

import BetterSqlite3 from 'better-sqlite3';
import { migrate, readMigrations } from '../../../src/store/drivers/migrate.ts';
import { openSqlite } from '../../../src/store/drivers/sqlite.ts';

const [file = '', killAt = '0'] = process.argv.slice(2);
let statements = 0;
// eslint-disable-next-line @typescript-eslint/unbound-method -- called with the database that it was called on
const { prepare } = BetterSqlite3.prototype;
BetterSqlite3.prototype.prepare = function (this: BetterSqlite3.Database, source: string) {
  statements += 1;
  if (statements === Number(killAt)) process.kill(process.pid, 'SIGKILL');
  return prepare.call(this, source);
} as typeof prepare;

const database = openSqlite(file);
await migrate(database, readMigrations(), Date.now());
await database.close();
