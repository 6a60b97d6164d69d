import { describe, expect, it } from 'vitest';
import type { Diagnosis, Standstill } from '../../src/scan/report.ts';
import { liveView } from '../../src/views/live.ts';
import { noticeView } from '../../src/views/notice.ts';
import { ALPINE, draw, HOUR, MINUTE, NOW, SCANNING, WAITING } from './support/samples.ts';

type Seen = NonNullable<Diagnosis['seen']>;

function notice(topic: 'stalled' | 'not-begun', diagnosis: Diagnosis | null): string {
  const snapshot = topic === 'stalled' ? SCANNING : WAITING;
  return draw(
    noticeView({ topic, target: ALPINE, snapshot, diagnosis, report: null, stallAfterMs: 10 * MINUTE }),
  );
}

function noCause(seen: Partial<Seen> = {}): Diagnosis {
  const all = { isDefenderConnected: true, areErrorsKnown: true, scope: 'inside', ...seen } as const;
  return { causes: [], isHidden: false, seen: all };
}

const PULL: Diagnosis = { ...noCause(), causes: [{ kind: 'console-error', error: 'Failed to pull' }] };
const OUTSIDE: Diagnosis = { ...noCause({ scope: 'outside' }), causes: [{ kind: 'out-of-scope' }] };

describe('a notice', () => {
  it.each<[string, 'stalled' | 'not-begun', Diagnosis | null, string]>([
    ['the likeliest cause', 'stalled', PULL, 'Most likely: the Console reports `Failed to pull`'],
    ['the scope as the cause', 'not-begun', OUTSIDE, 'Most likely: none of the Console’s registry spec'],
    [
      'that nothing shows',
      'stalled',
      noCause(),
      'no cause: a Defender is connected, no error is reported and the image’s registry is configured. It may go on',
    ],
    ['that it may begin yet', 'not-begun', noCause(), 'registry is configured. It may begin yet.'],
    [
      'that the scope is not known',
      'not-begun',
      noCause({ scope: 'unknown' }),
      'Perhaps the image is outside',
    ],
    [
      'only what was seen',
      'stalled',
      noCause({ isDefenderConnected: false, scope: 'unknown' }),
      'The Console shows no cause: no error is reported. It',
    ],
    ['nothing of what nobody saw', 'stalled', { causes: [], isHidden: false }, 'shows no cause. It may go'],
    ['that nothing is told', 'stalled', null, 'The Console does not tell why.'],
  ])('tells %s', (_, topic, diagnosis, line) => {
    expect(notice(topic, diagnosis)).toContain(line);
  });

  it('names five causes at most', () => {
    const causes = Array.from({ length: 7 }, (_, index) => ({
      kind: 'console-error' as const,
      error: `error ${index}`,
    }));
    expect(notice('stalled', { ...noCause(), causes }).match(/reports/g)).toHaveLength(5);
  });

  it.each([
    ['', '⚠️ `manifest unknown`'],
    ['no space left', '⚠️ `no space left`'],
  ])('of a failed scan tells its own error (%j), else that of its result', (error, line) => {
    const snapshot = { ...SCANNING, images: { ...SCANNING.images, error } };
    const report = { kind: 'image', findings: null, before: null, error: 'manifest unknown' } as const;
    const input = { target: ALPINE, snapshot, diagnosis: null, report, stallAfterMs: MINUTE };
    expect(
      draw(noticeView({ topic: 'failed', ...input }))
        .split('\n')
        .slice(1),
    ).toEqual([line]);
  });

  it('of a scan that is under way does not doubt its scope', () => {
    expect(notice('stalled', noCause({ scope: 'unknown' }))).not.toContain('outside');
  });
});

describe('the live message of a scan that stands still', () => {
  it.each<[string, Standstill | null, string]>([
    [
      'the same cause',
      { isTold: true, diagnosis: PULL },
      'Most likely: the Console reports `Failed to pull`',
    ],
    [
      'where it is told',
      { isTold: true, diagnosis: null },
      'What the Console tells of the cause is said below.',
    ],
    ['what to check', null, 'check that a Defender is connected'],
    ['what to check where none is told', { isTold: false, diagnosis: null }, 'check that a Defender'],
  ])('says %s', (_, standstill, line) => {
    const drawn = draw(
      liveView({
        watchId: 'w1',
        target: ALPINE,
        content: { snapshot: { ...SCANNING, state: 'stalled' }, end: null, stoppedBy: null },
        followers: ['U1'],
        consoleUrl: null,
        watchTtlMs: 24 * HOUR,
        requests: { startedBy: null, stoppedBy: null, askedBy: null },
        standstill,
        now: NOW,
      }),
    );
    expect(drawn).toContain(line);
    expect(/check that a Defender/.test(drawn)).toBe(standstill?.isTold !== true);
  });
});
