/** Writes files readable by their owner only, atomically. */

import { closeSync, fsyncSync, linkSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';

/** Throws EEXIST where the file exists and must not be replaced. */
export function writePrivately(file: string, text: string, { isReplacing = false } = {}): void {
  // In the same folder: neither a link nor a rename crosses file systems.
  const draft = `${file}.${process.pid}.new`;
  try {
    // `wx` follows no link that another user has put there.
    const descriptor = openSync(draft, 'wx', 0o600);
    try {
      writeSync(descriptor, text);
      // Before it gets its name: after a power loss the file could be empty.
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    // Unlike a rename, a link never replaces an existing file.
    if (isReplacing) renameSync(draft, file);
    else linkSync(draft, file);
  } finally {
    rmSync(draft, { force: true });
  }
}
