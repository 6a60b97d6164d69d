import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { beforeEach, describe, expect, it } from 'vitest';
import { readMigrations } from '../../../src/store/drivers/migrate.ts';
import { openSqlite } from '../../../src/store/drivers/sqlite.ts';
import { fillVersion } from '../../store/suite/upgrade.ts';
import { createDirectory } from '../../support/directory.ts';

const MIGRATIONS = readMigrations();

let file: string;

beforeEach(() => {
  file = join(createDirectory(), 'bot.db');
});

async function createVersion(version: number): Promise<void> {
  const database = openSqlite(file);
  await fillVersion(database, version);
  await database.close();
}

describe('an upgrade', () => {
  it('that two processes begin at once is done once', async () => {
    await createVersion(1);
    const codes = await Promise.all([runMigration(), runMigration()]);
    expect(codes).toEqual([0, 0]);
    expect(appliedIn(file)).toEqual(MIGRATIONS.map(({ number }) => number));
  });

  it('that is killed at any statement is done wholly or not at all, and by the next start', async () => {
    for (let killAt = 1; killAt <= 60; killAt += 6) {
      await createVersion(1);
      await runMigration(killAt);
      const applied = appliedIn(file);
      expect(applied).toEqual(MIGRATIONS.slice(0, applied.length).map(({ number }) => number));
      expect(await runMigration()).toBe(0);
      expect(appliedIn(file)).toEqual(MIGRATIONS.map(({ number }) => number));
      file = join(createDirectory(), 'bot.db');
    }
  });
});

function appliedIn(path: string): number[] {
  const database = new BetterSqlite3(path);
  const numbers = database.prepare('select number from migrations order by number').pluck().all() as number[];
  database.close();
  return numbers;
}

/** In a process of its own, which kills itself before its n-th statement if `killAt` is set. */
async function runMigration(killAt = 0): Promise<unknown> {
  const args = [join(import.meta.dirname, 'upgrade-process.ts'), file, String(killAt)];
  const child = spawn(process.execPath, args, { stdio: 'ignore' });
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  return code ?? signal;
}
