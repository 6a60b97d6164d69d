import { describe, expect, it } from 'vitest';
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
