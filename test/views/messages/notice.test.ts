import { describe, expect, it } from 'vitest';
import type { Diagnosis, StallInfo } from '../../../src/scan/results/report.ts';
import { liveView } from '../../../src/views/messages/live.ts';
import { noticeView } from '../../../src/views/messages/notice.ts';
import { ALPINE, draw, HOUR, MINUTE, NOW, SCANNING, WAITING } from '../support/samples.ts';

type Seen = NonNullable<Diagnosis['seen']>;

function notice(topic: 'stalled' | 'not-begun', diagnosis: Diagnosis | null): string {
  const snapshot = topic === 'stalled' ? SCANNING : WAITING;
  return draw(noticeView({ ...NOTICE, topic, snapshot, diagnosis }));
}

const NOTICE = {
  target: ALPINE,
  report: null,
  stallAfterMs: 10 * MINUTE,
  others: 3,
  isRescanOffered: true,
  now: NOW,
} as const;

function noCause(seen: Partial<Seen> = {}): Diagnosis {
  const all = { isDefenderConnected: true, areErrorsKnown: true, scope: 'inside', ...seen } as const;
  return { causes: [], isHidden: false, seen: all };
}

const PULL: Diagnosis = { ...noCause(), causes: [{ kind: 'console-error', error: 'Failed to pull' }] };
const OUTSIDE: Diagnosis = { ...noCause({ scope: 'outside' }), causes: [{ kind: 'out-of-scope' }] };

describe('a notice', () => {
  it.each<[string, 'stalled' | 'not-begun', Diagnosis | null, string]>([
    ['the likeliest cause', 'stalled', PULL, 'Console: `Failed to pull`. Check that the registry answers.'],
    [
      'the scope as the cause',
      'not-begun',
      OUTSIDE,
      'No registry specification of the Console seems to cover',
    ],
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
    ['that nothing is told', 'stalled', null, 'The Console does not say why.'],
  ])('tells %s', (_, topic, diagnosis, line) => {
    expect(notice(topic, diagnosis)).toContain(line);
  });

  it('names five causes at most', () => {
    const causes = Array.from({ length: 7 }, (_, index) => ({
      kind: 'console-error' as const,
      error: `error ${index}`,
    }));
    expect(notice('stalled', { ...noCause(), causes }).match(/Console:/g)).toHaveLength(5);
  });

  it.each([
    [
      '',
      3,
      '`manifest unknown`. Check the tag, and the registry’s credentials in the Console, then scan again. The other 3 go on.',
    ],
    [
      'No available Defender',
      1,
      '`No available Defender`. Check *Manage › Defenders*, then scan again. The other one goes on.',
    ],
  ])('of a failed scan (%j) says what happened and what to check in one sentence', (error, others, words) => {
    const snapshot = { ...SCANNING, images: { ...SCANNING.images, error } };
    const report = { kind: 'image', findings: null, before: null, error: 'manifest unknown' } as const;
    const view = noticeView({ ...NOTICE, topic: 'failed', snapshot, diagnosis: null, report, others });
    expect(draw(view)).toBe(`❌ \`alpine:3.16\` *failed* after 12 min: ${words}\n[Scan again]`);
  });

  it('of a scan that is under way does not doubt its scope', () => {
    expect(notice('stalled', noCause({ scope: 'unknown' }))).not.toContain('outside');
  });
});

describe('the live message of a scan that stands still', () => {
  it.each<[string, StallInfo | null, string]>([
    [
      'the same cause',
      { shouldNotify: true, diagnosis: PULL },
      'Console: `Failed to pull`. Check that the registry answers.',
    ],
    [
      'what to check where nothing shows',
      { shouldNotify: true, diagnosis: null },
      'check *Manage › Defenders*',
    ],
    ['what to check', null, 'check *Manage › Defenders*'],
  ])('says %s', (_, stall, line) => {
    const drawn = draw(
      liveView({
        watchId: 'w1',
        target: ALPINE,
        content: { snapshot: { ...SCANNING, state: 'stalled' }, end: null, stoppedBy: null },
        followers: ['U1'],
        consoleUrl: null,
        watchTtlMs: 24 * HOUR,
        requests: { startedBy: null, stoppedBy: null, requestedBy: null },
        stall,
        now: NOW,
      }),
    );
    expect(drawn).toContain(line);
  });
});

it('a notice of a failure without an error names none', () => {
  const snapshot = { ...SCANNING, state: 'failed' as const, endedAt: NOW };
  const text = draw(noticeView({ ...NOTICE, topic: 'failed', snapshot, diagnosis: null }));
  expect(text).toMatch(/\*failed\* after 12 min\. /);
});
