import { describe, expect, it } from 'vitest';
import type { Diagnosis } from '../../../src/scan/results/report.ts';
import { noticeView } from '../../../src/views/messages/notice.ts';
import { ALPINE, draw, MINUTE, NOW, SCANNING, WAITING } from '../support/samples.ts';
import { drawn } from './scan-messages.ts';

type Seen = NonNullable<Diagnosis['seen']>;

const stalled = (diagnosis: Diagnosis | null): string =>
  draw(noticeView({ ...NOTICE, topic: 'stalled', snapshot: SCANNING, diagnosis }));
const notBegun = (diagnosis: Diagnosis): string =>
  draw(noticeView({ ...NOTICE, topic: 'not-begun', snapshot: WAITING, diagnosis }));

const NOTICE = {
  target: ALPINE,
  report: null,
  others: 3,
  isRescanOffered: true,
  now: NOW,
} as const;

function noCause(seen: Partial<Seen> = {}): Diagnosis {
  const all = { isDefenderConnected: true, areErrorsKnown: true, scope: 'inside', ...seen } as const;
  return { causes: [], isHidden: false, seen: all };
}

const PULL: Diagnosis = { ...noCause(), causes: [{ kind: 'console-error', error: 'Failed to pull' }] };
const UNKNOWN_SCOPE = noCause({ scope: 'unknown' });
const OUTSIDE: Diagnosis = { ...noCause({ scope: 'outside' }), causes: [{ kind: 'out-of-scope' }] };

describe('a notice', () => {
  it.each([
    [
      'the likeliest cause',
      () => stalled(PULL),
      'Console: `Failed to pull`. Check that the registry answers.',
    ],
    [
      'the scope as the cause',
      () => notBegun(OUTSIDE),
      'No registry specification of the Console seems to cover',
    ],
    [
      'that nothing shows',
      () => stalled(noCause()),
      'no cause: a Defender is connected, no error is reported and the image’s registry is configured. It may go on',
    ],
    ['that it may begin yet', () => notBegun(noCause()), 'registry is configured. It may begin yet.'],
    ['that the scope is not known', () => notBegun(UNKNOWN_SCOPE), 'Perhaps the image is outside'],
    [
      'only what was seen',
      () => stalled(noCause({ isDefenderConnected: false, scope: 'unknown' })),
      'The Console shows no cause: no error is reported. It',
    ],
    [
      'nothing of what nobody saw',
      () => stalled({ causes: [], isHidden: false }),
      'shows no cause. It may go',
    ],
    ['that nothing is told', () => stalled(null), 'The Console does not say why.'],
  ])('tells %s', (_, notice, line) => {
    expect(notice()).toContain(line);
  });

  it.each([
    [{ ...SCANNING, state: 'stalled', movedAt: NOW - 15 * MINUTE } as const, '7/12 since <!date^1767361702^'],
    [{ ...SCANNING, state: 'stalled', movedAt: null } as const, '7/12.\n'],
  ])('of a stall tells the time of the last progress, where that is known', (snapshot, words) => {
    expect(draw(noticeView({ ...NOTICE, topic: 'stalled', snapshot, diagnosis: null }))).toContain(words);
  });

  it('names five causes at most', () => {
    const toCause = (_: unknown, index: number) => ({ kind: 'console-error', error: `${index}` }) as const;
    const causes = Array.from({ length: 7 }, toCause);
    expect(stalled({ ...noCause(), causes }).match(/Console:/g)).toHaveLength(5);
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
    expect(stalled(UNKNOWN_SCOPE)).not.toContain('outside');
  });
});

describe('the live message of a scan that stands still', () => {
  const CHECK = 'check *Manage › Defenders*';
  it.each<[string, Diagnosis | null, string]>([
    ['the same cause', PULL, 'Console: `Failed to pull`. Check that the registry answers.'],
    ['what to check where nothing shows', noCause(), CHECK],
    ['what to check', null, CHECK],
  ])('says %s', (_, diagnosis, line) => {
    expect(drawn({ ...SCANNING, state: 'stalled' }, { diagnosis })).toContain(line);
  });
});

it('a notice of a failure without an error names none', () => {
  const snapshot = { ...SCANNING, state: 'failed' as const, endedAt: NOW };
  const text = draw(noticeView({ ...NOTICE, topic: 'failed', snapshot, diagnosis: null }));
  expect(text).toMatch(/\*failed\* after 12 min\. /);
});
