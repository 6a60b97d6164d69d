/** Files for their owner alone: whole, or not at all. */

import { closeSync, fsyncSync, linkSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';

/** Throws EEXIST where the file is there and is not to be replaced. */
export function writePrivately(file: string, text: string, { isReplacing = false } = {}): void {
  const draft = `${file}.${process.pid}.new`;
  try {
    const descriptor = openSync(draft, 'wx', 0o600);
    try {
      writeSync(descriptor, text);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    // A link, unlike a rename, never takes the place of what is there.
    if (isReplacing) renameSync(draft, file);
    else linkSync(draft, file);
  } finally {
    rmSync(draft, { force: true });
  }
}
