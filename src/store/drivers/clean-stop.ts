/**
 * Remembers how a clean stop left a file. A check for damage reads the whole file, which takes a second at some hundred
 * megabytes: a file that has not changed since needs none.
 */

import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { OWNER_ONLY } from './private-file.ts';

/** True once after each clean stop, unless the file has changed since. */
export function takeCleanStop(file: string): boolean {
  try {
    const left = readFileSync(markOf(file), 'utf8');
    // A process that is killed from now on leaves no mark.
    rmSync(markOf(file));
    return !isInUse(file) && left === describe(file);
  } catch {
    return false;
  }
}

/** To be called when no process has the file open. Without the mark the next start checks for damage. */
export function markCleanStop(file: string): void {
  if (isInUse(file)) return;
  try {
    rmSync(markOf(file), { force: true });
    writeFileSync(markOf(file), describe(file), { flag: 'wx', mode: OWNER_ONLY });
  } catch {
    // A folder that takes no new files.
  }
}

const markOf = (file: string): string => `${file}-clean`;

/** SQLite removes its write-ahead log with the last connection. */
function isInUse(file: string): boolean {
  return existsSync(`${file}-wal`);
}

function describe(file: string): string {
  const { size, mtimeNs, ino } = statSync(file, { bigint: true });
  return [size, mtimeNs, ino].join(' ');
}
