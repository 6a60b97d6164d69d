/** Files of the project, each by its path from the root, and what a pattern finds in them. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export const ROOT = join(import.meta.dirname, '../..');

export function readText(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8');
}

export function readJson(file: string): unknown {
  return JSON.parse(readText(file));
}

/** What the first group of the pattern holds, of each match. */
export function captures(text: string, pattern: RegExp): string[] {
  return Array.from(text.matchAll(pattern), ([, first = '']) => first);
}
