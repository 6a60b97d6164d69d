/** Opens the configured database; `pg` is loaded only for PostgreSQL. */

import type { Database } from '../database.ts';
import { openSqlite } from './sqlite.ts';

export type DatabaseLocation =
  | { readonly kind: 'sqlite'; readonly file: string }
  /** `name`: the URL without user, password and options, for people to read. */
  | { readonly kind: 'postgres'; readonly url: string; readonly name: string };

/** `isToStay`: opening changes nothing. Rejects with errors that toDatabaseError knows, or those of the drivers. */
export async function openLocation(
  location: DatabaseLocation,
  options: { readonly isToStay?: boolean } = {},
): Promise<Database> {
  if (location.kind === 'sqlite') return openSqlite(location.file, options);
  const { openPostgres } = await import('./postgres.ts');
  return openPostgres(location.url);
}

export function nameOfLocation(location: DatabaseLocation): string {
  return location.kind === 'sqlite' ? location.file : location.name;
}
