/** Temporary directories, removed after the test that uses them. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, onTestFinished } from 'vitest';

export interface Directory {
  readonly path: string;
  /** The path of an entry in it. */
  join(name: string): string;
}

/** A new directory for each test of the file or of the `describe` it is called in; gone after its `afterEach`. */
export function useDirectory(): Directory {
  let path = '';
  beforeEach(() => {
    path = createDirectory();
  });
  return {
    get path() {
      return path;
    },
    join: (name) => join(path, name),
  };
}

/** Within a test. */
export function createDirectory(): string {
  const path = mkdtempSync(join(tmpdir(), 'scanprogress-test-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true, maxRetries: 3 }));
  return path;
}
