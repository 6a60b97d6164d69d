/**
 * A board: several images on one message, a line each, and one completion once all have ended. While it is active,
 * lines keep their order, because a moving line is hard to follow; at the end the worst come first.
 */

import { type BoardLine, isUnwatched, lineState, sumBoard } from '../../scan/board.ts';
import type { ImageReport } from '../../scan/results/report.ts';
import type { ScanState } from '../../scan/snapshot.ts';
import { mergeActionItems } from '../../scan/results/vulnerabilities.ts';
import { actionItemBlocks, actionItemLines, type ShownActionItem } from '../parts/action-items.ts';
import { stopBoardButton } from '../parts/buttons.ts';
import { actions, context, header, message, type Message, section } from '../kit/blocks.ts';
import { printMinutes } from '../kit/duration.ts';
import { mentions } from '../kit/mrkdwn.ts';
import { boardFindingsInText, hasCritical, knownFindings } from '../parts/result.ts';
import { completedEmoji, STATE_EMOJI } from '../parts/state.ts';
import { QUIET_END, whenWords } from './live.ts';
import { barAfter, knownSteps, printSteps } from '../parts/steps.ts';
import { capital } from '../parts/target-name.ts';
import { displayState, lineEmoji, type LinesInput, lineSections, UNWATCHED } from './board-lines.ts';

const FOLLOWERS_MAX = 5;
/** All followers are mentioned, up to what one message can hold. */
const MENTIONS_MAX = 60;

export interface BoardInput extends LinesInput {
  readonly boardId: string;
  /** User IDs of followers, in the order in which they joined. */
  readonly followers: readonly string[];
  /** Nothing is posted of its end. */
  readonly isQuiet?: boolean;
}

export interface BoardCompletionInput extends BoardInput {
  readonly mayMention: boolean;
  /** Slack refused the blocks: all there is to say is in the text. */
  readonly isPlain?: boolean;
}

export function boardView(input: BoardInput): Message {
  const { boardId, lines, followers, now } = input;
  const { snapshot, end } = sumBoard(lines);
  const people = mentions(followers, FOLLOWERS_MAX);
  const when = whenWords({ snapshot, end }, now);
  return message(boardText(lines), [
    header(`${boardEmoji(lines)} ${boardTitle(lines)}`),
    section([end === null ? goingOnLine(lines) : printSteps(snapshot)]),
    ...lineSections(end === null ? input : { ...input, lines: worstFirst(lines) }),
    context([
      capital(people === '' ? when : `watched by ${people} · ${when}`),
      input.isQuiet === true ? QUIET_END : null,
    ]),
    end === null ? actions([stopBoardButton(boardId)]) : null,
  ]);
}

/** The text starts with the public form and includes the mentions, in case Slack accepts only the text. */
export function boardCompletionView(input: BoardCompletionInput): Message {
  const { lines, followers, mayMention } = input;
  const items = actionItemsOf(lines);
  const twin = input.isPlain === true ? actionItemLines(items) : [];
  const people = mayMention ? mentions(followers, MENTIONS_MAX) : '';
  const text = boardText(lines) + boardFindingsInText(completedReports(lines));
  return message([people === '' ? text : `${text} · ${people}`, ...twin].join('\n'), [
    section([`${boardEmoji(lines)} *${allEnded(lines)}*: ${tally(lines)}`]),
    ...lineSections({ ...input, lines: worstFirst(lines) }),
    section([people]),
    ...actionItemBlocks(items),
  ]);
}

/** Of all images whose scan completed. */
function actionItemsOf(lines: readonly BoardLine[]): readonly ShownActionItem[] {
  const items = lines.flatMap((line) =>
    isCompleted(line) ? (line.report?.toActOn ?? []).map((item) => ({ ...item, image: line.target })) : [],
  );
  return mergeActionItems(items);
}

/** `12 images · scanning · tags 12/12 · images 80/120`: the public form, with sums. */
function boardText(lines: readonly BoardLine[]): string {
  const { snapshot } = sumBoard(lines);
  return `${countImages(lines)} · ${snapshot.state} · ${printSteps(snapshot)}`;
}

/** A failed scan has no findings to count. */
function completedReports(lines: readonly BoardLine[]): (ImageReport | null)[] {
  return lines.filter(isCompleted).map(({ report }) => report);
}

function isCompleted(line: BoardLine): boolean {
  return line.content.end === 'scan-ended' && lineState(line) === 'completed';
}

function countImages(lines: readonly BoardLine[]): string {
  return lines.length === 1 ? '1 image' : `${lines.length} images`;
}

/** "4 images: 1 failed, 3 completed". */
function boardTitle(lines: readonly BoardLine[]): string {
  return `${countImages(lines)}: ${tallied(lines).join(', ')}`;
}

function goingOnLine(lines: readonly BoardLine[]): string {
  const { snapshot } = sumBoard(lines);
  return (
    [knownSteps(snapshot), remaining(lines)].filter((part) => part !== '').join(' · ') +
    barAfter(snapshot.images)
  );
}

function allEnded({ length }: readonly BoardLine[]): string {
  if (length === 1) return 'The scan on this board has ended';
  return `${length === 2 ? 'Both' : `All ${length}`} scans on this board have ended`;
}

function worstFirst(lines: readonly BoardLine[]): readonly BoardLine[] {
  return lines.toSorted((a, b) => urgency(b) - urgency(a));
}

function urgency(line: BoardLine): number {
  if (isUnwatched(line)) return 0;
  if (lineState(line) === 'failed') return 3;
  return hasCritical(line.report) ? 2 : 1;
}

/** While it is active, one failed line does not make the board red: the others may succeed. */
function boardEmoji(lines: readonly BoardLine[]): string {
  const { snapshot, end } = sumBoard(lines);
  if (end === 'stopped') return '🔕';
  if (snapshot.state !== 'completed') return STATE_EMOJI[snapshot.state];
  const emojis = lines.filter(isCompleted).map(lineEmoji);
  const [first = STATE_EMOJI.completed] = emojis;
  if (emojis.every((emoji) => emoji === first)) return first;
  if (emojis.includes(STATE_EMOJI.stalled)) return STATE_EMOJI.stalled;
  const reports = completedReports(lines);
  const findings = reports.flatMap(knownFindings);
  return completedEmoji(findings, findings.length === reports.length);
}

const TALLIED: readonly (readonly [ScanState | typeof UNWATCHED, string])[] = [
  ['failed', 'failed'],
  ['completed', 'completed'],
  ['stopped', 'stopped'],
  [UNWATCHED, UNWATCHED],
  ['not running', 'not seen'],
  ['stalled', 'stalled'],
  ['scanning', 'scanning'],
  ['discovering', 'discovering'],
  ['unknown', 'unknown'],
  ['waiting', 'waiting'],
];

/** "*1 failed* · 5 completed · 2 stopped". mrkdwn. */
function tally(lines: readonly BoardLine[]): string {
  return tallied(lines)
    .map((part) => (part.endsWith(' failed') ? `*${part}*` : part))
    .join(' · ');
}

/** States that need attention first. */
function tallied(lines: readonly BoardLine[]): string[] {
  const states = lines.map(displayState);
  return TALLIED.flatMap(([state, word]) => {
    const count = states.filter((counted) => counted === state).length;
    return count === 0 ? [] : [`${count} ${word}`];
  });
}

/** The longest of all; nothing while one of them is unknown. */
function remaining(lines: readonly BoardLine[]): string {
  const open = lines.filter(({ content }) => content.end === null);
  const times = open.map(({ content }) => content.snapshot.remainingMs ?? null).filter((ms) => ms !== null);
  if (times.length < open.length) return '';
  const longest = Math.max(...times);
  return longest === 0 ? 'under a minute left' : `about ${printMinutes(longest)} left`;
}
