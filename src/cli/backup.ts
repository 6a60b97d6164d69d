/** `scanprogress backup FILE [--replace]`: copies the database of DATABASE_URL to FILE, also while the bot runs. */

import { parseArgs } from 'node:util';
import { readDatabaseConfig } from '../config/config.ts';
import { readSmallFile } from '../config/secret-files.ts';
import { messageOf } from '../errors.ts';
import { backUp, BackupExistsError } from '../store/maintenance/backup.ts';
import { EXIT_USAGE, onlyArgument, readCall } from './usage.ts';
import { toDatabaseError } from '../store/drivers/errors.ts';
import { databaseErrorSentences } from '../views/parts/database-error.ts';

const USAGE = `scanprogress backup FILE [--replace]
in a checkout: npm run backup -- FILE [--replace]

Copies the SQLite database that DATABASE_URL names to FILE, also while the bot
runs. A FILE that is there already stays as it is, unless --replace is given; it
is replaced only once the new copy is complete and in order.
`;

const options = readCall(USAGE, readOptions);
process.exitCode = typeof options === 'number' ? options : run(options);

interface Options {
  readonly target: string;
  readonly isReplacing: boolean;
}

function readOptions(): Options | 'help' {
  const replace = { type: 'boolean', default: false } as const;
  const help = { type: 'boolean', short: 'h', default: false } as const;
  const { positionals, values } = parseArgs({ allowPositionals: true, options: { replace, help } });
  if (values.help) return 'help';
  const missing = 'FILE is missing: where the copy goes.';
  const target = onlyArgument(positionals, { missing, tooMany: 'One FILE is enough.' });
  return { target, isReplacing: values.replace };
}

/** The exit code: 1 where the copy failed, 2 where it was not tried. */
function run({ target, isReplacing }: Options): number {
  const read = readDatabaseConfig(process.env, readSmallFile);
  if ('error' in read) {
    process.stderr.write(`${read.error}\n`);
    return EXIT_USAGE;
  }
  if (read.value.kind === 'postgres') {
    process.stderr.write(
      `DATABASE_URL names a PostgreSQL server: back it up with pg_dump --format=custom --file=${target}\n`,
    );
    return EXIT_USAGE;
  }
  const source = read.value.file;
  try {
    const { bytes, schema } = backUp(source, target, { isReplacing });
    const at = new Date().toISOString();
    process.stdout.write(`${target}: ${bytes} bytes, schema ${schema}, copied from ${source} at ${at}\n`);
    return 0;
  } catch (error) {
    process.stderr.write(`No backup was made of ${source}: ${explain(error)}\n`);
    return 1;
  }
}

function explain(error: unknown): string {
  if (error instanceof BackupExistsError) return `${error.message}; name another file, or give --replace`;
  const databaseError = toDatabaseError(error);
  return databaseError === null ? messageOf(error) : databaseErrorSentences(databaseError, messageOf(error));
}
