import { describe, expect, it } from 'vitest';
import { historyView, type PastScan } from '../../../src/views/replies/history.ts';
import { ALPINE, CONSOLE_URL, draw, HOUR, MINUTE, NOW, REGULAR } from '../support/samples.ts';

const FOUND = { critical: 3, high: 1, medium: 40, low: 7, compliance: 2 };
const scan = (number: number, more: Partial<PastScan> = {}): PastScan => ({
  number,
  startedAt: NOW - (10 - number) * HOUR,
  isStartKnown: true,
  endedAt: NOW - (10 - number) * HOUR + 3 * MINUTE,
  state: 'completed',
  hasErrors: false,
  images: { scanned: 12, total: 12 },
  seenAt: NOW - (10 - number) * HOUR + 3 * MINUTE,
  findings: FOUND,
  requestedBy: null,
  ...more,
});
const input = { target: ALPINE, consoleUrl: CONSOLE_URL, isTagAssumed: false, now: NOW };

describe('the history', () => {
  it('shows the last scans and how length and findings went', () => {
    const scans = [
      scan(4, {
        startedAt: NOW - 2 * MINUTE,
        endedAt: null,
        state: 'scanning',
        images: { scanned: 7, total: 12 },
        seenAt: NOW - MINUTE,
        findings: null,
      }),
      scan(3, {
        endedAt: NOW - 7 * HOUR + 12 * MINUTE,
        state: 'failed',
        images: { scanned: 1, total: 12 },
        findings: null,
      }),
      scan(2, { isStartKnown: false, requestedBy: 'U1' }),
      scan(1, { findings: { ...FOUND, critical: 0 } }),
    ];
    expect(draw(historyView({ ...input, scans, isEphemeral: true }))).toMatchInlineSnapshot(`
      "# History of alpine:3.16
      Duration 3 min to 12 min  \`▃·█·\`
      Critical + high 1 to 4  \`▃█··\`
      🔵 <!date^1767362482^{date_short_pretty} {time}|2026-01-02 14:01:22 UTC> · 2 min · scanning, 7 of 12 images as of <!date^1767362542^{date_short_pretty} {time}|2026-01-02 14:02:22 UTC>
      ❌ <!date^1767337402^{date_short_pretty} {time}|2026-01-02 07:03:22 UTC> · 12 min · failed, 1 of 12 images
      🟠 <!date^1767333802^{date_short_pretty} {time}|2026-01-02 06:03:22 UTC> · at least 3 min · completed · 3 critical · 1 high · started by <@U1>
      🟡 <!date^1767330202^{date_short_pretty} {time}|2026-01-02 05:03:22 UTC> · 3 min · completed · 0 critical · 1 high
      [Open in Console]"
    `);
  });

  it('warns of no critical finding where none are known', () => {
    expect(draw(historyView({ ...input, scans: [scan(1, { findings: null })] }))).toMatch(/^🏁 /m);
  });

  it.each([
    [ALPINE, 10, 'History of alpine:3.16: 10 scans'],
    [REGULAR, 1, 'History of the registry scan: 1 scan'],
  ])('is announced with its number of scans: %o', (target, count, text) => {
    const scans = Array.from({ length: count }, (_, index) => scan(10 - index));
    expect(historyView({ ...input, target, scans }).text).toBe(text);
  });

  it('gives no green tick to a registry scan of which a part failed', () => {
    const scans = [scan(1, { hasErrors: true, images: { scanned: 178, total: 186 }, findings: null })];
    const drawn = draw(historyView({ ...input, target: REGULAR, scans }));
    expect(drawn).toMatch(/^⚠️ .* · completed with errors, 178 of 186 images$/m);
  });

  it('counts the images of a scan that goes on, even all of them', () => {
    const scans = [scan(1, { state: 'scanning', endedAt: null })];
    expect(draw(historyView({ ...input, scans }))).toContain('scanning, 12 of 12 images');
  });

  it.each([
    ['scanning', 'scanning as of'],
    ['waiting', 'waiting'],
  ] as const)('counts no images of a scan that has none yet: %s', (state, words) => {
    const scans = [scan(1, { state, endedAt: null, images: { scanned: 0, total: 0 }, findings: null })];
    const drawn = draw(historyView({ ...input, scans }));
    expect(drawn).toContain(` · ${words}`);
    expect(drawn).not.toContain('images');
  });

  it('shows a scan of which the Console says that it does not run as it was last seen', () => {
    const seen = { startedAt: NOW - HOUR, seenAt: NOW - HOUR + MINUTE, images: { scanned: 7, total: 12 } };
    const scans = [scan(1, { state: 'not running', endedAt: null, findings: null, ...seen })];
    expect(draw(historyView({ ...input, scans }))).toMatch(
      /^⚪ .* · 1 min · not running, last seen at 7 of 12 images$/m,
    );
  });

  it('draws no line of a single scan', () => {
    expect(draw(historyView({ ...input, scans: [scan(1)] }))).not.toContain('length');
  });

  it('names nobody where all can see it', () => {
    const scans = [scan(1, { requestedBy: 'U1' })];
    expect(draw(historyView({ ...input, scans }))).not.toContain('<@');
    expect(draw(historyView({ ...input, scans, isEphemeral: true }))).toContain('started by <@U1>');
  });

  it('shows ten of more', () => {
    const scans = Array.from({ length: 12 }, (_, index) => scan(index));
    expect(draw(historyView({ ...input, scans })).match(/^(?:🟡|🟠)/gmu)).toHaveLength(10);
  });

  it('says what to do where no scan was seen', () => {
    expect(draw(historyView({ ...input, scans: [], isTagAssumed: true }))).toMatchInlineSnapshot(`
      "No scan of \`alpine:3.16\` was seen yet.
      I remember the scans that somebody watches:
      \`/scanprogress watch alpine:3.16\` for the next one
      \`/scanprogress subscribe alpine:3.16\` for every one
      ~ No tag was given, so this is \`latest\`.
      [Open in Console]"
    `);
    expect(historyView({ ...input, target: REGULAR, scans: [] }).text).toBe('No registry scan was seen yet.');
  });
});
