/** What every part of the suite stands on: an empty database of its own per test, whatever it is made of. */

import { afterEach, beforeEach } from 'vitest';
import type { Database } from '../../../src/store/database.ts';

export interface OpenedDatabase {
  readonly database: Database;
  /** Another connection to the same database; the same one where there can be but one. */
  connect(): Promise<Database>;
  /** Closes every connection and leaves nothing behind. */
  remove(): Promise<void>;
}

/** `bare` has no table, `migrated` those of the program without a row. */
export type Shape = 'bare' | 'migrated';
export type OpenDatabase = (shape: Shape) => Promise<OpenedDatabase>;

/** To be read within a test only: each has its own. */
export interface Opened {
  readonly database: Database;
  connect(): Promise<Database>;
}

export function useEmpty(openDatabase: OpenDatabase, shape: Shape = 'bare'): Opened {
  let opened: OpenedDatabase | null = null;
  const current = (): OpenedDatabase => {
    if (opened === null) throw new Error('a database is there within a test only');
    return opened;
  };
  beforeEach(async () => {
    opened = await openDatabase(shape);
  });
  afterEach(async () => {
    await opened?.remove();
    opened = null;
  });
  return {
    get database() {
      return current().database;
    },
    connect: () => current().connect(),
  };
}

export function useMigrated(openDatabase: OpenDatabase): Opened {
  return useEmpty(openDatabase, 'migrated');
}
