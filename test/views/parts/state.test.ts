import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { pathInRoot } from '../../../src/root.ts';
import type { RegularReport } from '../../../src/scan/results/report.ts';
import { withoutRepeats } from '../../../src/views/parts/progress.ts';
import { emojiOf, LEGEND, STATE_EMOJI } from '../../../src/views/parts/state.ts';
import { COMPLETED, FOUND, registry, step } from '../support/samples.ts';

const REPORT: RegularReport = { kind: 'regular', errors: [], failed: [], specifications: null, worst: [] };
const worstWith = (critical: number, high: number): RegularReport => ({
  ...REPORT,
  worst: [{ name: 'app:1', findings: { ...FOUND.findings!, critical, high } }],
});

it.each([
  ['🟠', 'an image has a critical finding', worstWith(1, 0)],
  ['🟡', 'the severest finding is high', worstWith(0, 1)],
  ['✅', 'no finding is critical or high', worstWith(0, 0)],
  ['🏁', 'no image is listed', REPORT],
  ['🏁', 'nothing is known', null],
])('a finished scan is marked by %s where %s', (expected, _, report) => {
  expect(emojiOf(COMPLETED, report)).toBe(expected);
});

it('the documentation explains every symbol of a state, and those of help', () => {
  const page = readFileSync(join(pathInRoot('docs'), 'how-it-works.md'), 'utf8');
  const explained = [...page.matchAll(/^\| (\S+) \| /gm)].map(([, symbol]) => symbol);
  const ofHelp = LEGEND.match(/\p{Emoji_Presentation}/gu) ?? [];
  expect(ofHelp).toHaveLength(4);
  expect(explained).toEqual(expect.arrayContaining([...Object.values(STATE_EMOJI), ...ofHelp]));
});

it('an error that a registry shows already is not listed again, whatever stands around it', () => {
  const snapshot = {
    ...COMPLETED,
    registries: [registry('ghcr.io', [step(1, 1), step(0, 1, { error: 'denied' })])],
  };
  const report = { ...REPORT, errors: [' denied\n', 'timeout'] };
  expect(withoutRepeats(report, snapshot).errors).toEqual(['timeout']);
});
