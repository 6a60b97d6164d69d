import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { migrate, readMigrations } from '../../../src/store/drivers/migrate.ts';
import { openSqlite } from '../../../src/store/drivers/sqlite.ts';
import { createDirectory } from '../../support/directory.ts';
import { NOON } from '../../support/observations.ts';
import { watching } from '../../support/store.ts';
import { sql } from '../../../src/store/sql.ts';

const ROOT = join(import.meta.dirname, '../../..');

function forget(args: readonly string[], database: string) {
  const env = { ...process.env, DATABASE_URL: `sqlite:${database}` };
  const { status, stdout, stderr } = spawnSync(process.execPath, ['src/cli/cli.ts', 'forget', ...args], {
    ...{ cwd: ROOT, env, encoding: 'utf8' },
  });
  return { status, printed: `${stdout}${stderr}` };
}

test('forget ends what a person watches, and says how much that was', async () => {
  const file = join(createDirectory(), 'bot.db');
  const database = openSqlite(file);
  await migrate(database, readMigrations(), NOON);
  await watching(database, { userId: 'U0ALICE' });
  expect(forget(['U0ALICE'], file)).toMatchObject({
    status: 0,
    printed: expect.stringMatching(
      /^U0ALICE is forgotten: watches 1, subscriptions 0, other rows \d+\n$/,
    ) as string,
  });
  const text = JSON.stringify([
    await database.query(sql`select * from watches`),
    await database.query(sql`select * from followers`),
  ]);
  expect(text).not.toContain('U0ALICE');
  expect(forget(['U0ALICE'], file).printed).toMatch(/watches 0/);
  await database.close();
});

test.each([
  [['alice'], 2, /^"alice" is no ID of Slack's: [^]*\n\nscanprogress forget USER_OR_CHANNEL/],
  [[], 2, /^The ID is missing: [^]*\n\nscanprogress forget USER_OR_CHANNEL/],
  [['U1', 'U2'], 2, /^One ID at a time\.\n\nscanprogress forget USER_OR_CHANNEL/],
  [['--help'], 0, /^scanprogress forget USER_OR_CHANNEL/],
  [['U0ALICE'], 2, /^There is no database/],
])('forget %j ends with %i', (args, status, printed) => {
  const found = forget(args, join(ROOT, 'no-such-folder/bot.db'));
  expect(found.status).toBe(status);
  expect(found.printed).toMatch(printed);
});
