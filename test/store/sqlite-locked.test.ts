/** Another process holds the file: nothing that needs no database may wait for it, and nothing is lost. */

import { setTimeout as sleep } from 'node:timers/promises';
import BetterSqlite3 from 'better-sqlite3';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Database } from '../../src/store/database.ts';
import { toDatabaseError } from '../../src/store/drivers/errors.ts';
import { openSqlite } from '../../src/store/drivers/sqlite.ts';
import { sql } from '../../src/store/sql.ts';
import { useDirectory } from '../support/directory.ts';

const directory = useDirectory();
let database: Database;
let other: BetterSqlite3.Database;

beforeEach(async () => {
  database = openSqlite(directory.join('bot.db'));
  await database.query(sql`create table words (number integer primary key, word text)`);
  other = new BetterSqlite3(directory.join('bot.db'));
  return async () => {
    other.close();
    await database.close();
  };
});

const write = (word: string) => database.query(sql`insert into words (word) values (${word})`);
const words = async () =>
  (await database.query(sql`select word from words order by number`)).map(({ word }) => word);

describe('while another process holds the file', () => {
  it('a call returns at once, and is done in its order when the file is free', async () => {
    const timer = vi.spyOn(globalThis, 'setTimeout');
    other.exec('begin immediate');
    const turns: string[] = [];
    const writes = ['a', 'b'].map((word) => write(word).then(() => turns.push(word)));
    const wrong = expect(database.query(sql`insert into missing values (1)`)).rejects.toThrow('missing');
    const batch = database.batch([sql`insert into words (word) values ('c')`]);
    // The next attempt, of the first of them, before anything else can start a timer.
    expect(timer).toHaveBeenCalledExactlyOnceWith(expect.any(Function), 50);
    timer.mockRestore();
    // Its own lock, which others do not check: reads work.
    expect(await words()).toEqual([]);
    await new Promise((resolve) => setImmediate(resolve));
    turns.push('the event loop');
    expect(turns).toEqual(['the event loop']);
    other.exec('commit');
    await Promise.all([...writes, wrong, batch]);
    expect(await words()).toEqual(['a', 'b', 'c']);
  });

  it('a call waits for seconds, and is done then', async () => {
    other.exec('begin immediate');
    const writing = write('late');
    await sleep(9_000);
    other.exec('commit');
    await writing;
    expect(await words()).toEqual(['late']);
  });

  it('a later write does not overtake an earlier one, though the file is free by then', async () => {
    other.exec('begin immediate');
    const first = write('first');
    other.exec('commit');
    await Promise.all([first, write('second')]);
    expect(await words()).toEqual(['first', 'second']);
  });

  it('for too long, its caller is told so, and the next call is tried', async () => {
    const startedAt = performance.now();
    other.exec('begin immediate');
    const error: unknown = await write('lost').catch((one: unknown) => one);
    expect(toDatabaseError(error)?.cause).toBe('locked');
    expect(performance.now() - startedAt).toBeLessThan(100_000);
    other.exec('commit');
    await write('kept');
    expect(await words()).toEqual(['kept']);
  });
});

describe('while nobody else does', () => {
  it('a mistake is told at once', async () => {
    const timer = vi.spyOn(globalThis, 'setTimeout');
    const wrong = database.query(sql`selec`);
    expect(timer).not.toHaveBeenCalled();
    timer.mockRestore();
    await expect(wrong).rejects.toThrow('syntax error');
  });

  it('a call is over before its promise is looked at', () => {
    void write('now');
    expect(other.prepare('select word from words').pluck().all()).toEqual(['now']);
  });
});
