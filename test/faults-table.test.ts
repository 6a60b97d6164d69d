import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..');

interface Row {
  readonly what: string;
  readonly file: string;
  readonly test: string;
}

function readRows(): Row[] {
  const lines = readFileSync(join(ROOT, 'docs/faults.md'), 'utf8').split('\n');
  return lines.flatMap((line) => {
    const [, what = '', , , shown = ''] = line.split(' | ').length === 4 ? ['', ...line.split(' | ')] : [];
    const [, file, test] = /^`(test\/[^`]+)`: (.+?) \|$/.exec(shown) ?? [];
    return file === undefined || test === undefined ? [] : [{ what: what.replace(/^\| /, ''), file, test }];
  });
}

const rows = readRows();

it('has at least sixty faults, each once', () => {
  expect(rows.length).toBeGreaterThanOrEqual(60);
  expect(new Set(rows.map(({ what }) => what)).size).toBe(rows.length);
});

it('has no row that this test cannot read', () => {
  const lines = readFileSync(join(ROOT, 'docs/faults.md'), 'utf8').split('\n');
  const body = lines.filter((line) => line.startsWith('| ') && !line.startsWith('| what happens'));
  expect(rows).toHaveLength(body.length);
});

it.each(rows)('$what: $file has the test that shows it', ({ file, test }) => {
  expect(readFileSync(join(ROOT, file), 'utf8')).toContain(test);
});
