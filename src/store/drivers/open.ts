/** The database that the configuration names. */

import type { Database } from '../database.ts';
import { openSqlite } from './sqlite.ts';

export type DatabaseLocation =
  | { readonly kind: 'sqlite'; readonly file: string }
  /** `name` is the URL without user, password and options, for people to read. */
  | { readonly kind: 'postgres'; readonly url: string; readonly name: string };

/** `isToStay`: nothing about it is changed by opening it. Rejects with what toDatabaseError knows, and what the drivers throw. */
export async function openLocation(
  place: DatabaseLocation,
  options: { readonly isToStay?: boolean } = {},
): Promise<Database> {
  if (place.kind === 'sqlite') return openSqlite(place.file, options);
  // Loaded by those alone who use it.
  const { openPostgres } = await import('./postgres.ts');
  return openPostgres(place.url);
}

export function nameOfLocation(place: DatabaseLocation): string {
  return place.kind === 'sqlite' ? place.file : place.name;
}
