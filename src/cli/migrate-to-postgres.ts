/** `npm run migrate-to-postgres -- FILE`: copies a bot's SQLite file to the PostgreSQL of DATABASE_URL. */

import { parseArgs } from 'node:util';
import { readDatabaseConfig } from '../config/config.ts';
import { readSmallFile } from '../config/secret-files.ts';
import { EXIT_USAGE, onlyArgument, readCall } from './usage.ts';
import { explain } from '../app/database.ts';
import { openLocation } from '../store/drivers/open.ts';
import { NotEmptyError, copyToPostgres } from '../store/maintenance/copy-to-postgres.ts';

const USAGE = `DATABASE_URL=postgres://… scanprogress migrate-to-postgres FILE
in a checkout: DATABASE_URL=postgres://… npm run migrate-to-postgres -- FILE

Copies everything that the SQLite database FILE holds to the PostgreSQL database
that DATABASE_URL names, all of it or nothing. That one has to be empty, or to
hold the bot's tables without a row. FILE is not changed. Stop the bot first.
`;

process.exitCode = await main();

async function main(): Promise<number> {
  const call = readCall(USAGE, readFile);
  if (typeof call === 'number') return call;
  const file = call.path;
  const read = readDatabaseConfig(process.env, readSmallFile);
  if ('error' in read) return fail(`${read.error}\n`);
  if (read.value.kind !== 'postgres')
    return fail(`DATABASE_URL must name the new database: postgres://…\n\n${USAGE}`);
  const { name } = read.value;
  try {
    const target = await openLocation(read.value);
    try {
      // After an error it may be repeated: only the tables were created, without a row.
      const tables = await copyToPostgres(file, target, Date.now());
      const counts = tables.map(({ table, rows }) => `${table} ${rows}`).join(', ');
      process.stdout.write(`${file} was copied to ${name}: ${counts}\n`);
      return 0;
    } finally {
      await target.close();
    }
  } catch (error) {
    const why = error instanceof NotEmptyError ? `${error.message}; name an empty database` : explain(error);
    process.stderr.write(`Nothing was copied from ${file} to ${name}: ${why}\n`);
    return 1;
  }
}

/** Also in the form of DATABASE_URL: `sqlite:FILE`. */
function readFile(): { readonly path: string } | 'help' {
  const help = { type: 'boolean', short: 'h', default: false } as const;
  const { positionals, values } = parseArgs({ allowPositionals: true, options: { help } });
  if (values.help) return 'help';
  const paths = positionals.map((call) => call.replace(/^sqlite:(?:\/\/)?/, ''));
  const missing = 'FILE is missing: the SQLite database to copy.';
  return { path: onlyArgument(paths, { missing, tooMany: 'One FILE at a time.' }) };
}

function fail(text: string): number {
  process.stderr.write(text);
  return EXIT_USAGE;
}
