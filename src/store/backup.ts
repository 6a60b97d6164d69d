/**
 * A copy of the database while the bot writes to it, by SQLite's own online backup: complete, consistent, and looked at
 * before it takes the place of anything.
 */

import { existsSync, realpathSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { CorruptDatabaseError, MissingFolderError } from './fault.ts';
import { createPrivately } from './private-file.ts';

export interface Backup {
  readonly bytes: number;
  /** Number of the last migration in it. */
  readonly schema: number;
}

export class BackupExistsError extends Error {
  override readonly name = 'BackupExistsError';
}

class NoDatabaseError extends Error {
  override readonly name = 'NoDatabaseError';
}

class SameFileError extends Error {
  override readonly name = 'SameFileError';
}

/** All pages at once: written to by another process between two parts, SQLite would begin again each time. */
const ALL_PAGES = 2_147_483_647;

/** Rejects with what better-sqlite3 throws or one of the errors above; then `target` is as it was. */
export async function backUp(
  source: string,
  target: string,
  { isReplacing }: { isReplacing: boolean },
): Promise<Backup> {
  if (!existsSync(source)) throw new NoDatabaseError(`there is no ${source}`);
  if (!existsSync(dirname(target)))
    throw new MissingFolderError(`the directory does not exist: ${dirname(target)}`);
  if (isPartOf(source, target))
    throw new SameFileError(`${target} is the database itself or a part of it; name another file`);
  if (!isReplacing && existsSync(target)) throw new BackupExistsError(`${target} is there already`);
  const partial = `${target}.partial-${process.pid}`;
  try {
    createPrivately(partial);
    await copy(source, partial);
    const schema = check(partial);
    renameSync(partial, target);
    return { bytes: statSync(target).size, schema };
  } finally {
    for (const part of PARTS) rmSync(`${partial}${part}`, { force: true });
  }
}

const PARTS = ['', '-wal', '-shm', '-journal'];

/**
 * By any name. A bot that runs would go on writing to the file that a copy took the place of, and all that it writes
 * from then on would be gone with its end.
 */
function isPartOf(source: string, target: string): boolean {
  const database = realpathSync(source);
  return PARTS.some((part) => isSameFile(`${database}${part}`, target));
}

function isSameFile(one: string, other: string): boolean {
  // The log comes and goes: its place is not free while it is away.
  if (join(realpathSync(dirname(other)), basename(other)) === one) return true;
  const [first, second] = [one, other].map((path) => statSync(path, { bigint: true, throwIfNoEntry: false }));
  return first !== undefined && first.dev === second?.dev && first.ino === second.ino;
}

async function copy(source: string, partial: string): Promise<void> {
  const database = new BetterSqlite3(source, { readonly: true, fileMustExist: true, timeout: 10_000 });
  try {
    await database.backup(partial, { progress: () => ALL_PAGES });
  } finally {
    database.close();
  }
}

function check(partial: string): number {
  const database = new BetterSqlite3(partial, { fileMustExist: true });
  try {
    if (database.pragma('quick_check(1)', { simple: true }) !== 'ok') {
      throw new CorruptDatabaseError('the copy is damaged');
    }
    // A plain file of its own, without a log beside it.
    database.pragma('journal_mode = delete');
    return Number(database.prepare('select max(number) from migrations').pluck().get());
  } finally {
    database.close();
  }
}
