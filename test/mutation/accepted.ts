/** survivors.yaml: mutants that no test needs to notice, with the reason. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

/** File → name of the mutant → reason. */
const schema = z.record(z.string(), z.record(z.string(), z.string().min(10)));
export type Accepted = z.infer<typeof schema>;

export function readAccepted(): Accepted {
  return schema.parse(parse(readFileSync(join(import.meta.dirname, 'survivors.yaml'), 'utf8')) ?? {});
}
