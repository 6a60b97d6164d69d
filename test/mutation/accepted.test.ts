import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readAccepted } from './accepted.ts';
import { ROOT } from './job.ts';
import { findMutants } from './mutators.ts';

it.each(Object.entries(readAccepted()))('%s has the mutants that survivors.yaml names', (file, reasons) => {
  const path = join(ROOT, file);
  const mutants = existsSync(path) ? findMutants(file, readFileSync(path, 'utf8')) : [];
  const names = new Set(mutants.map(({ name }) => name));
  expect(Object.keys(reasons).filter((name) => !names.has(name))).toEqual([]);
});
