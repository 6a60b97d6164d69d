/** Names of images that the Console's results have shown, without registry and tag: such a word is an image. */

import * as z from 'zod';
import type { ImageReference } from '../image/reference.ts';
import type { Database, Row } from './database.ts';
import { bulk, chunk, join, sql } from './sql.ts';
import { type KnownTo, parseTarget } from './targets.ts';

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

/** More are not compared with what a person typed. */
const COMPARED_MAX = 2_000;

/** Those that begin with the same letter; which ones of too many is arbitrary. */
export async function namesLike(database: Database, name: string): Promise<readonly string[]> {
  const first = name.slice(0, 1);
  const found = sql`select name from known_names where name >= ${first} and name < ${`${first}zzzz`}
    limit ${COMPARED_MAX}`;
  return rows.parse(await database.query(found)).map(({ name }) => name);
}

/** Images that a conversation watches or subscribes to, or that a person has watched anywhere; null for no person. */
export async function imagesKnownTo(
  database: Database,
  { channel, userId }: KnownTo,
): Promise<readonly ImageReference[]> {
  const known = await database.query(
    sql`select t.reference from targets t where t.reference is not null and t.number in (
        select w.target_number from watches w where w.channel = ${channel} and w.state = 'active'
        union select w.target_number from followers f join watches w on w.id = f.watch_id where f.user_id = ${userId})
      union select t.reference from targets t where t.reference is not null and t.id in (
        select s.target_id from subscriptions s where s.channel = ${channel} and s.state <> 'ended')
      limit ${COMPARED_MAX}`,
  );
  return known.flatMap(toImage);
}

/** Images that the person has watched there, also before; the latest first. */
export async function imagesWatchedBefore(
  database: Database,
  { channel, userId }: { readonly channel: string; readonly userId: string },
): Promise<readonly ImageReference[]> {
  const watched = await database.query(
    sql`select t.reference from followers f join watches w on w.id = f.watch_id
      join targets t on t.number = w.target_number
      where f.user_id = ${userId} and w.channel = ${channel} and t.reference is not null
      order by w.created_at desc, w.id desc limit ${COMPARED_MAX}`,
  );
  return watched.flatMap(toImage);
}

function toImage({ reference }: Row): readonly ImageReference[] {
  const target = parseTarget(String(reference));
  return target.kind === 'image' ? [target.reference] : [];
}
