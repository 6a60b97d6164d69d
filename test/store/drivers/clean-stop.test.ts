import { existsSync, writeFileSync } from 'node:fs';
import { beforeEach, expect, it } from 'vitest';
import { markCleanStop, takeCleanStop } from '../../../src/store/drivers/clean-stop.ts';
import { openSqlite } from '../../../src/store/drivers/sqlite.ts';
import { NO_MIGRATIONS } from '../../support/memory.ts';
import { useDirectory } from '../../support/directory.ts';
import { raw, sql } from '../../../src/store/sql.ts';

const directory = useDirectory();
let file: string;

beforeEach(async () => {
  file = directory.join('bot.db');
  await openSqlite(file).close();
});

it('a file is known to be as a clean stop left it, once', () => {
  expect(takeCleanStop(file)).toBe(true);
  expect(takeCleanStop(file)).toBe(false);
});

it('a file that somebody wrote to is not', () => {
  writeFileSync(file, 'no database');
  expect(takeCleanStop(file)).toBe(false);
});

it('a file beside which another program left its log is not', () => {
  writeFileSync(`${file}-wal`, 'what is not in the file yet');
  expect(takeCleanStop(file)).toBe(false);
});

it('a file of a program that was killed is not', async () => {
  const killed = openSqlite(file);
  await killed.query(sql`${raw(NO_MIGRATIONS)}`);
  // Another program that comes and goes meanwhile stops cleanly, and says nothing of the first.
  await openSqlite(file).close();
  expect(existsSync(`${file}-clean`)).toBe(false);
  markCleanStop(file);
  expect(takeCleanStop(file)).toBe(false);
  await killed.close();
});
