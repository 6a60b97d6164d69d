import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..');
const lines = readFileSync(join(ROOT, 'docs/security.md'), 'utf8').split('\n');

const rows = lines.flatMap((line) => {
  const [, promise, file, test] = /^\| (.+?) \| .+ \| `(test\/[^`]+)`: (.+?) \|$/.exec(line) ?? [];
  return promise === undefined || file === undefined || test === undefined ? [] : [{ promise, file, test }];
});

it('has promises, each once, and no row that this test cannot read', () => {
  const body = lines.filter((line) => line.startsWith('| ') && !line.startsWith('| promise'));
  expect(rows).toHaveLength(body.length);
  expect(rows.length).toBeGreaterThanOrEqual(20);
  expect(new Set(rows.map(({ promise }) => promise)).size).toBe(rows.length);
});

it.each(rows)('$promise: $file has the test that shows it', ({ file, test }) => {
  expect(readFileSync(join(ROOT, file), 'utf8')).toContain(test);
});
