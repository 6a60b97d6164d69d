import { describe, expect, it } from 'vitest';
import type { Findings } from '../../../src/scan/results/findings.ts';
import type { ImageReport, RegularReport } from '../../../src/scan/results/report.ts';
import { message, section } from '../../../src/views/kit/blocks.ts';
import { imageLines, reportBlocks, reportLines } from '../../../src/views/parts/report.ts';
import { draw } from '../support/samples.ts';

const FOUND: Findings = { critical: 3, high: 12, medium: 40, low: 7, compliance: 2 };
const IMAGE: ImageReport = { kind: 'image', findings: FOUND, before: { ...FOUND, critical: 1 }, error: '' };
const REGULAR: RegularReport = {
  kind: 'regular',
  errors: ['No available Defender was found'],
  failed: [
    { name: 'ghcr.io/acme/*', error: '401 Unauthorized' },
    { name: 'registry.example.com:5000', error: '' },
  ],
  specifications: 14,
  worst: [
    { name: 'ghcr.io/acme/api:1.4', findings: FOUND },
    { name: 'alpine:3.16', findings: { ...FOUND, critical: 0, high: 1 } },
    { name: 'alpine:3.21', findings: { ...FOUND, critical: 0, high: 0 } },
  ],
};
const drawn = (report: ImageReport | RegularReport) =>
  draw(message('x', report.kind === 'image' ? [section(imageLines(report))] : reportBlocks(report)));

describe('the report of an image', () => {
  it('tells what was found and how that changed', () => {
    expect(drawn(IMAGE)).toMatchInlineSnapshot(`
      "*3 critical* · 12 high · 40 medium · 7 low · 2 compliance issues
      Since the scan before: *2 more critical*"
    `);
    expect(reportLines(IMAGE).join('\n')).toBe(drawn(IMAGE));
  });

  it('compares with nothing where no scan before is known', () => {
    expect(reportLines({ ...IMAGE, before: null })).toHaveLength(1);
  });

  it('tells by ids what is new, gone and unchanged, where both scans are known', () => {
    const none = { critical: 0, high: 0, medium: 0, low: 0 };
    const difference = { added: { ...none, critical: 2 }, gone: { ...none, high: 1 }, unchanged: FOUND };
    expect(imageLines({ ...IMAGE, difference }).at(-1)).toBe(
      'Since the scan before: *2 new critical* · gone: 1 high · unchanged: 3 critical, 12 high, 40 medium, 7 low',
    );
    const same = { added: none, gone: none, unchanged: FOUND };
    expect(imageLines({ ...IMAGE, difference: same }).at(-1)).toBe('Nothing new since the scan before.');
  });

  it.each([FOUND, null])('claims no zero of an image that could not be scanned', (before) => {
    const report: ImageReport = { kind: 'image', findings: null, before, error: 'pull `denied` <!channel>' };
    expect(drawn(report)).toMatchInlineSnapshot(`
      "It could not be scanned.
      ⚠️ \`pull 'denied' &lt;!channel&gt;\`"
    `);
    expect(reportLines(report).join('\n')).not.toMatch(/\d|No vulnerabilities/);
    expect(reportLines({ ...report, error: ' ' })).toEqual(['It could not be scanned.']);
  });
});

describe('a policy’s verdict on an image', () => {
  const none = { blockedVulnerabilities: 0, blockedIssues: 0, inGrace: 0, graceDays: null, riskFactors: [] };
  it.each([
    [{ blockedVulnerabilities: 1 }, 'Policy: *1 vulnerability blocks*'],
    [
      { blockedVulnerabilities: 2, blockedIssues: 1 },
      'Policy: *2 vulnerabilities block* · *1 compliance issue blocks*',
    ],
    [{ inGrace: 3, graceDays: 5 }, 'Policy: 3 in grace, the first for 5 more days'],
    [{ inGrace: 1, graceDays: 1 }, 'Policy: 1 in grace, the first for 1 more day'],
    [{ riskFactors: ['a', 'b', 'c', 'd', 'e'] }, 'Policy: risk factors: `a`, `b`, `c`, `d` and 1 more'],
  ])('is one line: %o', (verdict, line) => {
    expect(imageLines({ ...IMAGE, policy: { ...none, ...verdict } }).at(-1)).toBe(line);
  });
});

describe('the report of the regular scan', () => {
  it('tells what went wrong and where the worst is', () => {
    expect(drawn(REGULAR)).toMatchInlineSnapshot(`
      "⚠️ \`No available Defender was found\`
      *2 of 14 registry specifications failed.* Check their credentials and Defenders in the Console:
      ❌ \`ghcr.io/acme/*\` \`401 Unauthorized\`
      ❌ \`registry.example.com:5000\`
      *Images with the most critical findings*
      | Image | Critical | High | Medium | Low
      | ghcr.io/acme/api:1.4 | 3 | 12 | 40 | 7
      | alpine:3.16 | 0 | 1 | 40 | 7"
    `);
  });

  it('sets numbers to the right', () => {
    const table = reportBlocks(REGULAR).find((block) => block?.type === 'table');
    expect(table).toMatchObject({
      column_settings: [{ align: 'left' }, ...Array.from({ length: 4 }, () => ({ align: 'right' }))],
    });
  });

  it('names the three worst in a line where no table is wanted', () => {
    const worst = Array.from({ length: 5 }, (_, index) => ({ name: `app:${index}`, findings: FOUND }));
    expect(reportLines({ ...REGULAR, errors: [], failed: [], worst })).toEqual([
      'Most critical findings: `app:0` 3 critical · 12 high, `app:1` 3 critical · 12 high, `app:2` 3 critical · 12 high',
    ]);
  });

  it('shows three errors, five specifications and ten images of many', () => {
    const lines = drawn({
      ...REGULAR,
      errors: Array.from({ length: 10 }, (_, index) => `error ${index}`),
      failed: Array.from({ length: 9 }, (_, index) => ({ name: `reg${index}`, error: 'x' })),
      worst: Array.from({ length: 12 }, (_, index) => ({ name: `app:${index}`, findings: FOUND })),
    }).split('\n');
    expect(lines.filter((line) => line.startsWith('⚠️'))).toHaveLength(3);
    expect(lines.filter((line) => line.startsWith('❌'))).toHaveLength(5);
    expect(lines.filter((line) => line.startsWith('| app'))).toHaveLength(10);
    expect(lines).toEqual(expect.arrayContaining(['and 7 more', 'and 4 more']));
  });

  it.each([
    [null, 1, '*1 registry specification failed.*'],
    [null, 2, '*2 registry specifications failed.*'],
    [14, 1, '*1 of 14 registry specifications failed.*'],
    // The settings were read at another time than the failures.
    [1, 2, '*2 registry specifications failed.*'],
  ])('counts failures among %s specifications: %i', (specifications, count, title) => {
    const failed = REGULAR.failed.slice(0, count);
    expect(drawn({ ...REGULAR, specifications, failed })).toContain(title);
  });

  it('is silent where there is nothing to tell', () => {
    const quiet: RegularReport = { ...REGULAR, errors: [], failed: [], worst: [] };
    expect(reportBlocks(quiet).filter((block) => block !== null)).toEqual([]);
    expect(reportLines(quiet)).toEqual([]);
  });

  it('disarms what stands in a cell', () => {
    const worst = [
      { name: '<!channel> & `x`', findings: FOUND },
      { name: '\u200b', findings: FOUND },
    ];
    expect(drawn({ ...REGULAR, errors: [], failed: [], worst })).toMatchInlineSnapshot(`
      "*Images with the most critical findings*
      | Image | Critical | High | Medium | Low
      | &lt;!channel&gt; &amp; 'x' | 3 | 12 | 40 | 7
      | ? | 3 | 12 | 40 | 7"
    `);
  });
});
