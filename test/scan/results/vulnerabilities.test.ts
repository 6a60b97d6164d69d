import { describe, expect, it } from 'vitest';
import {
  changedCriticals,
  differenceById,
  type FixableVulnerability,
  keyOf,
  mergeActionItems,
  NO_VULNERABILITIES,
  selectActionItems,
} from '../../../src/scan/results/vulnerabilities.ts';

const keys = (critical: string[], high: string[] = []) => ({ ...NO_VULNERABILITIES, critical, high });
const none = { critical: 0, high: 0, medium: 0, low: 0 };

describe('the difference to the scan before', () => {
  it('is told by ids, severity by severity', () => {
    expect(differenceById(keys(['a', 'b'], ['d']), keys(['b', 'c'], ['d']))).toEqual({
      added: { ...none, critical: 1 },
      gone: { ...none, critical: 1 },
      unchanged: { ...none, critical: 1, high: 1 },
    });
  });

  it('names the critical ones that came and went, unless they are more than two hundred', () => {
    expect(changedCriticals(keys(['a', 'b']), keys(['b', 'c']))).toEqual({ added: ['a'], gone: ['c'] });
    const many = Array.from({ length: 200 }, (_, number) => `CVE-${number}`);
    expect(changedCriticals(keys(many), keys([]))?.added).toHaveLength(200);
    expect(changedCriticals(keys(many), keys(['a']))).toBeNull();
  });

  it('has as new what got worse', () => {
    expect(differenceById(keys(['a'], []), keys([], ['a']))).toEqual({
      added: { ...none, critical: 1 },
      gone: { ...none, high: 1 },
      unchanged: none,
    });
  });
});

function fixable(id: string, severity: FixableVulnerability['severity']): FixableVulnerability {
  return { id, severity, packageName: 'zlib', installed: '1', fixedIn: '2' };
}

describe('what to act on', () => {
  const all = [
    fixable('low', 'low'),
    fixable('old', 'critical'),
    fixable('new', 'critical'),
    fixable('h', 'high'),
  ];

  it('is the severest first, and of one severity the new ones', () => {
    const before = keys([keyOf(fixable('old', 'critical'))]);
    const items = selectActionItems(all, before);
    expect(items.map(({ id, isNew }) => `${id} ${String(isNew)}`)).toEqual([
      'new true',
      'old false',
      'h true',
      'low true',
    ]);
  });

  it('calls nothing new where the scan before is not known', () => {
    expect(new Set(selectActionItems(all, null).map(({ isNew }) => isNew))).toEqual(new Set([null]));
  });

  it('of several images is the severest first, and ten at most', () => {
    const item = (id: string, severity: FixableVulnerability['severity'], isNew: boolean) => ({
      ...fixable(id, severity),
      isNew,
    });
    const low = Array.from({ length: 9 }, (_, index) => item(`low${String(index)}`, 'low', true));
    const merged = mergeActionItems([...low, item('old', 'critical', false), item('new', 'critical', true)]);
    expect(merged.map(({ id }) => id)).toEqual(['new', 'old', ...low.slice(0, 8).map(({ id }) => id)]);
  });

  it('is ten at most', () => {
    const many = Array.from({ length: 40 }, (_, index) => fixable(`CVE-${String(index)}`, 'high'));
    expect(selectActionItems(many, null).map(({ id }) => id)).toEqual(many.slice(0, 10).map(({ id }) => id));
  });
});
