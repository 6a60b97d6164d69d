import { describe, expect, it } from 'vitest';
import type { BoardLine } from '../../../src/scan/board.ts';
import type { DeliveryContent } from '../../../src/scan/delivery.ts';
import type { Findings } from '../../../src/scan/results/findings.ts';
import type { EndedScan } from '../../../src/scan/results/report.ts';
import type { ActionItem } from '../../../src/scan/results/vulnerabilities.ts';
import type { Snapshot } from '../../../src/scan/snapshot.ts';
import { boardCompletionView, boardView } from '../../../src/views/messages/board.ts';
import {
  COMPLETED,
  draw,
  image,
  MINUTE,
  NOW,
  registry,
  SCANNING,
  step,
  WAITING,
} from '../support/samples.ts';

const NOTHING: Findings = { critical: 0, high: 0, medium: 0, low: 0, compliance: 0 };

function line(name: string, snapshot: Snapshot, more: Partial<BoardLine & DeliveryContent> = {}): BoardLine {
  const { end = null, stoppedBy = null, report = null, before = null } = more;
  return { target: image(name), content: { snapshot, end, stoppedBy }, report, before };
}

function found(findings: Partial<Findings>, before: Partial<Findings> | null = null, error = '') {
  return {
    kind: 'image' as const,
    findings: error === '' ? { ...NOTHING, ...findings } : null,
    before: before === null ? null : { ...NOTHING, ...before },
    error,
  };
}

const BEFORE: EndedScan = {
  ...{ state: 'completed', hasErrors: false, endedAt: NOW - MINUTE },
  findings: { ...NOTHING, critical: 1, high: 4 },
};
const BEFORE_AT = '<!date^1767362542^{date_short_pretty} {time}|2026-01-02 14:02:22 UTC>';

const completed = (name: string, report: BoardLine['report'] = null) =>
  line(name, COMPLETED, { end: 'scan-ended', report });
const unwatched = (name: string, snapshot: Snapshot) =>
  line(name, snapshot, { end: 'stopped', stoppedBy: 'U2' });

const LINES: readonly BoardLine[] = [
  completed('alpine:3.16', found({ critical: 2, high: 5 }, { critical: 1, high: 5 })),
  line('ghcr.io/acme/api:1.4', { ...SCANNING, remainingMs: 4 * MINUTE }),
  line('ghcr.io/acme/web:1.4', {
    ...SCANNING,
    state: 'discovering',
    discovery: step(0, 1),
    images: step(0, 0),
  }),
  line('nginx:1', WAITING),
  completed('quay.io/acme/broken:1', found({}, null, 'failed to pull: denied')),
  unwatched('redis:7', SCANNING),
  line('postgres:15', { ...SCANNING, state: 'stalled', movedAt: NOW - 12 * MINUTE }),
  line('busybox:1', WAITING, { end: 'expired' }),
];

const input = { boardId: 'b', lines: LINES, followers: ['U1', 'U2'], watchTtlMs: 24 * 60 * MINUTE, now: NOW };
const drawn = (lines: readonly BoardLine[]) => draw(boardView({ ...input, lines }));

describe('a board', () => {
  it('reads like this', () => {
    expect(boardView(input).text).toBe('8 images · scanning · tags 5/6 · images 45/60');
    expect(drawn(LINES)).toMatchInlineSnapshot(`
      "# 🔵 8 images: 1 failed, 1 completed, 1 no longer watched, 1 not seen, 1 stalled, 1 scanning, 1 discovering, 1 waiting
      tags 5/6 · images 45/60  \`███████░░░\`
      🟠 \`alpine:3.16\` · completed in 12 min · *2 critical · 5 high* (1 more critical)
      🔵 \`ghcr.io/acme/api:1.4\` · scanning 7/12 images · about 4 min left
      🔵 \`ghcr.io/acme/web:1.4\` · discovering tags 0/1
      ⏳ \`nginx:1\` · waiting
      ❌ \`quay.io/acme/broken:1\` · *failed* after 12 min: \`failed to pull: denied\`
      🔕 \`redis:7\` · no longer watched: stopped by <@U2>
      ⚠️ \`postgres:15\` · *stalled* at 7/12 images since <!date^1767361882^{date_short_pretty} {time}|2026-01-02 13:51:22 UTC>
      ⚪ \`busybox:1\` · no scan was seen in 24 h
      ~ Watched by <@U1>, <@U2> · updated <!date^1767362602^{time}|2026-01-02 14:03:22 UTC>
      [Stop watching all]"
    `);
  });

  it.each<[string, Partial<EndedScan>, string]>([
    ['its findings', {}, `completed ${BEFORE_AT} · *1 critical · 4 high*`],
    [
      'what was found without a critical one',
      { findings: NOTHING },
      `completed ${BEFORE_AT} · 0 critical · 0 high`,
    ],
    ['how it ended', { state: 'stopped', findings: null }, `was stopped ${BEFORE_AT}`],
  ])('names the scan before of an image that waits, with %s', (_, change, words) => {
    const waiting = line('nginx:1', WAITING, { before: { ...BEFORE, ...change } });
    expect(drawn([waiting])).toContain(`⏳ \`nginx:1\` · waiting · the last scan ${words}\n`);
  });

  it('keeps what goes on, and leaves out the scans before, where all together are too long', () => {
    const long = (index: number) => `ghcr.io/${'a'.repeat(30)}/api-${index}:1`;
    const waiting = Array.from({ length: 19 }, (_, index) => line(long(index), WAITING, { before: BEFORE }));
    const lines = drawn([...waiting, line(long(19), SCANNING)]);
    expect(lines).toMatch(/api-18:1` · waiting\n.*api-19:1` · scanning 7\/12 images\n/);
    expect(lines).not.toContain('last scan');
  });

  it('that has ended has no button, and says when', () => {
    expect(drawn([completed('alpine:3.16', found({})), completed('nginx:1')])).toMatchInlineSnapshot(`
      "# 🏁 2 images: 2 completed
      tags 2/2 · images 24/24
      ✅ \`alpine:3.16\` · completed in 12 min · 0 critical · 0 high
      🏁 \`nginx:1\` · completed in 12 min
      ~ Watched by <@U1>, <@U2> · ended <!date^1767362602^{date_short_pretty} {time}|2026-01-02 14:03:22 UTC>"
    `);
  });

  it.each([
    [1, 'The scan on this board has ended'],
    [2, 'Both scans on this board have ended'],
    [3, 'All 3 scans on this board have ended'],
  ])('of %i counts what has ended', (count, words) => {
    const lines = Array<BoardLine>(count).fill(completed('alpine:3.16'));
    expect(draw(boardCompletionView({ ...input, lines, mayMention: true }))).toContain(`*${words}*`);
  });

  it('names nobody where nobody stopped it', () => {
    const lines = [line('redis:7', SCANNING, { end: 'stopped' }), line('nginx:1', SCANNING)];
    expect(drawn(lines)).toContain('`redis:7` · no longer watched\n');
  });

  const clean = completed('alpine:3.16', found({}));
  const failedPart = { registries: [registry('ghcr.io', [step(1, 1), step(0, 1, { error: 'denied' })])] };
  const partly = line('web:1', { ...COMPLETED, ...failedPart }, { end: 'scan-ended', report: found({}) });
  const empty = line('web:1', { ...COMPLETED, images: step(0, 0) }, { end: 'scan-ended' });

  it('names nobody where nobody follows it, and says where a part has failed', () => {
    expect(draw(boardView({ ...input, lines: [clean, partly], followers: [] }))).toMatch(
      /`web:1` · completed with errors [^]*~ Ended /,
    );
  });

  it('shows no error of spaces alone', () => {
    const images = step(0, 1, { error: 'denied' });
    const report = { ...found({}, null, ' '), findings: null };
    const failed = line('web:1', { ...COMPLETED, state: 'failed', images }, { end: 'scan-ended', report });
    expect(drawn([failed])).toContain('after 12 min: `denied`');
  });

  it.each([
    ['🟠', 'a critical finding', [completed('alpine:3.16', found({ critical: 1 })), completed('nginx:1')]],
    ['✅', 'no finding', [clean, unwatched('nginx:1', SCANNING)]],
    ['⚠️', 'no finding, but a failed part', [clean, partly]],
    ['⚪', 'nothing scanned', [empty]],
    ['🏁', 'nothing scanned in one', [clean, empty]],
  ])('that has ended is marked by %s where it has %s', (emoji, _, lines) => {
    expect(drawn(lines).split(' ', 2)).toEqual(['#', emoji]);
  });

  it('tells its end in one post, with everybody who asked', () => {
    const lines = LINES.filter(({ content }) => content.end !== null);
    const post = boardCompletionView({ ...input, lines, mayMention: true });
    expect(post.text).toBe(
      '4 images · failed · tags 3/3 · images 31/36 · 2 critical · 5 high · <@U1>, <@U2>',
    );
    expect(draw(post)).toMatchInlineSnapshot(`
      "❌ *All 4 scans on this board have ended*: *1 failed* · 1 completed · 1 no longer watched · 1 not seen
      ❌ \`quay.io/acme/broken:1\` · *failed* after 12 min: \`failed to pull: denied\`
      🟠 \`alpine:3.16\` · completed in 12 min · *2 critical · 5 high* (1 more critical)
      ⚪ \`busybox:1\` · no scan was seen in 24 h
      🔕 \`redis:7\` · no longer watched: stopped by <@U2>
      <@U1>, <@U2>"
    `);
    expect(boardCompletionView({ ...input, lines, mayMention: false }).text).not.toContain('<@');
  });

  it('has what to act on of all its images, the severest and new ones first', () => {
    const zlib = { packageName: 'zlib', installed: '1.2', fixedIn: '1.3', isNew: false };
    const report = (item: Pick<ActionItem, 'id' | 'severity'> & Partial<ActionItem>) => ({
      ...found({ critical: 1 }),
      toActOn: [{ ...zlib, ...item }],
    });
    const failed = { end: 'scan-ended', report: report({ id: 'X', severity: 'low' }) } as const;
    const lines = [
      completed('app:1', report({ id: 'CVE-2026-1001', severity: 'high' })),
      completed('app:2', report({ id: 'CVE-2026-1002', severity: 'critical', isNew: true })),
      line('app:3', { ...COMPLETED, state: 'failed' }, failed),
    ];
    const { blocks, text } = boardCompletionView({ ...input, lines, mayMention: false, isPlain: true });
    expect(blocks.at(-1)).toMatchObject({
      type: 'table',
      rows: [
        [{}, {}, { text: 'Image: installed → fixed in' }],
        [{}, { text: 'critical, new' }, { text: 'app:2: zlib 1.2 → 1.3' }],
        [{}, { text: 'high' }, { text: 'app:1: zlib 1.2 → 1.3' }],
      ],
    });
    expect(text.split('\n').slice(1)).toEqual([
      '<https://nvd.nist.gov/vuln/detail/CVE-2026-1002|CVE-2026-1002> critical, new · `app:2`: `zlib` `1.2` → `1.3`',
      '<https://nvd.nist.gov/vuln/detail/CVE-2026-1001|CVE-2026-1001> high · `app:1`: `zlib` `1.2` → `1.3`',
    ]);
  });

  it('counts nothing of what is no longer watched, whatever its scan found', () => {
    const others = unwatched('nginx:1', COMPLETED);
    const lines = [completed('app:1', found({ high: 1 })), { ...others, report: found({ critical: 1 }) }];
    const { text } = boardCompletionView({ ...input, lines, mayMention: false });
    expect(text).toMatch(/ · 0 critical · 1 high$/);
  });

  it.each([
    [[4, 6], ' · about 6 min left'],
    [[0, 0], ' · under a minute left'],
    [[4, undefined], ''],
  ])('of scans that have %j minutes left says so: %j', (minutes, words) => {
    const scans = minutes.map((left, index) =>
      line(`app:${index}`, { ...SCANNING, remainingMs: left === undefined ? null : left * MINUTE }),
    );
    const [, counts] = drawn([...scans, completed('nginx:1')]).split('\n');
    expect(counts?.replace(/ *`.*`/, '').replace(/^tags .* · images [\d/]+/, '')).toBe(words);
  });

  it.each([
    ['3 critical · 5 high', [found({ critical: 1 }), found({ critical: 2, high: 5 })]],
    ['at least 1 critical · 0 high', [found({ critical: 1 }), null]],
    ['', [null, null]],
  ])('sums in its notification what was found, as far as it is known: %s', (sum, reports) => {
    const lines = reports.map((report, index) => completed(`app:${index}`, report));
    const { text } = boardCompletionView({ ...input, lines, mayMention: false });
    expect(text).toBe(`2 images · completed · tags 2/2 · images 24/24${sum === '' ? '' : ` · ${sum}`}`);
  });

  it('of which nobody watches anything any more claims no scan that was stopped', () => {
    const lines = [unwatched('redis:7', SCANNING), unwatched('nginx:1', WAITING)];
    expect(boardView({ ...input, lines }).text).toBe('2 images · scanning · tags 1/1 · images 7/12');
    expect(drawn(lines)).toMatch(/^# 🔕 2 images: 2 no longer watched\n/);
    const never = [unwatched('nginx:1', WAITING), unwatched('busybox:1', WAITING)];
    expect(boardView({ ...input, lines: never }).text).toBe('2 images · waiting · tags 0/0 · images 0/0');
  });

  it.each([
    ['failed', COMPLETED, found({}, null, 'denied')],
    ['completed', COMPLETED, null],
    ['stopped', { ...COMPLETED, state: 'stopped' }, null],
  ] as const)('is %s by its scans, whatever is no longer watched', (state, snapshot, report) => {
    const lines = [
      line('alpine:3.16', snapshot, { end: 'scan-ended', report }),
      unwatched('redis:7', { ...SCANNING, state: 'failed' }),
    ];
    expect(boardView({ ...input, lines }).text).toMatch(new RegExp(`^2 images · ${state} · `));
  });

  it('counts a scan that was stopped apart from one that is no longer watched', () => {
    const lines = [
      line('alpine:3.16', { ...COMPLETED, state: 'stopped' }, { end: 'scan-ended' }),
      unwatched('redis:7', SCANNING),
    ];
    expect(drawn(lines)).toContain(': 1 stopped, 1 no longer watched\n');
  });

  it.each([
    [21, true],
    [22, false],
    [40, false],
  ])('keeps every line of %i long ones, with its reason (%s) where an edit has room', (count, isWhole) => {
    const name = `${'a-long-name/'.repeat(8)}app:1`;
    const lines = Array.from({ length: count }, (_, index) =>
      completed(`registry.example.com/team-${index}/${name}`, found({}, null, 'x'.repeat(300))),
    );
    const message = drawn(lines);
    expect(message.split('\n').filter((one) => one.startsWith('❌'))).toHaveLength(count);
    expect(message.includes('xxx')).toBe(isWhole);
    expect(message.length).toBeLessThan(4_000);
  });

  it('leaves out since when scans stall before it leaves out how far they are', () => {
    const stalled = (count: number) =>
      drawn(
        Array.from({ length: count }, (_, index) =>
          line(`registry.example.com/team-${index}/app:1`, { ...SCANNING, state: 'stalled', movedAt: NOW }),
        ),
      );
    const shown = (count: number) =>
      ['at 7/12 images', ' since '].map((words) => stalled(count).includes(words));
    expect([5, 25, 40].map(shown)).toEqual([
      [true, true],
      [true, false],
      [true, false],
    ]);
  });

  it('mentions sixty people at its end', () => {
    const followers = Array.from({ length: 61 }, (_, index) => `U${index + 1}`);
    const { text } = boardCompletionView({ ...input, followers, mayMention: true });
    expect(text).toContain('<@U60> and 1 more');
  });
});
