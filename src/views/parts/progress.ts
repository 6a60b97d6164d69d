/**
 * Shared by all messages about a scan: the public one-line text, and the blocks of state, steps and registries. Replies
 * and live messages differ only in what they add.
 */

import type { KnownBlock } from '@slack/types';
import { EMPTY_RESPONSES_MISSED } from '../../scan/state/fingerprint.ts';
import type { Diagnosis, RegularReport, Report } from '../../scan/results/report.ts';
import type { Snapshot, RegistryProgress } from '../../scan/snapshot.ts';
import { type Target, targetId } from '../../scan/target.ts';
import { header, section } from '../kit/blocks.ts';
import { stallLine, stepAfterFailure, OUTSIDE } from './cause.ts';
import { failureLines } from './failure.ts';
import { findingsLine } from './findings.ts';
import { clock, code } from '../kit/mrkdwn.ts';
import { reportLines, sinceBefore } from './report.ts';
import { type Headline, isAbsent, isEnded, STATE_EMOJI, stateWords, timeLeft, toHeadline } from './state.ts';
import { knownSteps, printSteps, stepLines, isStepComplete } from './steps.ts';
import { codeName, shortName, targetText, targetTitle } from './target-name.ts';
import { hasError } from '../../scan/state/end.ts';

const ERRORS_MAX = 3;
const ERROR_MAX = 200;
const NAME_MAX = 300;

/**
 * `alpine:3.16 · scanning · tags 1/1 · images 7/12`: a public form that programs may parse. A state without counts
 * (`waiting`, `not running`) shows 0/0.
 */
export function progressText(
  target: Target,
  snapshot: Pick<Snapshot, 'state' | 'discovery' | 'images'>,
): string {
  return `${targetText(target)} · ${snapshot.state} · ${printSteps(snapshot)}`;
}

/** A scan that runs. */
export interface RunningScan {
  readonly target: Target;
  readonly snapshot: Snapshot;
}

/** In a list: "🔵 `alpine:3.16` · scanning · tags 1/1 · images 7/12 · about 4 min left". mrkdwn. */
export function runningLine({ target, snapshot }: RunningScan): string {
  const left = snapshot.state === 'scanning' ? timeLeft(snapshot.remainingMs) : '';
  return `${STATE_EMOJI[snapshot.state]} ${shortName(target)} · ${stateWords(snapshot)}${left}`;
}

interface ProgressInput {
  readonly target: Target;
  readonly snapshot: Snapshot;
  /** Of a stalled scan; left out or null otherwise, or if unknown. */
  readonly diagnosis?: Diagnosis | null;
  /** Of an ended scan; left out or null if unknown. */
  readonly report?: Report | null;
  readonly now: number;
}

/** `headline` replaces the state's own at the end of a watch. */
export function progressBlocks(
  input: ProgressInput,
  headline: Headline = toHeadline(input.snapshot, input.now, input.report),
): (KnownBlock | null)[] {
  const { target, snapshot, report = null } = input;
  return [
    header(`${headline.emoji} ${targetTitle(target)}`),
    section([
      headline.line + foundWords(snapshot, report) + stepWords(snapshot, target),
      changeLine(snapshot, report),
      unknownStep(snapshot),
      ...countLines(snapshot),
    ]),
    section(registryLines(snapshot.registries)),
    section([
      ...errorLines(snapshot, isEnded(snapshot.state) ? failuresIn(report) : []),
      ...(isEnded(snapshot.state) && report?.kind === 'regular'
        ? reportLines(withoutRepeats(report, snapshot))
        : []),
      restartLine(snapshot),
      foundAsLine(snapshot, target),
      evidenceLine(snapshot),
      isMissed(snapshot) ? MISSED : null,
      snapshot.state === 'stalled' ? stallLine(input.diagnosis ?? null) : null,
      ...unknownLines(snapshot),
    ]),
  ];
}

/** What to do: a notification shows the first hundred characters. */
function stepWords(snapshot: Snapshot, { kind }: Target): string {
  if (snapshot.state !== 'failed') return '';
  return `. ${stepAfterFailure([...errorsIn(snapshot).keys()].join(' '), kind)}`;
}

/** What "no scan" may mean, likeliest first. mrkdwn. */
export function absenceLines(target: Target, { scope }: Pick<Snapshot, 'scope'>): string[] {
  if (target.kind === 'regular') return ['Nobody has started one, or the last one is over.'];
  if (scope === 'outside') return OUTSIDE;
  if (scope === 'inside')
    return ['Nobody has started it, or it is over. The image’s registry is configured in the Console.'];
  return [
    'Nobody has started it, or it is over. If you expected it, check in the Console:',
    '•  is the tag spelled like this?',
    '•  is the image’s registry configured there?',
  ];
}

/** The Console knows the image by another name. */
function foundAsLine({ registries }: Snapshot, target: Target): string | null {
  const foundAs = registries[0]?.foundAs;
  return foundAs === undefined || foundAs === targetId(target)
    ? null
    : `The Console scans it as ${codeName(foundAs, NAME_MAX)}.`;
}

/** How an end is known that no progress reported; null otherwise. mrkdwn. */
export function evidenceLine(snapshot: Snapshot): string | null {
  switch (snapshot.evidence) {
    case 'results':
      return hasCounts(snapshot) ? REPORT_MISSED : UNSEEN;
    case 'vanished':
      return snapshot.state === 'stopped' ? STOPPED_REPORTING : DISAPPEARED;
    case 'reported':
    case null:
      return null;
  }
}

const UNSEEN = 'It ran between two polls, so its end comes from the Console’s results.';
const REPORT_MISSED = 'Its end comes from the Console’s results; the counts are the last ones seen.';
const STOPPED_REPORTING =
  'The Console stopped reporting it before it was done, and shows no result of it. If that was not meant, start it again.';
const DISAPPEARED =
  'The Console no longer reports this scan, and its end was not seen. Check the results there.';

const MISSED = 'The Console no longer reports this scan. I’m waiting for its result.';

function isMissed({ scan, endedAt, state, emptyAnswers }: Snapshot): boolean {
  const isUnderWay = scan > 0 && endedAt === null && state !== 'unknown' && !isAbsent(state);
  return isUnderWay && emptyAnswers >= EMPTY_RESPONSES_MISSED;
}

/** Bars while it is ongoing; counts at the end. */
function countLines(snapshot: Snapshot): string[] {
  const { state, scan, endedAt } = snapshot;
  if (isAbsent(state))
    return state === 'not running' && hasCounts(snapshot) ? [`Last seen at ${knownSteps(snapshot)}.`] : [];
  // The headline says where it stalled.
  if (state === 'stalled') return [];
  if (isEnded(state)) return hasCounts(snapshot) ? [printSteps(snapshot)] : [];
  return (scan > 0 && endedAt === null) || hasCounts(snapshot) ? stepLines(snapshot) : [];
}

/** For an image: ` · *1 critical* · 4 high`. mrkdwn. */
function foundWords({ state }: Snapshot, report: Report | null): string {
  const findings = isEnded(state) && report?.kind === 'image' ? report.findings : null;
  return findings === null ? '' : ` · ${findingsLine(findings)}`;
}

function changeLine({ state }: Snapshot, report: Report | null): string | null {
  return isEnded(state) && report?.kind === 'image' ? sinceBefore(report) : null;
}

/** False for a scan that started and ended unseen. */
export function hasCounts({ discovery, images }: Snapshot): boolean {
  return discovery.total > 0 || images.total > 0;
}

/** Error → host of its first registry. Without duplicates: many registries may have the same error. */
export function errorsIn({ discovery, images, registries }: Snapshot): ReadonlyMap<string, string> {
  const found = [...registries, { host: '', discovery, images }].flatMap((part) =>
    [part.discovery, part.images].map((step) => ({ host: part.host, error: step.error.trim() })),
  );
  const errors = new Map<string, string>();
  for (const { host, error } of found) if (error !== '' && !errors.has(error)) errors.set(error, host);
  return errors;
}

/** Except those shown elsewhere in the message. mrkdwn. */
export function errorLines(snapshot: Snapshot, shownElsewhere: readonly string[] = []): string[] {
  const errors = [...errorsIn(snapshot)].filter(([error]) => !shownElsewhere.includes(error));
  const isNamed = snapshot.registries.length > 1;
  const lines = errors.map(
    ([error, host]) => `⚠️ ${isNamed && host !== '' ? `${code(host)} ` : ''}${code(error, ERROR_MAX)}`,
  );
  return lines.length > ERRORS_MAX
    ? [...lines.slice(0, ERRORS_MAX), `and ${lines.length - ERRORS_MAX} more`]
    : lines;
}

/** The Console's latest errors are mostly those of failed registries, which are listed by name. */
export function withoutRepeats(report: RegularReport, snapshot: Snapshot): RegularReport {
  const shown = [...errorsIn(snapshot).keys(), ...failuresIn(report)];
  return { ...report, errors: report.errors.filter((error) => !shown.includes(error.trim())) };
}

export function failuresIn(report: Report | null): readonly string[] {
  return report?.kind === 'regular' ? report.failed.map(({ error }) => error.trim()) : [];
}

function restartLine({ restarts }: Snapshot): string | null {
  if (restarts <= 0) return null;
  const times = restarts === 1 ? '' : ` ${restarts} times`;
  return `🔄 The Console started this scan over${times}, so its counts began again.`;
}

function unknownLines({ state, failure, answeredAt, scan }: Snapshot): string[] {
  if (state !== 'unknown') return [];
  const what = scan > 0 ? 'These counts are' : 'Its last answer is';
  const age =
    answeredAt === null
      ? 'The Console has not answered about it yet.'
      : `${what} from ${clock(answeredAt, '{date_short_pretty} {time}')}.`;
  // Its first line stands before the counts, see `unknownStep`.
  return failure === null ? [age] : [age, ...failureLines(failure).slice(1)];
}

/** Before the counts, as after a failure. */
function unknownStep({ state, failure }: Snapshot): string | null {
  return state === 'unknown' && failure !== null ? (failureLines(failure)[0] ?? null) : null;
}

const LINES_MAX = 10;
const HOST_MAX = 60;

/** Empty for a single registry, whose counts are shown above. mrkdwn. */
function registryLines(registries: readonly RegistryProgress[]): string[] {
  if (registries.length < 2) return [];
  const lines = inOrder(registries)
    .slice(0, LINES_MAX)
    .map((registry) => registryLine(registry, registries.indexOf(registry)));
  const left = registries.length - lines.length;
  return left === 0 ? lines : [...lines, `and ${left} more`];
}

/** The Console's order while all fit; otherwise those that may need attention first. */
function inOrder(registries: readonly RegistryProgress[]): readonly RegistryProgress[] {
  if (registries.length <= LINES_MAX) return registries;
  return registries.toSorted((a, b) => urgency(b) - urgency(a));
}

/** Its error has a line of its own, below all of them. */
function registryLine(registry: RegistryProgress, index: number): string {
  return `${mark(registry)} ${hostName(registry, index)} · ${knownSteps(registry)}`;
}

/** A plain host name needs no code span, which Slack shows in red. Unknown without a title. */
function hostName({ host, isOngoing }: RegistryProgress, index: number): string {
  if (host.trim() === '') return `Registry ${index + 1}${isOngoing ? '' : ' (finished)'}`;
  return /^[\w.-]{1,60}(?::\d{1,5})?$/.test(host) && !host.includes('_') ? host : code(host, HOST_MAX);
}

function mark(registry: RegistryProgress): string {
  if (hasError(registry)) return '⚠️';
  if (registry.isOngoing) return '🔹';
  return isStepComplete(registry.discovery) && isStepComplete(registry.images) ? '✔️' : '▫️';
}

function urgency(registry: RegistryProgress): number {
  if (hasError(registry)) return 2;
  return registry.isOngoing ? 1 : 0;
}
