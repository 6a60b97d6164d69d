/**
 * The store draws its ids at random, and where two rows tie the database may order them by id. So that a run can be
 * replayed, the database holds names drawn from the run's own chance instead, and the program never notices.
 */

import type { Database, Row, SqlValue } from '../../src/store/database.ts';
import type { Chance } from './chance.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const MARK = '~';

export interface Names {
  /** Short and the same in every replay. */
  of(id: string): string;
  readonly database: Database;
}

export function withNames(database: Database, chance: Chance): Names {
  const names = new Map<string, string>();
  const ids = new Map<string, string>();
  const nameOf = (id: string): string => {
    const known = names.get(id);
    if (known !== undefined) return known;
    const name = `${MARK}${String(chance.between(100, 999))}-${String(names.size + 1)}`;
    names.set(id, name);
    ids.set(name, id);
    return name;
  };
  const hide = (value: SqlValue): SqlValue =>
    typeof value === 'string' && value.length === 36 && UUID.test(value) ? nameOf(value) : value;
  /** In place: each row was made for this answer alone. */
  const showRows = (rows: readonly Row[]): readonly Row[] => {
    for (const row of rows as readonly Record<string, unknown>[])
      for (const key in row) {
        const value = row[key];
        if (typeof value === 'string' && value.startsWith(MARK)) row[key] = ids.get(value) ?? value;
      }
    return rows;
  };
  return {
    of: (id) => names.get(id) ?? 'what was never stored',
    database: {
      query: async (sql, params) => showRows(await database.query(sql, params.map(hide))),
      batch: async (statements) => {
        const hidden = statements.map((statement) => ({ ...statement, params: statement.params.map(hide) }));
        const results = await database.batch(hidden);
        return results === null ? null : results.map(showRows);
      },
      close: () => database.close(),
    },
  };
}
