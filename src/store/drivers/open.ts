/** Opens the configured database. */

import type { Database } from '../database.ts';
import { openSqlite } from './sqlite.ts';

export type DatabaseLocation =
  | { readonly kind: 'sqlite'; readonly file: string }
  /** `name`: the URL without user, password and options, for people to read. */
  | { readonly kind: 'postgres'; readonly url: string; readonly name: string };

/** `isToStay`: opening changes nothing. Rejects with errors that toDatabaseError knows, or those of the drivers. */
export async function openLocation(
  place: DatabaseLocation,
  options: { readonly isToStay?: boolean } = {},
): Promise<Database> {
  if (place.kind === 'sqlite') return openSqlite(place.file, options);
  // Loaded only where it is used.
  const { openPostgres } = await import('./postgres.ts');
  return openPostgres(place.url);
}

export function nameOfLocation(place: DatabaseLocation): string {
  return place.kind === 'sqlite' ? place.file : place.name;
}
