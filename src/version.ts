import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { pathInRoot } from './root.ts';

export function readVersion(): string {
  return z.object({ version: z.string() }).parse(JSON.parse(readFileSync(pathInRoot('package.json'), 'utf8')))
    .version;
}
