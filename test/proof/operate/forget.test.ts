import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createDirectory } from '../../support/directory.ts';
import { runToEnd } from '../../support/program/program.ts';
import { openMigrated } from '../../support/sqlite-databases.ts';
import { watching } from '../../support/store.ts';
import { sql } from '../../../src/store/sql.ts';

function forget(args: readonly string[], file: string) {
  const environment = { DATABASE_URL: `sqlite:${file}` };
  const run = { args: ['forget', ...args], environment, directory: createDirectory() };
  return runToEnd('src/cli/cli.ts', run);
}

test('forget ends what a person watches, and says how much that was', async () => {
  const file = join(createDirectory(), 'bot.db');
  const database = await openMigrated(file);
  await watching(database, { userId: 'U0ALICE' });
  expect(await forget(['U0ALICE'], file)).toEqual({
    code: 0,
    output: expect.stringMatching(/^U0ALICE is forgotten: watches 1, subscriptions 0, other rows \d+\n$/),
  });
  const text = JSON.stringify([
    await database.query(sql`select * from watches`),
    await database.query(sql`select * from followers`),
  ]);
  expect(text).not.toContain('U0ALICE');
  expect((await forget(['U0ALICE'], file)).output).toMatch(/watches 0/);
  await database.close();
});

test.each([
  [['alice'], 2, /^"alice" is no ID of Slack's: [^]*\n\nscanprogress forget USER_OR_CHANNEL/],
  [[], 2, /^The ID is missing: [^]*\n\nscanprogress forget USER_OR_CHANNEL/],
  [['U1', 'U2'], 2, /^One ID at a time\.\n\nscanprogress forget USER_OR_CHANNEL/],
  [['--help'], 0, /^scanprogress forget USER_OR_CHANNEL/],
  [['U0ALICE'], 2, /^There is no database/],
])('forget %j ends with %i', async (args, code, printed) => {
  const ended = await forget(args, join(createDirectory(), 'no-such-folder/bot.db'));
  expect(ended).toEqual({ code, output: expect.stringMatching(printed) });
});
