import { describe, expect, it } from 'vitest';
import { drawn, live } from './scan-messages.ts';
import {
  COMPLETED,
  draw,
  FOUND,
  HOUR,
  NOW,
  registry,
  REGULAR,
  SCANNING,
  step,
  WAITING,
} from '../support/samples.ts';

describe('the final form of the live message', () => {
  it('says one failure of the registry scan once', () => {
    const error = '401 Unauthorized';
    const registries = ['a.example', 'b.example'].map((host, index) =>
      registry(host, [step(1, 1), step(9, 9, { error: index === 0 ? error : '' })]),
    );
    const failed = [{ name: 'a.example/team', error }];
    const report = { kind: 'regular', errors: [error], failed, specifications: 2, worst: [] } as const;
    const ended = { target: REGULAR, end: 'scan-ended', report } as const;
    expect(drawn({ ...COMPLETED, registries }, ended).match(/.*401.*/g)).toEqual([
      '❌ `a.example/team` `401 Unauthorized`',
    ]);
  });

  it('says how the scan ended and in what time', () => {
    expect(drawn(COMPLETED, { end: 'scan-ended' })).toMatchInlineSnapshot(`
      "# 🏁 alpine:3.16
      *Completed* in 12 min
      tags 1/1 · images 12/12
      ~ Watched by <@U1>, <@U2> · ended <!date^1767362602^{date_short_pretty} {time}|2026-01-02 14:03:22 UTC>
      [Open in Console]"
    `);
  });

  it('says what was found, while its text keeps the public form', () => {
    const { text, blocks } = live(COMPLETED, { end: 'scan-ended', report: FOUND });
    expect(text).toBe('alpine:3.16 · completed · tags 1/1 · images 12/12');
    expect(draw({ blocks })).toMatch(
      /^# 🟠 alpine:3.16\n\*Completed\* in 12 min · \*1 critical\* · 4 high\nSince the scan before: \*1 more/,
    );
  });

  it('names in one line who started and watches it', () => {
    const requests = { startedBy: 'U1', stoppedBy: null, requestedBy: null };
    expect(drawn(SCANNING, { requests, followers: ['U1'] })).toContain(
      '~ Started and watched by <@U1> · updated',
    );
  });

  it('admits that the end was not seen', () => {
    const message = drawn({ ...COMPLETED, evidence: 'vanished' }, { end: 'scan-ended' });
    expect(message).toContain('The Console no longer reports this scan, and its end was not seen');
  });

  it('says that the result of a scan is awaited that the Console no longer reports', () => {
    const missed = { ...COMPLETED, state: 'scanning', endedAt: null, emptyAnswers: 2 } as const;
    expect(drawn(missed)).toContain('The Console no longer reports this scan. I’m waiting for its result.');
    expect(drawn({ ...missed, emptyAnswers: 1 })).not.toContain('awaited');
  });

  it('says what to check when no scan was seen', () => {
    expect(drawn(WAITING, { end: 'expired' })).toMatchInlineSnapshot(`
      "# ⚪ alpine:3.16
      *Watch ended*: no scan was seen in 24 h
      Nobody has started it, or it is over. If you expected it, check in the Console:
      •  is the tag spelled like this?
      •  is the image’s registry configured there?
      ~ Watched by <@U1>, <@U2> · ended <!date^1767362602^{date_short_pretty} {time}|2026-01-02 14:03:22 UTC>
      [Open in Console]"
    `);
    expect(live(WAITING, { end: 'expired' }).text).toBe('alpine:3.16 · not running · tags 0/0 · images 0/0');
  });

  it('says failed where only the result tells so, as the completion does', () => {
    const report = { kind: 'image', findings: null, before: null, error: 'manifest unknown' } as const;
    const final = live(COMPLETED, { end: 'scan-ended', report });
    expect(final.text).toBe('alpine:3.16 · failed · tags 1/1 · images 12/12');
    expect(draw(final)).toContain('# ❌ alpine:3.16\n*Failed* after 12 min');
    expect(draw(final)).toContain('⚠️ `manifest unknown`');
  });

  it('says what the Console reported while it ran, and not what its result repeats of it', () => {
    const report = { kind: 'image', findings: null, before: null, error: 'manifest unknown' } as const;
    const snapshot = { ...COMPLETED, images: step(12, 12, { error: 'no space left' }) };
    const message = drawn(snapshot, { end: 'scan-ended', report });
    expect(message).toContain('⚠️ `no space left`');
    expect(message).not.toContain('manifest unknown');
  });

  it('says that the scan was not started', () => {
    expect(drawn(WAITING, { end: 'not-started' })).toMatchInlineSnapshot(`
      "# ❌ alpine:3.16
      *Not started*: the Console refused it
      ~ Watched by <@U1>, <@U2> · ended <!date^1767362602^{date_short_pretty} {time}|2026-01-02 14:03:22 UTC>
      [Open in Console]"
    `);
    expect(live(WAITING, { end: 'not-started' }).text).toMatch(/^alpine:3.16 · not running · /);
  });

  it('names the person who stopped it and offers to begin again', () => {
    expect(drawn(SCANNING, { end: 'stopped' })).toMatchInlineSnapshot(`
      "# 🔕 alpine:3.16
      *No longer watched*: stopped by <@U2>
      Tags *1/1*  \`██████████\`
      Images *7/12*  \`█████░░░░░\`
      The scan itself was not affected.
      ~ Watched by <@U1>, <@U2> · updates stopped <!date^1767362602^{date_short_pretty} {time}|2026-01-02 14:03:22 UTC>
      [Watch here again] [Open in Console]"
    `);
  });

  it('of a scan that is over tells when that was, and not that it goes on', () => {
    const ended = { ...COMPLETED, endedAt: NOW - HOUR };
    expect(drawn(ended, { end: 'scan-ended' })).toContain('2026-01-02 13:03:22 UTC');
    expect(drawn(ended, { end: 'stopped' })).not.toContain('not affected');
  });

  it('claims no more than is known of a scan that nobody could ask for', () => {
    const { text } = live({ ...WAITING, state: 'unknown' }, { end: 'expired' });
    expect(text).toMatch(/^alpine:3.16 · unknown · /);
  });

  it.each(['scan-ended', 'expired', 'stopped'] as const)(
    'has no button that stops what is over: %s',
    (end) => {
      expect(JSON.stringify(live(COMPLETED, { end }))).not.toContain('stop-watching');
    },
  );
});
