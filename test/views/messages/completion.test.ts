import { describe, expect, it } from 'vitest';
import { completion } from './scan-messages.ts';
import {
  ALPINE,
  COMPLETED,
  draw,
  FOUND,
  NOW,
  registry,
  REGULAR,
  SEVERAL,
  step,
  WAITING,
} from '../support/samples.ts';

const drawn = (...input: Parameters<typeof completion>) => draw(completion(...input));

const ended = { ...SEVERAL, endedAt: NOW, evidence: 'reported' } as const;
const FAILED = { ...ended, state: 'failed' } as const;
const STOPPED = { ...ended, state: 'stopped' } as const;
const EXPIRED = { end: 'expired' } as const;

describe('the completion', () => {
  it.each([
    ['alpine:3.16 · completed · tags 1/1 · images 12/12 · <@U1>, <@U2>', completion(ALPINE, COMPLETED)],
    ['Registry scan · failed · tags 9/19 · images 43/49 · <@U1>, <@U2>', completion(REGULAR, FAILED)],
    ['Registry scan · stopped · tags 9/19 · images 43/49 · <@U1>, <@U2>', completion(REGULAR, STOPPED)],
    [
      'alpine:3.16 · not running · tags 0/0 · images 0/0 · <@U1>, <@U2>',
      completion(ALPINE, WAITING, EXPIRED),
    ],
  ])('begins with the public form: %s', (expected, message) => {
    expect(message.text).toBe(expected);
  });

  it('says what was found in its text and second line, without a green tick where that is critical', () => {
    const { text, blocks } = completion(ALPINE, COMPLETED, { report: FOUND });
    expect(text).toBe(
      'alpine:3.16 · completed · tags 1/1 · images 12/12 · 1 critical · 4 high · <@U1>, <@U2>',
    );
    expect(draw({ blocks })).toMatch(
      /^🟠 `alpine:3.16` \*completed\* in 12 min\n\*1 critical\* · 4 high\nSince the scan before: \*1 more critical\*\n/,
    );
  });

  it.each([
    ['none', 0, ''],
    ['three', 3, ' · 3 critical · 6 high'],
    ['as many as are read', 10, ' · at least 10 critical · 20 high'],
  ])('says in its text what the worst images have, where they are %s', (_, count, found) => {
    const findings = { critical: 1, high: 2, medium: 0, low: 0, compliance: 0 };
    const worst = Array.from({ length: count }, (__, index) => ({ name: `app:${index}`, findings }));
    const report = { kind: 'regular', errors: [], failed: [], specifications: null, worst } as const;
    const snapshot = { ...ended, state: 'completed' } as const;
    const { text } = completion(REGULAR, snapshot, { report, mayMention: false });
    expect(text).toBe(`Registry scan · completed · tags 9/19 · images 43/49${found}`);
  });

  it('mentions sixty people', () => {
    const followers = Array.from({ length: 61 }, (_, index) => `U${index + 1}`);
    expect(completion(ALPINE, COMPLETED, { followers }).text).toContain('<@U60> and 1 more');
  });

  it('says how it ended, in what time, what next, and mentions who asked', () => {
    expect(drawn(ALPINE, COMPLETED)).toMatchInlineSnapshot(`
      "🏁 \`alpine:3.16\` *completed* in 12 min
      tags 1/1 · images 12/12
      The findings are in the Console.
      <@U1>, <@U2>
      [Open in Console]"
    `);
  });

  it('shows the error of a scan that failed', () => {
    const discovery = step(9, 19, { error: 'No available `Defender`' });
    expect(drawn(REGULAR, { ...FAILED, discovery })).toMatchInlineSnapshot(`
      "❌ Registry scan *failed* after 1 h 12 min
      tags 9/19 · images 43/49
      ⚠️ \`registry.example.com:5000\` \`No available Defender was found\`
      ⚠️ \`No available 'Defender'\`
      Check *Manage › Defenders*, then scan again.
      <@U1>, <@U2>
      [Open in Console]"
    `);
  });

  it.each([
    ['once, where the progress shows it', 'denied', '`denied`'],
    ['from its result, where the progress shows none', '', '`manifest unknown`'],
  ])('says that a scan failed, and why %s', (_, error, shown) => {
    const report = { ...FOUND, findings: null, error: 'manifest unknown' };
    const message = drawn(ALPINE, { ...COMPLETED, images: step(0, 1, { error }) }, { report });
    expect(message).toMatch(/^❌ `alpine:3.16` \*failed\* after 12 min/);
    expect(message.match(/⚠️ `[^`]*`/g)).toEqual([`⚠️ ${shown}`]);
  });

  it.each([
    [ALPINE, /Check that tag in its registry/],
    [REGULAR, /Check the registry settings/],
  ])('says what to check where nothing was scanned', (target, words) => {
    const nothing = { ...COMPLETED, evidence: 'reported' as const, images: step(0, 0) };
    expect(drawn(target, nothing)).toMatch(words);
  });

  it('says what to do about a scan that was stopped', () => {
    const stopped = drawn(REGULAR, STOPPED);
    expect(stopped).toContain('⏹️ Registry scan *was stopped* after 1 h 12 min');
    expect(stopped).toContain('If that was not meant, start it again in the Console.');
  });

  it('speaks of its own button where a scan was stopped that may be started from Slack', () => {
    const offered = { isRescanOffered: true };
    const stopped = drawn(REGULAR, STOPPED, offered);
    expect(stopped).toContain('If that was not meant: *Scan again*.');
    expect(stopped).not.toContain('in the Console.');
    const vanished = { ...COMPLETED, state: 'stopped', evidence: 'vanished' } as const;
    expect(drawn(ALPINE, vanished, offered)).not.toContain('start it again there');
  });

  it('admits that the end was not seen', () => {
    expect(drawn(ALPINE, { ...COMPLETED, evidence: 'vanished' })).toContain('its end was not seen');
  });

  it('says that the report of the end was missed, and where it comes from', () => {
    expect(drawn(ALPINE, { ...COMPLETED, evidence: 'results' })).toContain(
      'Its end comes from the Console’s results; the counts are the last ones seen.\n' +
        'The findings are in the Console.',
    );
  });

  it('shows no counts of a scan that began and ended unseen', () => {
    const images = step(0, 0, { error: 'no such tag' });
    const unseen = { ...COMPLETED, state: 'failed', evidence: 'results', registries: [], images } as const;
    const snapshot = { ...unseen, discovery: step(0, 0), startedAt: COMPLETED.endedAt };
    expect(drawn(ALPINE, snapshot)).toMatchInlineSnapshot(`
      "❌ \`alpine:3.16\` *failed* after 1 s
      ⚠️ \`no such tag\`
      It ran between two polls, so its end comes from the Console’s results.
      Check the tag, and the registry’s credentials in the Console, then scan again.
      <@U1>, <@U2>
      [Open in Console]"
    `);
  });

  it('says that a scan came to nothing', () => {
    const vanished = { ...COMPLETED, state: 'stopped', evidence: 'vanished' } as const;
    expect(drawn(ALPINE, vanished)).toContain('stopped reporting it before it was done, and shows no result');
  });

  it('says that no scan was seen and how to watch again', () => {
    expect(drawn(ALPINE, WAITING, EXPIRED)).toMatchInlineSnapshot(`
      "⚪ No scan of \`alpine:3.16\` was seen in 24 h, so this watch has ended.
      Check the spelling of the tag, and that the image’s registry is configured in the Console.
      To watch again: \`/scanprogress watch alpine:3.16\`
      <@U1>, <@U2>
      [Open in Console]"
    `);
  });

  it('tells each error of the regular scan once, with the registry that it came from', () => {
    const [first, second] = ['401 Unauthorized', 'no space left'];
    const registries = [
      registry('a.example', [step(1, 1), step(9, 17, { error: first })]),
      registry('b.example', [step(1, 1), step(3, 9, { error: second })]),
      registry('c.example', [step(1, 1), step(9, 9)]),
    ];
    const failed = [{ name: 'a.example/team', error: first }];
    const errors = [first, second, 'timeout'];
    const report = { kind: 'regular', errors, failed, specifications: 3, worst: [] } as const;
    const lines = drawn(REGULAR, { ...COMPLETED, registries }, { report }).split('\n');
    expect(lines.filter((line) => /[⚠❌]/u.test(line))).toEqual([
      '⚠️ Registry scan *completed with errors* in 12 min',
      '⚠️ `b.example` `no space left`',
      '⚠️ `timeout`',
      '❌ `a.example/team` `401 Unauthorized`',
    ]);
  });

  it.each([
    ['forbidden', 'may not do that.\nFor whoever runs this bot: give its role *write* permission'],
    [
      'unreachable',
      '*was not started*: the Console cannot be reached.\nFor whoever runs this bot: check `PRISMA_CONSOLE_URL`',
    ],
  ] as const)('says why a scan was not started: %s', (cause, words) => {
    const failure = { cause, detail: '', retryAfterMs: null };
    const refused = { end: 'not-started', isRescanOffered: true } as const;
    const message = drawn(ALPINE, { ...WAITING, failure }, refused);
    expect(message).toContain('❌ The scan of `alpine:3.16` *was not started*: ');
    expect(message).toContain(words);
    expect(message).toContain('<@U1>, <@U2>\n[Scan again] [Open in Console]');
  });

  it('offers to scan again what was scanned or should have been, and nothing else', () => {
    const isOffered = (end: 'scan-ended' | 'not-started' | 'expired') =>
      drawn(ALPINE, COMPLETED, { end, isRescanOffered: true }).includes('[Scan again]');
    expect([isOffered('scan-ended'), isOffered('not-started'), isOffered('expired')]).toEqual([
      true,
      true,
      false,
    ]);
  });

  it('says why no scan could be seen', () => {
    const failure = { cause: 'unreachable', detail: '', retryAfterMs: null } as const;
    expect(drawn(REGULAR, { ...WAITING, state: 'unknown', failure }, EXPIRED)).toContain(
      'No registry scan was seen in 24 h, so this watch has ended.\nThe Console cannot be reached.',
    );
  });
});
