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

  const failure = { cause: 'unreachable', detail: '', retryAfterMs: null } as const;
  const failed = (error: string) => input({ state: 'failed', images: step(0, 1, { error }) });
  const unpulled = report({ findings: null, error: 'no such tag' });

  it.each([
    ['an image that could not be pulled', input({}, unpulled), /no such tag/],
    ['a scan that failed', failed('No Defender'), /No Defender/],
    ['an end in which nothing was scanned', input({ images: step(0, 0) }), /nothing was scanned/],
    ['an end that nobody saw', input({ evidence: 'vanished' }), /its end was not seen/],
    [
      'an image outside the scope',
      input({ state: 'waiting', scope: 'outside' }),
      /^Out of scope, it seems: no registry specification .* Registry settings in the Console/,
    ],
    ['a scan that nobody has started', input({ state: 'waiting' }), /reports no scan yet/],
    [
      'a scan that stands still',
      input({ state: 'stalled', movedAt: NOON - 600_000 }),
      /^Stalled at 12\/12 images since 2026-\d\d-\d\d 11:50:00 UTC$/,
    ],
    ['a Console out of reach', input({ state: 'unknown', failure }), /PRISMA_CONSOLE_URL/],
  ])('is told of %s what to know, in plain text', (_what, given, text) => {
    const hints = pipelineHints(given);
    expect(hints.join(' ')).toMatch(text);
    expect(hints.join(' ')).not.toMatch(/[`*]|&amp;|&lt;/);
  });

  it('gets two hundred characters of an error at most', () => {
    const [hint = ''] = pipelineHints(failed('x'.repeat(500)));
    expect(hint.match(/x/g)).toHaveLength(200);
  });

  it('gets no line of the Console that its log would obey', () => {
    const hints = pipelineHints(failed('x\n::set-output name=a::b\r\u001b[31m'));
    expect(hints.every((line) => !/[\p{Cc}]/u.test(line) && !line.startsWith('::'))).toBe(true);
  });

  it('is told what is wrong with an image in plain text', () => {
    const fault = { part: 'tag', reason: 'character', text: '<&>`', suggestion: null } as const;
    expect(imageErrorText(fault)).toMatch(/^The tag "<&>'" has a character .*For example: "alpine:3\.16"$/);
  });
});
