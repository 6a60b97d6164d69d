import { describe, expect, it } from 'vitest';
import type { Report } from '../../src/scan/results/report.ts';
import type { Snapshot } from '../../src/scan/snapshot.ts';
import { NEW_TARGET } from '../../src/scan/state/target-state.ts';
import { imageErrorText, pipelineHints, pipelineText } from '../../src/views/pipeline.ts';
import { IMAGE, NOON, step } from '../support/observations.ts';

const FOUND = { critical: 1, high: 4, medium: 0, low: 0, compliance: 0 };
const report = (words: Partial<Report & { kind: 'image' }> = {}): Report => ({
  kind: 'image',
  findings: FOUND,
  before: null,
  error: '',
  ...words,
});
const over: Snapshot = {
  ...NEW_TARGET.snapshot,
  state: 'completed',
  scan: 1,
  discovery: step(1, 1),
  images: step(12, 12),
  startedAt: NOON,
  endedAt: NOON,
  evidence: 'reported',
};
// The Console has responded about it.
const input = (snapshot: Partial<Snapshot>, report: Report | null = null) => ({
  target: IMAGE,
  snapshot: { ...over, answeredAt: NOON, ...snapshot },
  report,
  now: NOON,
});

describe('a pipeline', () => {
  it('is told an end as the channel is', () => {
    expect(pipelineText(input({}, report()))).toBe(
      'alpine:3.16 · completed · tags 1/1 · images 12/12 · 1 critical · 4 high',
    );
    expect(pipelineHints(input({}, report()))).toEqual([]);
  });

  it.each<[string, Partial<Snapshot>, Report | null, RegExp]>([
    [
      'an image that could not be pulled',
      {},
      report({ findings: null, error: 'no such tag' }),
      /no such tag/,
    ],
    [
      'a scan that failed',
      { state: 'failed', images: step(0, 1, { error: 'No Defender' }) },
      null,
      /No Defender/,
    ],
    ['an end in which nothing was scanned', { images: step(0, 0) }, null, /nothing was scanned/],
    ['an end that nobody saw', { evidence: 'vanished' }, null, /its end was not seen/],
    [
      'an image outside the scope',
      { state: 'waiting', scope: 'outside' },
      null,
      /^Out of scope, it seems: no registry specification .* Registry settings in the Console/,
    ],
    ['a scan that nobody has started', { state: 'waiting' }, null, /reports no scan yet/],
    [
      'a scan that stands still',
      { state: 'stalled', movedAt: NOON - 600_000 },
      null,
      /^Stalled at 12\/12 images/,
    ],
    [
      'a Console out of reach',
      { state: 'unknown', failure: { cause: 'unreachable', detail: '', retryAfterMs: null } },
      null,
      /PRISMA_CONSOLE_URL/,
    ],
  ])('is told of %s what to know, in plain text', (_what, snapshot, report, text) => {
    const hints = pipelineHints(input(snapshot, report));
    expect(hints.join(' ')).toMatch(text);
    expect(hints.join(' ')).not.toMatch(/[`*]|&amp;|&lt;/);
  });

  it('gets two hundred characters of an error at most', () => {
    const error = 'x'.repeat(500);
    const [hint = ''] = pipelineHints(input({ state: 'failed', images: step(0, 1, { error }) }));
    expect(hint.match(/x/g)).toHaveLength(200);
  });

  it('gets no line of the Console that its log would obey', () => {
    const error = 'x\n::set-output name=a::b\r\u001b[31m';
    const hints = pipelineHints(input({ state: 'failed', images: step(0, 1, { error }) }));
    expect(hints.every((line) => !/[\p{Cc}]/u.test(line) && !line.startsWith('::'))).toBe(true);
  });

  it('is told what is wrong with an image in plain text', () => {
    const fault = { part: 'tag', reason: 'character', text: '<&>`', suggestion: null } as const;
    expect(imageErrorText(fault)).toMatch(/^The tag "<&>'" has a character .*For example: "alpine:3\.16"$/);
  });
});
