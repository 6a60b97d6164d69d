/** Unknown variables that look like misspelled known ones. */

import { distance } from 'fastest-levenshtein';
import type { Environment } from './secret-files.ts';

/** With more typos it is a different word. */
const MAX_TYPOS = 2;
/** `PORT` is as close to `SORT` as to `PROT`. */
const SHORTEST = 8;

/** One sentence each, ordered by name. `known`: names of all variables. */
export function misspelledNames(env: Environment, known: readonly string[]): readonly string[] {
  return Object.keys(env)
    .filter((name) => !known.includes(name))
    .sort()
    .flatMap((name) => {
      const meant = meantBy(name, known);
      return meant === null ? [] : [`${name} is no variable of the bot: did you mean ${meant}?`];
    });
}

function meantBy(name: string, known: readonly string[]): string | null {
  const spelled = name.toUpperCase();
  const near = known
    .filter((one) => one.length >= SHORTEST)
    .map((one) => ({ one, typos: distance(spelled, one) }))
    .filter(({ one, typos }) => typos <= MAX_TYPOS || isBeginning(spelled, one))
    .toSorted((a, b) => a.typos - b.typos);
  return near[0]?.one ?? null;
}

/** `PRISMA_USER` for `PRISMA_USERNAME`; but not `SLACK`. */
function isBeginning(name: string, known: string): boolean {
  return known.startsWith(name) && name.length >= SHORTEST && name.includes('_');
}
