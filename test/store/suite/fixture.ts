/** What every part of the suite stands on: an empty database of its own per test, whatever it is made of. */

import { beforeEach, describe, expect } from 'vitest';
import type { Database } from '../../../src/store/database.ts';
import { sql } from '../../../src/store/sql.ts';
import { type Store, toStore } from './store.ts';

export type { Store } from './store.ts';

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

export type Suite = (openDatabase: OpenDatabase) => void;

/** Tests with a database of its own each, which has no rows yet. */
export function suite(name: string, tests: (store: Store) => void): Suite {
  return (openDatabase) => describe(name, () => tests(useStore(openDatabase, 'migrated')));
}

export function bareSuite(name: string, tests: (store: Store) => void): Suite {
  return (openDatabase) => describe(name, () => tests(useStore(openDatabase, 'bare')));
}

export function suites(...parts: readonly Suite[]): Suite {
  return (openDatabase) => parts.forEach((part) => part(openDatabase));
}

/** Rows that no test may leave behind, whatever it does: each column of an end or a lease is written with the others. */
const BROKEN = sql`
  select 'lease' as what, id, state from deliveries where state not in ('sending', 'ambiguous') and lease_owner is not null
  union all select 'half a lease', id, state from deliveries where (lease_owner is null) <> (lease_until is null)
  union all select 'settlement', id, state from deliveries
    where state in ('sent', 'given-up', 'withheld') and settled_at is null
  union all select 'error', id, state from deliveries where state = 'sent' and error is not null
  union all select 'half a lease', id, '' from targets where (lease_owner is null) <> (lease_until is null)
  union all select 'end', id, state from watches where (state = 'active') <> (ended_at is null)
  union all select 'end', id, state from messages where (state = 'active') <> (ended_at is null)
  union all select 'end', id, state from waits where (state = 'waiting') <> (ended_at is null)`;

/** To be used within a test only: each has its own. */
function useStore(openDatabase: OpenDatabase, shape: Shape): Store {
  let opened: OpenedDatabase | null = null;
  const current = (): OpenedDatabase => {
    if (opened === null) throw new Error('a database is there within a test only');
    return opened;
  };
  beforeEach(async () => {
    opened = await openDatabase(shape);
    return async () => {
      try {
        if (shape !== 'bare') expect(await opened?.database.query(BROKEN)).toEqual([]);
      } finally {
        await opened?.remove();
        opened = null;
      }
    };
  });
  return toStore(
    () => current().database,
    () => current().connect(),
  );
}
