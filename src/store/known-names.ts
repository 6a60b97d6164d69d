/** Names of images that the Console's results have shown, without registry and tag: such a word is an image. */

import * as z from 'zod';
import type { Database } from './database.ts';
import { bulk, chunk, join, sql } from './sql.ts';

const DAY_MS = 86_400_000;

/** `now` is epoch ms. Costs no row more than once a day. */
export async function rememberNames(
  database: Database,
  names: readonly string[],
  now: number,
): Promise<void> {
  // Sorted, so that replicas that remember the same names wait for each other in order.
  const pieces = chunk([...new Set(names)].toSorted());
  await database.batch(
    pieces.map(
      (piece) => sql`insert into known_names (name, seen_at) values ${bulk(piece.map((name) => [name, now]))}
        on conflict (name) do update set seen_at = excluded.seen_at where known_names.seen_at < ${now - DAY_MS}`,
    ),
  );
}

const rows = z.array(z.object({ name: z.string() }));

/** Those of `names` that a result has shown. */
export async function knownNames(database: Database, names: readonly string[]): Promise<readonly string[]> {
  if (names.length === 0) return [];
  const found = sql`select name from known_names where name in (${join(names)})`;
  return rows.parse(await database.query(found)).map(({ name }) => name);
}
