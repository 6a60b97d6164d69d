import { describe, expect, it } from 'vitest';
import type { Snapshot } from '../../../src/scan/snapshot.ts';
import type { LiveInput } from '../../../src/views/messages/live.ts';
import { drawn } from './scan-messages.ts';
import {
  COMPLETED,
  FOUND,
  HOUR,
  MINUTE,
  NOW,
  registry,
  REGULAR,
  SCANNING,
  SEVERAL,
  step,
  WAITING,
} from '../support/samples.ts';

describe('the live message', () => {
  it('shows state, steps, people and time, and can be stopped', () => {
    expect(drawn(SCANNING)).toMatchInlineSnapshot(`
      "# 🔵 alpine:3.16
      *Scanning images* · 12 min
      Tags *1/1*  \`██████████\`
      Images *7/12*  \`█████░░░░░\`
      ~ Watched by <@U1>, <@U2> · updated <!date^1767362602^{time}|2026-01-02 14:03:22 UTC>
      [Stop watching] [Open in Console]"
    `);
  });

  it.each([
    [true, true],
    [false, false],
    [undefined, false],
  ])('says why nothing was posted of an end below the threshold: %s', (isQuiet, expected) => {
    const quiet = isQuiet === undefined ? {} : { isQuiet };
    expect(drawn(COMPLETED, { end: 'scan-ended', ...quiet }).includes('so nothing was posted')).toBe(
      expected,
    );
  });

  it('claims no more than "at least" of a scan that was under way when it was first seen', () => {
    const late = { ...SCANNING, isStartKnown: false };
    expect(drawn(late)).toContain('*Scanning images* · at least 12 min');
    expect(drawn({ ...late, startedAt: NOW - 2_000 })).toContain('*Scanning images*\n');
    expect(drawn({ ...COMPLETED, isStartKnown: false }, { end: 'scan-ended' })).toContain(
      '*Completed* after at least 12 min',
    );
  });

  it('shows every registry and what is wrong with one', () => {
    expect(drawn({ ...SEVERAL, restarts: 1 }, { target: REGULAR })).toMatchInlineSnapshot(`
      "# 🔵 Registry scan
      *Discovering tags* · 1 h 12 min
      Tags *9/19*  \`████░░░░░░\`
      Images *43/49* so far  \`████████░░\`
      🔹 us-west2-docker.pkg.dev · tags 2/4 · images 3/9
      ✔️ ghcr.io · tags 6/6 · images 40/40
      ⚠️ registry.example.com:5000 · tags 1/9 · images not known yet
      ⚠️ \`registry.example.com:5000\` \`No available Defender was found\`
      🔄 The Console started this scan over, so its counts began again.
      ~ Watched by <@U1>, <@U2> · updated <!date^1767362602^{time}|2026-01-02 14:03:22 UTC>
      [Stop watching] [Open in Console]"
    `);
  });

  it('says so where a scan completed although a registry failed, and which one', () => {
    const images = step(9, 17, { error: '401 Unauthorized' });
    const registries = [
      registry('a.example', [step(1, 1), images]),
      registry('b.example', [step(1, 1), step(9, 9)]),
    ];
    const over = drawn({ ...COMPLETED, registries }, { target: REGULAR, end: 'scan-ended' });
    expect(over).toContain('# ⚠️ Registry scan\n*Completed with errors*');
    expect(over).toContain('⚠️ `a.example` `401 Unauthorized`');
  });

  it('shows ten registries, those with errors first, and counts the rest', () => {
    const registries = Array.from({ length: 13 }, (_, index) =>
      registry(`r${index}.example`, [
        step(1, 1, { error: index === 12 ? 'no credentials' : '' }),
        step(0, 9),
      ]),
    );
    const message = drawn({ ...SEVERAL, registries }, { target: REGULAR });
    expect(message).toContain('⚠️ r12.example · tags 1/1 · images 0/9\n🔹 r0.example');
    expect(message.match(/\.example ·/g)).toHaveLength(10);
    expect(message).toContain('\nand 3 more\n');
  });

  it('waits calmly at first, and says what to check when that goes on', () => {
    expect(drawn(WAITING)).toMatchInlineSnapshot(`
      "# ⏳ alpine:3.16
      *Waiting* for a scan to start
      The Console reports no scan yet.
      ~ Watched by <@U1>, <@U2> · updated <!date^1767362602^{time}|2026-01-02 14:03:22 UTC>
      [Stop watching] [Open in Console]"
    `);
  });

  it.each([
    ['completed', false, null, 'The last scan completed '],
    ['completed', true, null, 'The last scan completed with errors '],
    ['stopped', false, null, 'The last scan was stopped '],
    ['completed', false, FOUND.findings, ' UTC> · *1 critical* · 4 high. I’m waiting for the next one.'],
  ] as const)(
    'mentions the scan before, which %s (errors: %s) with %o',
    (state, hasErrors, findings, line) => {
      const before = { state, hasErrors, endedAt: NOW - HOUR, findings };
      expect(drawn(WAITING, { before })).toContain(line);
      const long = drawn({ ...WAITING, emptyAnswers: 8 }, { before });
      expect(long).toContain(line);
      expect(long).toContain('\nNobody has started it, or ');
      expect(drawn(WAITING, { before, end: 'expired' })).not.toContain('last scan');
    },
  );

  const LONG: Snapshot = { ...WAITING, emptyAnswers: 8 };
  const INSIDE: Snapshot = { ...LONG, scope: 'inside' };
  const OUTSIDE: Snapshot = { ...WAITING, scope: 'outside' };
  const started = { requests: { startedBy: 'U3', stoppedBy: null, requestedBy: null } };
  const unclear = {
    requests: { startedBy: null, stoppedBy: null, requestedBy: { userId: 'U3', isAmbiguous: true } },
  };
  it.each<[string, Snapshot, Partial<LiveInput>, RegExp]>([
    ['may be outside', LONG, {}, /^Nobody has started it, or the image is outside the registries/m],
    ['is inside', INSIDE, {}, /^Nobody has started it yet/m],
    ['is outside', OUTSIDE, {}, /\*Out of scope\*, it seems: no registry specification/m],
    ['was started', INSIDE, started, /^The Console accepted the start, and reports no scan/m],
    [
      'was started, and may be outside',
      LONG,
      started,
      /^The Console accepted[^]*perhaps the image is outside/m,
    ],
    [
      'may have been started',
      LONG,
      unclear,
      /^The Console did not say whether it started the scan, and reports none/m,
    ],
  ])('tells of a scan that does not begin and %s what is known of it', (_, snapshot, more, line) => {
    const message = drawn(snapshot, more);
    expect(message).toMatch(line);
    expect(message).not.toContain('ost likely');
    expect(/Either nobody|Nobody has/.test(message)).toBe(
      more.requests === undefined && snapshot.scope !== 'outside',
    );
  });

  it('names who asked for a start, and claims one only where the Console took it', () => {
    expect(drawn(LONG, started)).toContain('Started by <@U3>');
    expect(drawn(LONG, unclear)).toContain('~ Start requested by <@U3>');
  });

  it('tells since when nothing has moved, which stays true without an edit', () => {
    const message = drawn({ ...SCANNING, state: 'stalled', movedAt: NOW - 15 * MINUTE });
    expect(message).toContain(
      '# ⚠️ alpine:3.16\n*Stalled* at 7/12 images since <!date^1767361702^{date_short_pretty} {time}|2026-01-02 13:48:22 UTC>\n',
    );
    expect(message).toContain('check *Manage › Defenders*');
  });

  it('shows three different errors, each once, and counts the rest', () => {
    const registries = ['a', 'b', 'a', 'c', 'd'].map((error) =>
      registry('', [step(0, 1, { error }), step(0, 0)]),
    );
    expect(drawn({ ...SEVERAL, registries })).toContain('⚠️ `a`\n⚠️ `b`\n⚠️ `c`\nand 1 more\n');
  });

  it('names five people and counts the rest', () => {
    const followers = Array.from({ length: 9 }, (_, index) => `U${index}`);
    expect(drawn(SCANNING, { followers })).toContain('<@U4> and 4 more');
  });
});
