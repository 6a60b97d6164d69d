/** The lines of a board: an image each, with its state and what matters of it now. */

import type { KnownBlock } from '@slack/types';
import { type BoardLine, isUnwatched, lineState } from '../../scan/board.ts';
import type { DeliveryContent } from '../../scan/delivery.ts';
import type { Findings } from '../../scan/results/findings.ts';
import type { ImageReport } from '../../scan/results/report.ts';
import type { ScanState } from '../../scan/snapshot.ts';
import { section } from '../kit/blocks.ts';
import { printDuration } from '../kit/duration.ts';
import { code, mention } from '../kit/mrkdwn.ts';
import { differenceText, findingsText, idDifferenceText } from '../parts/findings.ts';
import { isNothingScanned, lastScanWords } from '../parts/result.ts';
import { emojiOf, hasFailedPart, scanTime, sinceWords, timeLeft, tookJoin } from '../parts/state.ts';
import { printStep } from '../parts/steps.ts';
import { shortName } from '../parts/target-name.ts';

const LINES_PER_SECTION = 10;
const ERROR_MAX = 60;
/**
 * chat.update allows 4,000 characters: where all lines are longer than this, they leave out the scans before, then since
 * when they stall, then all but their states.
 */
const LINES_MAX = 3_200;

export interface LinesInput {
  readonly lines: readonly BoardLine[];
  readonly watchTtlMs: number;
  /** Epoch ms. */
  readonly now: number;
}

export function lineSections(input: LinesInput): (KnownBlock | null)[] {
  const lines = printLines(input);
  const sections = Math.ceil(lines.length / LINES_PER_SECTION);
  return Array.from({ length: sections }, (_, index) => {
    const from = index * LINES_PER_SECTION;
    return section(lines.slice(from, from + LINES_PER_SECTION));
  });
}

/** As much of each as fits for all. */
function printLines(input: LinesInput): readonly string[] {
  const full = (line: BoardLine) => words(line, input);
  const withoutBefore = (line: BoardLine) => full({ ...line, before: null });
  const withoutTimes = (line: BoardLine) => withoutBefore({ ...line, content: withoutStall(line.content) });
  const printed = (what: (line: BoardLine) => string) =>
    input.lines.map((line) => printLine(line, what(line)));
  return [full, withoutBefore, withoutTimes].map(printed).find(fits) ?? printed(displayState);
}

/** A date is as long as the rest of a line. */
function withoutStall(content: DeliveryContent): DeliveryContent {
  return { ...content, snapshot: { ...content.snapshot, movedAt: null } };
}

function fits(lines: readonly string[]): boolean {
  return lines.reduce((sum, { length }) => sum + length, 0) <= LINES_MAX;
}

function printLine(line: BoardLine, what: string): string {
  return `${lineEmoji(line)} ${shortName(line.target)} · ${what}`;
}

export function lineEmoji(line: BoardLine): string {
  if (isUnwatched(line)) return '🔕';
  return emojiOf({ ...line.content.snapshot, state: lineState(line) }, line.report);
}

function words(line: BoardLine, { watchTtlMs, now }: LinesInput): string {
  const { content, report } = line;
  switch (content.end) {
    case 'scan-ended':
      return endWords(line, now);
    case 'stopped':
      return `${UNWATCHED}${stopper(content)}`;
    case 'not-started':
      return '*not started*: the Console refused it';
    case 'expired':
      return `no scan was seen in ${printDuration(watchTtlMs)}`;
    case 'folded':
    case null:
      return report === null ? goingOn(line) : endWords(line, now);
  }
}

function stopper({ stoppedBy }: DeliveryContent): string {
  const who = stoppedBy === null ? '' : mention(stoppedBy);
  return who === '' ? '' : `: stopped by ${who}`;
}

function goingOn(line: BoardLine): string {
  const { snapshot } = line.content;
  const { state, discovery, images, remainingMs } = snapshot;
  const counts = images.total > 0 ? `${printStep(images)} images` : 'images not counted yet';
  switch (state) {
    case 'discovering':
      return `discovering tags${discovery.total > 0 ? ` ${printStep(discovery)}` : ''}`;
    case 'scanning':
      return `scanning ${counts}${timeLeft(remainingMs)}`;
    case 'stalled':
      return `*stalled* at ${counts}${sinceWords(snapshot)}${errorOf(line)}`;
    case 'unknown':
      return `the Console is out of reach; last seen at ${counts}`;
    case 'waiting':
      return waitingWords(line);
    default:
      return state;
  }
}

function waitingWords({ before = null }: BoardLine): string {
  if (before === null) return 'waiting';
  const { findings } = before;
  return `waiting · the ${lastScanWords(before)}${findings === null ? '' : ` · ${foundWords(findings)}`}`;
}

function endWords(line: BoardLine, now: number): string {
  const { content, report } = line;
  const { snapshot } = content;
  const state = lineState(line);
  const time = scanTime(snapshot, now);
  const join = state === 'completed' ? tookJoin(snapshot) : ' after ';
  const took = time === null ? '' : `${join}${time}`;
  if (state === 'failed') return `*failed*${took}${errorOf(line)}`;
  if (isNothingScanned(snapshot, report)) return 'ended, nothing was scanned';
  if (state !== 'completed') return `${state}${took}`;
  const partly = hasFailedPart(snapshot) ? ' with errors' : '';
  return `completed${partly}${took}${findingsOf(report)}`;
}

function errorOf({ content: { snapshot }, report }: BoardLine): string {
  const errors = [report?.error, snapshot.images.error, snapshot.discovery.error];
  const error = errors.find((text) => text !== undefined && text.trim() !== '');
  return error === undefined ? '' : `: ${code(error, ERROR_MAX)}`;
}

/** Only what may need attention now: the rest is one click away. */
function findingsOf(report: ImageReport | null): string {
  if (report === null || report.findings === null) return '';
  const change = changeOf(report, report.findings);
  return ` · ${foundWords(report.findings)}${change === '' ? '' : ` (${change})`}`;
}

function foundWords(findings: Findings): string {
  const found = findingsText(findings);
  return findings.critical >= 1 ? `*${found}*` : found;
}

function changeOf({ before, difference }: ImageReport, findings: Findings): string {
  if (difference !== undefined) return idDifferenceText(difference);
  return before === null ? '' : differenceText(findings, before);
}

export const UNWATCHED = 'no longer watched';

export function displayState(line: BoardLine): ScanState | typeof UNWATCHED {
  return isUnwatched(line) ? UNWATCHED : lineState(line);
}
