import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { errorLines, progressBlocks, progressText } from '../../../src/views/parts/progress.ts';
import { message } from '../../../src/views/kit/blocks.ts';
import { bar } from '../../../src/views/parts/steps.ts';
import { printDuration } from '../../../src/views/kit/duration.ts';
import * as any from '../support/arbitraries.ts';
import {
  ALPINE,
  COMPLETED,
  draw,
  HOUR,
  image,
  MINUTE,
  NOT_RUNNING,
  NOW,
  registry,
  REGULAR,
  SCANNING,
  SEVERAL,
  step,
} from '../support/samples.ts';

describe('the text of a progress message', () => {
  it.each([
    ['alpine:3.16 · scanning · tags 1/1 · images 7/12', ALPINE, SCANNING],
    ['alpine:3.16 · completed · tags 1/1 · images 12/12', ALPINE, COMPLETED],
    ['Registry scan · discovering · tags 9/19 · images 43/49', REGULAR, SEVERAL],
    [
      'ghcr.io/acme/api:1.4 · not running · tags 0/0 · images 0/0',
      image('ghcr.io/acme/api:1.4'),
      NOT_RUNNING,
    ],
    ['alpine:3.16 · unknown · tags 1/1 · images 7/12', ALPINE, { ...SCANNING, state: 'unknown' as const }],
    ['alpine:3.16 · scanning · tags 1/1 · images 3/3', ALPINE, { ...SCANNING, images: step(9, 3) }],
    ['alpine:3.16 · scanning · tags 1/1 · images 0/0', ALPINE, { ...SCANNING, images: step(NaN, -1) }],
  ])('is %s', (expected, target, snapshot) => {
    expect(progressText(target, snapshot)).toBe(expected);
  });

  it('never claims more than its total', () => {
    fc.assert(
      fc.property(any.snapshot, (snapshot) => {
        const counts = progressText(REGULAR, snapshot).matchAll(/(\d+)\/(\d+)/g);
        for (const [, scanned, total] of counts) expect(Number(scanned)).toBeLessThanOrEqual(Number(total));
      }),
    );
  });
});

describe('a message of trouble', () => {
  const failure = { cause: 'unavailable', detail: 'HTTP 503', retryAfterMs: null } as const;

  it.each([
    [
      'failed',
      { images: step(3, 8, { error: 'No available Defender was found' }) },
      'Check Manage › Defenders',
    ],
    ['failed', { images: step(3, 8, { error: 'manifest unknown' }) }, 'Check the tag'],
    ['unknown', { failure }, 'The bot tries again'],
    ['stalled', { movedAt: NOW - 12 * MINUTE }, 'If this goes on, check'],
  ] as const)('%s says what to do within the first hundred characters', (state, more, words) => {
    const snapshot = { ...SCANNING, ...more, state };
    const drawn = draw(message('', progressBlocks({ target: ALPINE, snapshot, now: NOW })));
    const read = drawn.replaceAll(/<!date[^|]*\|([^>]*)>/g, '$1').replaceAll(/[#*`]/g, '');
    expect(read.trim().slice(0, 100)).toContain(words);
  });
});

describe('a bar', () => {
  it.each([
    [0, 0, '░░░░░░░░░░'],
    [0, 12, '░░░░░░░░░░'],
    [1, 1_000, '█░░░░░░░░░'],
    [7, 12, '█████░░░░░'],
    [999, 1_000, '█████████░'],
    [12, 12, '██████████'],
    [20, 12, '██████████'],
  ])('of %i/%i is %s', (scanned, total, expected) => {
    expect(bar(step(scanned, total))).toBe(expected);
  });

  it('is always ten wide, full only when all is done and empty only when nothing is', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), (scanned, total) => {
        const drawn = bar(step(scanned, total));
        expect(drawn).toHaveLength(10);
        expect(!drawn.includes('░')).toBe(total > 0 && scanned >= total);
        expect(!drawn.includes('█')).toBe(scanned === 0 || total === 0);
      }),
    );
  });
});

describe('a duration', () => {
  it.each([
    [-5, '1 s'],
    [NaN, '1 s'],
    [45_900, '45 s'],
    [3 * MINUTE + 59_000, '3 min 59 s'],
    [3 * MINUTE, '3 min'],
    [HOUR + 30_000, '1 h'],
    [72 * MINUTE, '1 h 12 min'],
    [24 * HOUR, '24 h'],
    [47 * HOUR + 5 * MINUTE, '47 h 5 min'],
    [76 * HOUR, '3 d 4 h'],
    [500 * 24 * HOUR, '500 d'],
  ])('of %i ms is %s', (ms, expected) => {
    expect(printDuration(ms)).toBe(expected);
  });
});

it('a scan that the Console knows by another name says that name', () => {
  const foundAs = (name: string) => ({
    ...SCANNING,
    registries: SCANNING.registries.map((registry) => ({ ...registry, foundAs: name })),
  });
  const draw = (snapshot: typeof SCANNING) =>
    JSON.stringify(progressBlocks({ target: ALPINE, snapshot, now: 0 }));
  expect(draw(foundAs('alpine:3'))).toContain('The Console scans it as `alpine:3`.');
  // Without `library/` it is the name that people read.
  expect(draw(foundAs('alpine:3.16'))).not.toContain('scans it as');
  expect(draw(SCANNING)).not.toContain('scans it as');
});

it('why no more is known of a scan stands before its counts, which are shown from its first instant on', () => {
  const failure = { cause: 'timeout', detail: '', retryAfterMs: null } as const;
  const drawn = (more: object) =>
    draw(message('', progressBlocks({ target: ALPINE, snapshot: { ...SCANNING, ...more }, now: NOW })));
  expect(drawn({ state: 'unknown', failure })).toMatchInlineSnapshot(`
    "# ❔ alpine:3.16
    *Unknown*: the Console did not answer in time
    It may be busy, and the bot tries again. If this goes on, check the Console’s load.
    Tags *1/1*  \`██████████\`
    Images *7/12*  \`█████░░░░░\`
    These counts are from <!date^1767362602^{date_short_pretty} {time}|2026-01-02 14:03:22 UTC>."
  `);
  expect(drawn({ failure })).not.toContain('in time');
  expect(drawn({ state: 'unknown', failure: null })).toMatch(/\nThese counts are from <!date[^>]*>\.$/);
  expect(drawn({ discovery: step(0, 0), images: step(0, 0) })).toMatchInlineSnapshot(`
    "# 🔵 alpine:3.16
    *Scanning images* · 12 min
    Tags *not known yet*
    Images *not known yet*"
  `);
  const finished = { ...SEVERAL.registries[1]!, images: step(1, 40) };
  const undiscovered = { ...SEVERAL.registries[1]!, discovery: step(1, 6) };
  const lines = drawn({ registries: [finished, undiscovered] });
  expect(lines).toContain('▫️ ghcr.io · tags 6/6 · images 1/40');
  expect(lines).toContain('▫️ ghcr.io · tags 1/6 · images 40/40');
});

it('registries stand in the Console’s order while all fit, otherwise failed ones first', () => {
  const drawnOf = (count: number) => {
    const all = Array.from({ length: count }, (_, index) =>
      registry(`r${index}`, [step(1, 1), step(0, 1, { error: index === 1 ? 'denied' : '' })]),
    );
    const snapshot = { ...SCANNING, registries: all };
    return draw(message('', progressBlocks({ target: REGULAR, snapshot, now: NOW })));
  };
  const firstOf = (count: number) => /(?:🔹|⚠️) (r\d+) ·/u.exec(drawnOf(count))?.[1];
  const most = [...Array(40).keys()].findLast((count) => !/and \d+ more/.test(drawnOf(count))) ?? 0;
  expect([firstOf(most), firstOf(most + 1)]).toEqual(['r0', 'r1']);
});

describe('the errors of a scan', () => {
  const withErrors = (errors: readonly string[]) => ({
    ...SCANNING,
    registries: errors.map((error, index) => registry(`r${index}`, [step(1, 1), step(0, 1, { error })])),
  });
  const all = Array.from({ length: 9 }, (_, index) => `error ${index}`);

  it.each([
    [3, ['⚠️ `r0` `error 0`', '⚠️ `r1` `error 1`', '⚠️ `r2` `error 2`']],
    [9, ['⚠️ `r0` `error 0`', '⚠️ `r1` `error 1`', '⚠️ `r2` `error 2`', 'and 6 more']],
  ])('of %i parts are shown or counted', (count, lines) => {
    expect(errorLines(withErrors(all.slice(0, count)))).toEqual(lines);
  });

  it('name their registry where there are several', () => {
    expect(errorLines(withErrors(['a']))).toEqual(['⚠️ `a`']);
    expect(errorLines(withErrors(['a', 'b']), ['b'])).toEqual(['⚠️ `r0` `a`']);
  });
});

it.each([
  ['one that the Console no longer shows', {}, true],
  ['none that was seen', { scan: 0 }, false],
  ['one that has ended', { endedAt: NOW }, false],
])('a result is waited for of %s', (_, more, expected) => {
  const snapshot = { ...SCANNING, emptyAnswers: 5, ...more };
  const drawn = draw(message('', progressBlocks({ target: ALPINE, snapshot, now: NOW })));
  expect(drawn.includes('waiting for its result')).toBe(expected);
});
