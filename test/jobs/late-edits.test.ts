import { describe, expect, it } from 'vitest';
import { createLateEdits, LANDS_WITHIN_MS } from '../../src/jobs/late-edits.ts';
import { HOUR, NOON, SECOND } from '../support/observations.ts';

describe('an edit of which nobody knows', () => {
  it('may land for a while, which is said once', () => {
    const lateEdits = createLateEdits();
    lateEdits.note('w', NOON);
    expect(lateEdits.take('other', NOON)).toBe(false);
    expect(lateEdits.take('w', NOON + LANDS_WITHIN_MS - 1)).toBe(true);
    expect(lateEdits.take('w', NOON + LANDS_WITHIN_MS - 1)).toBe(false);
  });

  it('has landed or was lost when that is over', () => {
    const lateEdits = createLateEdits();
    lateEdits.note('w', NOON);
    expect(lateEdits.take('w', NOON + LANDS_WITHIN_MS)).toBe(false);
  });

  it('counts from the last one', () => {
    const lateEdits = createLateEdits();
    lateEdits.note('w', NOON);
    lateEdits.note('w', NOON + 20 * SECOND);
    expect(lateEdits.take('w', NOON + 40 * SECOND)).toBe(true);
  });

  it('is of no concern after the clock jumped', () => {
    const lateEdits = createLateEdits();
    lateEdits.note('w', NOON);
    lateEdits.note('v', NOON - HOUR);
    expect(lateEdits.take('w', NOON - HOUR)).toBe(false);
    expect(lateEdits.take('v', NOON - HOUR)).toBe(true);
  });
});
