/** Temporary directories, removed after the test that uses them. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, onTestFinished } from 'vitest';

/** The context of a test; `{ onTestFinished: afterAll }` for all tests of a file. */
export interface Test {
  readonly onTestFinished: (giveBack: () => void | Promise<void>) => void;
}

export interface Directory {
  readonly path: string;
  /** The path of an entry in it. */
  join(name: string): string;
}

/** For what outlives a test, or belongs to none: `close` gives all back, the latest first. */
export function createScope(): Test & { readonly close: () => Promise<void> } {
  const given: (() => void | Promise<void>)[] = [];
  return {
    onTestFinished: (giveBack) => void given.unshift(giveBack),
    close: async () => {
      for (const giveBack of given.splice(0)) await giveBack();
    },
  };
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

/** Within a test; a concurrent one says which. */
export function createDirectory(test: Test = { onTestFinished }): string {
  const path = mkdtempSync(join(tmpdir(), 'scanprogress-test-'));
  test.onTestFinished(() => rmSync(path, { recursive: true, force: true, maxRetries: 3 }));
  return path;
}
