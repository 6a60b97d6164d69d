import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { RegularReport } from '../../../src/scan/results/report.ts';
import { withoutRepeats } from '../../../src/views/parts/progress.ts';
import { emojiOf, LEGEND, STATE_EMOJI, stateWords } from '../../../src/views/parts/state.ts';
import { captures, readText, ROOT } from '../../support/project.ts';
import { COMPLETED, FOUND, NOT_RUNNING, registry, SCANNING, step } from '../support/samples.ts';

const REPORT: RegularReport = { kind: 'regular', errors: [], failed: [], specifications: null, worst: [] };
const worstWith = (critical: number, high: number): RegularReport => ({
  ...REPORT,
  worst: [{ name: 'app:1', findings: { ...FOUND.findings!, critical, high } }],
});

it.each([
  ['🟠', 'an image has a critical finding', worstWith(1, 0)],
  ['🟡', 'the severest finding is high', worstWith(0, 1)],
  ['🏁', 'it is of all registries, and no listed image has such a finding', worstWith(0, 0)],
  ['⚠️', 'a registry specification failed', { ...worstWith(1, 0), failed: [{ name: 'a', error: 'denied' }] }],
  [
    '✅',
    'no finding is critical or high',
    { ...FOUND, findings: { ...FOUND.findings!, critical: 0, high: 0 } },
  ],
  ['🏁', 'no image is listed', REPORT],
  ['🏁', 'nothing is known', null],
])('a finished scan is marked by %s where %s', (expected, _, report) => {
  expect(emojiOf(COMPLETED, report)).toBe(expected);
});

it.each([
  ['scanning · tags 1/1 · images 7/12', SCANNING],
  ['not running', NOT_RUNNING],
  ['not running · last seen at tags 0/1 · images not known yet', { ...NOT_RUNNING, discovery: step(0, 1) }],
  ['not running · last seen at tags not known yet · images 0/1', { ...NOT_RUNNING, images: step(0, 1) }],
])('a line of a list says the state, and what was seen last: %s', (words, snapshot) => {
  expect(stateWords(snapshot)).toBe(words);
});

it('a scan in which nothing was scanned is marked as in the completion', () => {
  const empty = { ...COMPLETED, evidence: 'reported' as const, images: step(0, 0) };
  expect(emojiOf(empty, null)).toBe(STATE_EMOJI['not running']);
});

it('the documentation explains every symbol of a state, of a message, and those of help', () => {
  const rows = captures(readText('docs/how-it-works.md'), /^\| (\P{Ll}+) \| /gmu);
  const explained = rows.flatMap((symbols) => symbols.split(' '));
  const files = ['messages', 'parts'].flatMap((folder) =>
    readdirSync(join(ROOT, 'src/views', folder)).map((file) => `src/views/${folder}/${file}`),
  );
  const used = files.flatMap((file) => readText(file).match(/\p{Extended_Pictographic}\uFE0F?/gu) ?? []);
  expect(used.length).toBeGreaterThan(30);
  expect(LEGEND.match(/\p{Emoji_Presentation}/gu)).toHaveLength(4);
  expect([...new Set(used)].filter((symbol) => !explained.includes(symbol))).toEqual([]);
});

it('an error that a registry shows already is not listed again, whatever stands around it', () => {
  const snapshot = {
    ...COMPLETED,
    registries: [registry('ghcr.io', [step(1, 1), step(0, 1, { error: 'denied' })])],
  };
  const report = { ...REPORT, errors: [' denied\n', 'timeout'] };
  expect(withoutRepeats(report, snapshot).errors).toEqual(['timeout']);
});
