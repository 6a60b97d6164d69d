/** A newer version migrates the database while this one runs, as in a rolling update. */

import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openSqlite } from '../../../src/store/drivers/sqlite.ts';
import { sql } from '../../../src/store/sql.ts';
import { openFakeWorld } from '../../support/program/program-world.ts';
import { DATABASE_FILE } from '../../support/surroundings.ts';

test('the older one stops with exit code 2 and says why', { timeout: 60_000 }, async (context) => {
  const { directory, start } = await openFakeWorld(context);
  const program = await start();
  const newer = openSqlite(join(directory, DATABASE_FILE));
  context.onTestFinished(() => newer.close());
  await newer.query(sql`insert into migrations (number, name, applied_at) values (9999, 'later', 0)`);
  expect(await program.ended).toBe(2);
  expect(program.output()).toContain('a newer version has migrated the database; this one stops');
});
