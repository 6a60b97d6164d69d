/**
 * The store generates random ids, and where two rows tie the database may order them by id. So that a run can be
 * replayed, `randomUUID` takes them from the run's own random source while it is played.
 */

import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import type { Database } from '../../src/store/database.ts';
import type { Random } from './random.ts';

export interface Names {
  /** Short and the same in every replay. */
  of(id: string): string;
  readonly database: Database;
}

let draw: (() => crypto.UUID) | null = null;
const { randomUUID } = crypto;
crypto.randomUUID = (options) => (draw === null ? randomUUID(options) : draw());
// Modules that imported it by name get this one from here on.
syncBuiltinESMExports();

/** Ids come from `random` until `endDrawing`. */
export function beginDrawing(random: Random): void {
  draw = () => drawId(random);
}

export function endDrawing(): void {
  draw = null;
}

function drawId({ next }: Random): crypto.UUID {
  const digits = (): string =>
    Math.floor(next() * 2 ** 32)
      .toString(16)
      .padStart(8, '0');
  const [a, b, c, d] = [digits(), digits(), digits(), digits()];
  return `${a}-${b.slice(0, 4)}-4${b.slice(5)}-8${c.slice(1, 4)}-${c.slice(4)}${d}`;
}

/** Enough to tell those of a run apart: the first letters of some are their time. */
export function shortName(id: string): string {
  return id.slice(-8);
}
