/** Opens the database and migrates it. Waits for an unreachable server, a lock and a full disk. */

import { setTimeout as sleep } from 'node:timers/promises';
import { ConfigurationError, messageOf } from '../errors.ts';
import { prune } from '../jobs/prune.ts';
import type { Log } from '../log.ts';
import { type Loop, startLoop } from '../loop.ts';
import type { Readiness } from '../readiness.ts';
import type { Database } from '../store/database.ts';
import { toDatabaseError } from '../store/drivers/errors.ts';
import { DatabaseTooNewError, migrate, readKnownVersion, readMigrations } from '../store/drivers/migrate.ts';
import { type DatabaseLocation, nameOfLocation, openLocation } from '../store/drivers/open.ts';
import { isTransient } from '../store/drivers/postgres-errors.ts';
import { isOpenToAll } from '../store/drivers/private-file.ts';
import { databaseErrorSentences, IN_MEMORY } from '../views/parts/database-error.ts';

interface Opening {
  readonly log: Log;
  readonly readiness: Readiness;
  /** RETENTION, ms. */
  readonly retentionMs: number;
  /** Aborts the wait: the promise rejects. */
  readonly signal?: AbortSignal | undefined;
}

const TRY_AGAIN_MS = 3_000;
/** A healthy server responds within this time. */
const AWAITED_MS = 1_000;

/** Rejects where waiting does not help: a wrong password, a damaged file. */
export async function openDatabase(location: DatabaseLocation, opening: Opening): Promise<Database> {
  const { readiness, signal } = opening;
  for (;;) {
    try {
      const database = await openOnce(location, opening);
      readiness.report('database', null);
      return database;
    } catch (error) {
      if (!isWaitedFor(location, error) || signal?.aborted === true) throw toOpeningError(location, error);
      readiness.report('database', explain(error));
      await sleep(TRY_AGAIN_MS, undefined, { signal });
    }
  }
}

/** Transient errors, and those that an operator can fix meanwhile: a full disk, a held lock. */
function isWaitedFor({ kind }: DatabaseLocation, error: unknown): boolean {
  const cause = toDatabaseError(error)?.cause;
  return cause === 'full' || cause === 'locked' || (kind === 'postgres' && isTransient(error));
}

async function openOnce(
  location: DatabaseLocation,
  { log, readiness, retentionMs }: Opening,
): Promise<Database> {
  let database: Database | null = null;
  // A server is tried for a while before it is reported as unreachable.
  const awaited = setTimeout(() => {
    // A known cause is more specific.
    if (!readiness.reasons().has('database')) readiness.report('database', awaitedError(location));
  }, AWAITED_MS);
  try {
    database = await openLocation(location);
    clearTimeout(awaited);
    if (location.kind === 'sqlite') warnOf(location, log);
    const applied = await migrate(database, readMigrations(), Date.now());
    // Also the first write: an unwritable file is found now, not at the end of a scan.
    await prune({ database, now: Date.now, log, retentionMs });
    log.info({ database: nameOfLocation(location), applied }, 'database open');
    return database;
  } catch (error) {
    // The next attempt opens it again.
    await database?.close();
    throw error;
  } finally {
    clearTimeout(awaited);
  }
}

function warnOf({ file }: { readonly file: string }, log: Log): void {
  if (file === ':memory:') log.warn(`the database ${IN_MEMORY}`);
  if (isOpenToAll(file)) log.warn({ file }, 'every user of this machine may read the database: chmod o= it');
}

/** An older version goes on for no longer than this, plus its shutdown. */
const VERSION_CHECK_MS = 10_000;

interface VersionCheckOptions {
  readonly database: Database;
  readonly log: Log;
  /** Called once, where a newer version has migrated the database: this one would lose what it does not know. */
  readonly onTooNew: () => void;
}

/** In a rolling update, a newer version migrates the database while this one runs. */
export function startVersionCheck({ database, log, onTooNew }: VersionCheckOptions): Loop {
  const migrations = readMigrations();
  const check = async (): Promise<void> => {
    try {
      await readKnownVersion(database, migrations);
    } catch (error) {
      // Others make the database not ready.
      if (!(error instanceof DatabaseTooNewError)) return;
      void loop.stop();
      log.error({ error: messageOf(error) }, 'a newer version has migrated the database; this one stops');
      onTooNew();
    }
  };
  const loop = startLoop({ name: 'version', run: check, minIntervalMs: VERSION_CHECK_MS, log });
  return loop;
}

function awaitedError(location: DatabaseLocation): string {
  return `${nameOfLocation(location)} has not answered yet; it is awaited`;
}

function toOpeningError(location: DatabaseLocation, error: unknown): Error {
  if (toDatabaseError(error) === null)
    return new Error(`DATABASE_URL: ${nameOfLocation(location)} cannot be used`, { cause: error });
  const text = `DATABASE_URL: ${nameOfLocation(location)} cannot be used: ${explain(error)}`;
  return new ConfigurationError(text, { cause: error });
}

/** What is wrong and what to do, with the database's own message. */
export function explain(error: unknown): string {
  const databaseError = toDatabaseError(error);
  return databaseError === null ? messageOf(error) : databaseErrorSentences(databaseError, messageOf(error));
}
