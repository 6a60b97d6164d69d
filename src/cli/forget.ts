/**
 * `scanprogress forget USER_OR_CHANNEL`: deletes the data of a person or a channel from DATABASE_URL, even while the
 * bot runs.
 */

import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { readDatabaseConfig } from '../config/config.ts';
import { readSmallFile } from '../config/secret-files.ts';
import { EXIT_USAGE, onlyArgument, readCall, UsageError } from './usage.ts';
import { explain } from '../app/database.ts';
import { forgetConversation, forgetPerson } from '../store/maintenance/forget.ts';
import { migrate, readMigrations } from '../store/drivers/migrate.ts';
import { openLocation } from '../store/drivers/open.ts';

const USAGE = `scanprogress forget USER_OR_CHANNEL
in a checkout: npm run forget -- USER_OR_CHANNEL

Deletes the data of a person (U… or W…) or of a conversation (C…, G… or D…) from
the database that DATABASE_URL names; the bot may run meanwhile. Their watches
end without a message. Posts in Slack stay, and so do scans in the history.
`;

const call = readCall(USAGE, readId);
process.exitCode = typeof call === 'number' ? call : await forget(call.id);

function readId(): { readonly id: string } | 'help' {
  const help = { type: 'boolean', short: 'h', default: false } as const;
  const { positionals, values } = parseArgs({ allowPositionals: true, options: { help } });
  if (values.help) return 'help';
  const missing = 'The ID is missing: of a person or a conversation.';
  const id = onlyArgument(positionals, { missing, tooMany: 'One ID at a time.' });
  if (!/^[UWCGD][A-Z0-9]{1,40}$/.test(id))
    throw new UsageError(
      `${JSON.stringify(id)} is no ID of Slack's: a profile and the details of a channel show it.`,
    );
  return { id };
}

async function forget(id: string): Promise<number> {
  const read = readDatabaseConfig(process.env, readSmallFile);
  if ('error' in read) {
    process.stderr.write(`${read.error}\n`);
    return EXIT_USAGE;
  }
  // Opening would create the file, and nothing would be deleted from it.
  if (read.value.kind === 'sqlite' && !existsSync(read.value.file)) {
    process.stderr.write(`There is no database ${read.value.file}: DATABASE_URL names the one of the bot.\n`);
    return EXIT_USAGE;
  }
  try {
    const database = await openLocation(read.value);
    try {
      // Changes nothing where a bot of this version has run. Rejects a newer database.
      await migrate(database, readMigrations(), Date.now());
      const forgotten = await (/^[UW]/.test(id)
        ? forgetPerson(database, id)
        : forgetConversation(database, id));
      const { watches, subscriptions, others: rows } = forgotten;
      process.stdout.write(
        `${id} is forgotten: watches ${watches}, subscriptions ${subscriptions}, other rows ${rows}\n`,
      );
      return 0;
    } finally {
      await database.close();
    }
  } catch (error) {
    process.stderr.write(`Nothing of ${id} was forgotten: ${explain(error)}\n`);
    return 1;
  }
}
