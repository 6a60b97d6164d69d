import {
  copyFileSync,
  lstatSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { backUp, BackupExistsError } from '../../src/store/maintenance/backup.ts';
import { migrate, readMigrations } from '../../src/store/drivers/migrate.ts';
import { openSqlite } from '../../src/store/drivers/sqlite.ts';

let directory: string;
const at = (name: string): string => join(directory, name);

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'backup-'));
  const database = openSqlite(at('bot.db'));
  await migrate(database, readMigrations(), 0);
  await database.close();
  writeFileSync(at('precious'), 'precious');
});
afterEach(() => rmSync(directory, { recursive: true }));

it.each([
  ['bot.db', 'bot.db'],
  ['bot.db', 'bot.db-wal'],
  ['bot.db', 'link.db'],
  ['other.db-wal', 'other.db'],
])('no copy of %s takes the place of %s', (source, target) => {
  symlinkSync(at('bot.db'), at('link.db'));
  copyFileSync(at('bot.db'), at('other.db-wal'));
  const before = readFileSync(at('bot.db'));
  expect(() => backUp(at(source), at(target), { isReplacing: true })).toThrow('is the database itself');
  expect(readFileSync(at('bot.db')).equals(before)).toBe(true);
});

it('no copy is made of what is not there', () => {
  const copy = () => backUp(at('nothing.db'), at('copy.db'), { isReplacing: false });
  expect(copy).toThrow(`there is no ${at('nothing.db')}`);
});

describe('a link in the place of a copy', () => {
  it.each(['precious', 'nowhere'])('to %s is there already, and is not followed', (to) => {
    symlinkSync(at(to), at('copy.db'));
    expect(() => backUp(at('bot.db'), at('copy.db'), { isReplacing: false })).toThrow(BackupExistsError);
    expect(readFileSync(at('precious'), 'utf8')).toBe('precious');
    expect(readdirSync(directory).sort()).toEqual(['bot.db', 'bot.db-clean', 'copy.db', 'precious']);
  });

  it('is replaced itself where that is asked for', () => {
    symlinkSync(at('precious'), at('copy.db'));
    backUp(at('bot.db'), at('copy.db'), { isReplacing: true });
    expect(lstatSync(at('copy.db')).isFile()).toBe(true);
    expect(readFileSync(at('precious'), 'utf8')).toBe('precious');
  });

  it('guessed beforehand gets nothing of the copy', () => {
    symlinkSync(at('precious'), at(`copy.db.partial-${process.pid}`));
    backUp(at('bot.db'), at('copy.db'), { isReplacing: false });
    expect(readFileSync(at('precious'), 'utf8')).toBe('precious');
  });
});
