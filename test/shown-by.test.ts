import { describe, expect, it } from 'vitest';
import { allRows, readGuards, testOf } from './mutation/guards.ts';
import { readText } from './support/project.ts';
import { faultOf, readRows } from './support/shown-by.ts';

describe.each([
  ['docs/faults.md', 60],
  ['docs/security.md', 20],
])('%s', (document, atLeast) => {
  const { rows, unreadable } = readRows(document);

  it('has no row that cannot be read, and each once', () => {
    expect(unreadable).toEqual([]);
    expect(rows.length).toBeGreaterThanOrEqual(atLeast);
    expect(new Set(rows.map(({ what }) => what)).size).toBe(rows.length);
  });

  it.each(rows)('$what: $file has the test that shows it, and runs it', (row) => {
    expect(faultOf(row)).toBeNull();
  });
});

const named = allRows();

it('each row has a guard that the mutation runner takes out', () => {
  const guarded = readGuards().map(({ row }) => row);
  expect(named.filter(({ what }) => !guarded.includes(what))).toEqual([]);
});

it.each(readGuards())(
  'a guard in $file, which the mutation runner takes out, is there once, and so is its test',
  (guard) => {
    expect(readText(guard.file).split(guard.from)).toHaveLength(2);
    const test = testOf(guard, named);
    expect(test === null ? 'its row is gone' : faultOf({ what: '', ...test })).toBeNull();
  },
);
