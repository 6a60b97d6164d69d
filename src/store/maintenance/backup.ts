/**
 * Copies the database while the bot writes to it, with VACUUM INTO. The copy is complete, consistent and checked before
 * it replaces anything.
 */

import { randomUUID } from 'node:crypto';
import {
  closeSync,
  existsSync,
  lstatSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { codeOf } from '../../errors.ts';
import { CorruptDatabaseError } from '../drivers/errors.ts';
import { OWNER_ONLY } from '../drivers/private-file.ts';

export interface Backup {
  readonly bytes: number;
  /** Number of its last migration. */
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

/** The copy cannot be written to its destination; the database itself is fine. */
class TargetError extends Error {
  override readonly name = 'TargetError';
}

/**
 * Throws errors of better-sqlite3 or those above; then `target` is unchanged, except for a log that its last user left.
 */
export function backUp(source: string, target: string, { isReplacing }: { isReplacing: boolean }): Backup {
  checkLocations(source, target, isReplacing);
  // An unpredictable name: another user of the folder could have put a link there.
  const partial = `${target}.partial-${randomUUID()}`;
  try {
    createExclusively(partial);
    copy(source, partial);
    const schema = check(partial, source);
    if (!isReplacing) claim(target);
    // SQLite would replay an old log into the new file.
    for (const part of LOGS) rmSync(`${target}${part}`, { force: true });
    renameSync(partial, target);
    return { bytes: statSync(target).size, schema };
  } catch (error) {
    throw toTargetError(target, error) ?? error;
  } finally {
    for (const part of PARTS) rmSync(`${partial}${part}`, { force: true });
  }
}

/** Fails where the name exists, also as a link. */
function createExclusively(file: string): void {
  closeSync(openSync(file, 'wx', OWNER_ONLY));
}

/** Reserves the name: a file created there meanwhile is not replaced. */
function claim(target: string): void {
  try {
    createExclusively(target);
  } catch (error) {
    if (codeOf(error) === 'EEXIST') throw new BackupExistsError(`${target} is there already`);
    throw error;
  }
}

const LOGS = ['-wal', '-shm', '-journal'];
const PARTS = ['', ...LOGS];

function checkLocations(source: string, target: string, isReplacing: boolean): void {
  if (!existsSync(source)) throw new NoDatabaseError(`there is no ${source}`);
  const folder = dirname(target);
  if (!existsSync(folder))
    throw new TargetError(`the folder of the copy, ${folder}, does not exist: make it, or name another file`);
  if (statSync(target, { throwIfNoEntry: false })?.isDirectory() === true)
    throw new TargetError(`${target} is a folder: name a file`);
  if (isPartOf(source, target) || LOGS.some((part) => isSameFile(`${target}${part}`, source)))
    throw new SameFileError(`${target} is the database itself or a part of it; name another file`);
  // A dangling link exists, too.
  if (!isReplacing && lstatSync(target, { throwIfNoEntry: false }) !== undefined)
    throw new BackupExistsError(`${target} is there already`);
}

/** The source is only read, so a write error is about the copy. null for errors about neither. */
function toTargetError(target: string, error: unknown): TargetError | null {
  const code = codeOf(error);
  if (/^(?:SQLITE_FULL|ENOSPC)/.test(code))
    return new TargetError(`the disk of the copy is full: make room for ${target}, or name a file elsewhere`);
  if (/^(?:SQLITE_(?:READONLY|PERM|IOERR_WRITE|IOERR_TRUNCATE)|EACCES|EPERM|EROFS)/.test(code))
    return new TargetError(
      `${target} cannot be written (${code}): check the rights and the disk of its folder`,
    );
  return null;
}

/** By any name. A running bot would go on writing to the replaced file, and lose all of it at its end. */
function isPartOf(source: string, target: string): boolean {
  const database = realpathSync(source);
  return PARTS.some((part) => isSameFile(`${database}${part}`, target));
}

function isSameFile(path: string, other: string): boolean {
  // The log file comes and goes: its name is reserved even while it is missing.
  if (join(realpathSync(dirname(other)), basename(other)) === path) return true;
  const [first, second] = [path, other].map((file) =>
    statSync(file, { bigint: true, throwIfNoEntry: false }),
  );
  return first !== undefined && first.dev === second?.dev && first.ino === second.ino;
}

function copy(source: string, partial: string): void {
  const database = new BetterSqlite3(source, { readonly: true, fileMustExist: true, timeout: 10_000 });
  try {
    database.prepare('vacuum into ?').run(partial);
  } finally {
    database.close();
  }
}

/** Returns the number of the last migration. */
function check(partial: string, source: string): number {
  const database = new BetterSqlite3(partial, { readonly: true });
  try {
    if (database.pragma('quick_check(1)', { simple: true }) !== 'ok')
      throw new CorruptDatabaseError('the copy is damaged');
    const isBots = database.prepare(`select 1 from sqlite_master where name = 'migrations'`).get();
    if (isBots === undefined)
      throw new NoDatabaseError(
        `${source} is no database of the bot, or an empty one: check the name of the file`,
      );
    return Number(database.prepare('select max(number) from migrations').pluck().get());
  } finally {
    database.close();
  }
}
