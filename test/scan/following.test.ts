import { describe, expect, it } from 'vitest';
import { follow, isNews } from '../../src/scan/following.ts';
import type { Standing } from '../../src/scan/watch.ts';
import { NEW_TARGET } from '../../src/scan/target-state.ts';
import { HOUR, MINUTE, NOON, SECOND } from '../support/observations.ts';

/** An end was read at noon, and the disk took it half an hour later. */
const RECORDED_AT = NOON + 30 * MINUTE;
const READ = {
  following: { watch: 'first', since: NOON - HOUR, baseline: NOON - HOUR },
  lastEndAt: NOON + 2 * SECOND,
  snapshot: { ...NEW_TARGET.snapshot, answeredAt: NOON },
};

/** Whether a result of so long after noon is news to the one who watches since the end was recorded. */
function isNewsTo(standing: Standing | null, afterNoonMs: number): boolean {
  const next = { id: 'next', createdAt: RECORDED_AT, queued: '', standing, boardId: null };
  const at = RECORDED_AT + 5 * SECOND;
  const following = follow(READ, [next], { at, consoleAt: at });
  const result = { scannedAt: NOON + afterNoonMs, error: '', findings: null };
  return isNews(
    { following, lastEndAt: READ.lastEndAt },
    { kind: 'answered', at, consoleAt: at, result, isOngoing: false },
  );
}

describe('the next watch of a subscription, made when an end is written down long after it was read', () => {
  const standing = { isShown: false, mayShow: true, afterScan: 1 };

  it('is owed what ended in between', () => {
    expect(isNewsTo(standing, 10 * MINUTE)).toBe(true);
  });

  it('is not owed the end that the one before it was told', () => {
    expect(isNewsTo(standing, -SECOND)).toBe(false);
  });

  it('is owed what no other watch is that was made then', () => {
    expect(isNewsTo(null, 10 * MINUTE)).toBe(false);
    expect(isNewsTo({ ...standing, afterScan: 0 }, 10 * MINUTE)).toBe(false);
    expect(isNewsTo(null, 31 * MINUTE)).toBe(true);
  });
});
