import {
  copyFileSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import { backUp, BackupExistsError } from '../../../src/store/maintenance/backup.ts';
import { migrate, readMigrations } from '../../../src/store/drivers/migrate.ts';
import { openSqlite } from '../../../src/store/drivers/sqlite.ts';
import { sql } from '../../../src/store/sql.ts';
import { useDirectory } from '../../support/directory.ts';
import { writeMigrated } from '../../support/memory.ts';

const directory = useDirectory();
const at = (name: string): string => directory.join(name);
const copy = (source: string, target: string, isReplacing = false) =>
  backUp(at(source), at(target), { isReplacing });
/** But for the log of the database itself, which a reader leaves. */
const names = () =>
  readdirSync(directory.path)
    .filter((name) => !name.startsWith('bot.db'))
    .sort();

beforeEach(async () => {
  await writeMigrated(at('bot.db'));
  writeFileSync(at('precious'), 'precious');
});

it('a copy can be put in the place of the database, and says what it is', async () => {
  expect(copy('bot.db', 'copy.db')).toEqual({
    bytes: statSync(at('copy.db')).size,
    schema: readMigrations().length,
  });
  const restored = openSqlite(at('copy.db'));
  expect(await migrate(restored, readMigrations(), 0)).toEqual([]);
  await restored.close();
});

it.each(['bot.db', 'bot.db-wal', 'bot.db-shm', 'bot.db-journal', 'x/../bot.db', 'link.db', 'hard.db'])(
  'no copy takes the place of the database: %s',
  async (target) => {
    mkdirSync(at('x'));
    symlinkSync(at('bot.db'), at('link.db'));
    linkSync(at('bot.db'), at('hard.db'));
    const database = openSqlite(at('bot.db'));
    await database.query(sql`insert into events (id, at) values ('before', 1)`);
    for (const source of ['bot.db', 'link.db'])
      expect(() => copy(source, target, true)).toThrow(
        `${at(target)} is the database itself or a part of it; name another file`,
      );
    await database.query(sql`insert into events (id, at) values ('after', 2)`);
    expect(await database.query(sql`select id from events order by at`)).toEqual([
      { id: 'before' },
      { id: 'after' },
    ]);
    await database.close();
  },
);

it.each(['other.db-wal', 'other.db-shm', 'other.db-journal'])(
  'no copy of %s is made by whose log it would go',
  (source) => {
    copyFileSync(at('bot.db'), at(source));
    expect(() => copy(source, 'other.db', true)).toThrow('is the database itself');
    expect(names()).toContain(source);
  },
);

it.each([
  ['there is no .*nothing\\.db', 'nothing.db', 'copy.db'],
  ['the folder of the copy, .*missing, does not exist: make it', 'bot.db', 'missing/copy.db'],
  ['folder is a folder: name a file', 'bot.db', 'folder'],
  ['file is not a database', 'precious', 'copy.db'],
  ['empty.db is no database of the bot, or an empty one', 'empty.db', 'copy.db'],
])('says that %s, and leaves nothing behind', (words, source, target) => {
  mkdirSync(at('folder'));
  writeFileSync(at('empty.db'), '');
  const before = names();
  expect(() => copy(source, target, true)).toThrow(new RegExp(words));
  expect(names()).toEqual(before);
});

it.runIf(process.platform === 'linux')('says that the folder of the copy cannot be written', () => {
  expect(() => backUp(at('bot.db'), '/sys/copy.db', { isReplacing: false })).toThrow(
    /^\/sys\/copy\.db cannot be written \((EACCES|EPERM|EROFS)\)/,
  );
});

it('a file that is there is left alone, unless it is to be replaced, with what stands beside it', () => {
  for (const part of ['', '-wal', '-shm', '-journal']) writeFileSync(at(`precious${part}`), 'precious');
  expect(() => copy('bot.db', 'precious')).toThrow(BackupExistsError);
  expect(readFileSync(at('precious'), 'utf8')).toBe('precious');
  copy('bot.db', 'precious', true);
  expect(names()).toEqual(['precious']);
  expect(readFileSync(at('precious'), 'utf8')).toContain('SQLite format');
});

it('a log that somebody left is gone with the copy in its place', () => {
  writeFileSync(at('copy.db-wal'), 'of another file');
  copy('bot.db', 'copy.db');
  expect(names()).toEqual(['copy.db', 'precious']);
});

it('what a killed program left in its log is in the copy, and stays where it is', async () => {
  const running = openSqlite(at('bot.db'));
  await running.query(sql`insert into events (id, at) values ('logged', 1)`);
  for (const part of ['', '-wal']) copyFileSync(at(`bot.db${part}`), at(`killed.db${part}`));
  await running.close();
  copy('killed.db', 'copy.db');
  expect(names()).toContain('killed.db-wal');
  const restored = openSqlite(at('copy.db'));
  expect(await restored.query(sql`select id from events`)).toEqual([{ id: 'logged' }]);
  await restored.close();
});

describe('a link in the place of a copy', () => {
  it.each(['precious', 'nowhere'])('to %s is there already, and is not followed', (to) => {
    symlinkSync(at(to), at('copy.db'));
    expect(() => copy('bot.db', 'copy.db')).toThrow(BackupExistsError);
    expect(readFileSync(at('precious'), 'utf8')).toBe('precious');
    expect(names()).toEqual(['copy.db', 'precious']);
  });

  it('is replaced itself where that is asked for', () => {
    symlinkSync(at('precious'), at('copy.db'));
    copy('bot.db', 'copy.db', true);
    expect(lstatSync(at('copy.db')).isFile()).toBe(true);
    expect(readFileSync(at('precious'), 'utf8')).toBe('precious');
  });

  it('guessed beforehand gets nothing of the copy', () => {
    symlinkSync(at('precious'), at(`copy.db.partial-${process.pid}`));
    copy('bot.db', 'copy.db');
    expect(readFileSync(at('precious'), 'utf8')).toBe('precious');
  });
});
