/**
 * Output for pipelines, as plain text: people read the log, and a CI interprets some lines as commands. So each is one
 * line that starts with a fixed word or the image.
 */

import type { InvalidReference } from '../image/reference.ts';
import { NO_REQUESTERS } from '../scan/control.ts';
import type { Report } from '../scan/results/report.ts';
import type { Snapshot } from '../scan/snapshot.ts';
import type { Target } from '../scan/target.ts';
import { waitingLines } from './messages/waiting.ts';
import { errorsIn, evidenceLine, progressText } from './parts/progress.ts';
import { failureSentences } from './parts/failure.ts';
import { endByResult, errorInResult, findingsInText, isNothingScanned } from './parts/result.ts';
import { isAbsent, isEnded, toHeadline } from './parts/state.ts';
import { referenceErrorLines } from './replies/reference-error.ts';

export interface PipelineInput {
  readonly target: Target;
  readonly snapshot: Snapshot;
  /** Findings; null while the scan is ongoing, or if unknown. */
  readonly report: Report | null;
  /** Epoch ms. */
  readonly now: number;
}

/** As in the completion: `alpine:3.16 · completed · tags 1/1 · images 12/12 · 1 critical · 4 high`. */
export function pipelineText({ target, snapshot, report }: PipelineInput): string {
  return toPlain(progressText(target, endByResult(snapshot, report)) + findingsInText(report));
}

/** What to check or to know, a sentence or two each; empty where all is well. */
export function pipelineHints(input: PipelineInput): readonly string[] {
  const { target, snapshot, report, now } = input;
  const { state, failure } = snapshot;
  if (state === 'unknown') return failure === null ? [] : [failureSentences(failure)];
  if (state === 'stalled') return [toPlain(toHeadline(snapshot, now).line)];
  if (isAbsent(state)) {
    // The Console was not polled yet.
    if (snapshot.answeredAt === null) return [];
    const content = { snapshot, end: null, stoppedBy: null };
    const why = snapshot.scope === 'outside' ? [toHeadline(snapshot, now).line] : [];
    return [...why, ...waitingLines({ target, content, requests: NO_REQUESTERS })].map(toPlain);
  }
  return isEnded(state) ? endHints(snapshot, report) : [];
}

const ERRORS_MAX = 3;
const ERROR_MAX = 200;

function endHints(snapshot: Snapshot, report: Report | null): readonly string[] {
  if (isNothingScanned(snapshot, report)) return [NOTHING_SCANNED];
  const errors = [...new Set([...errorsIn(snapshot).keys(), errorInResult(report).trim()])];
  const shown = errors.filter((error) => error !== '').slice(0, ERRORS_MAX);
  return [
    ...shown.map((error) => toPlain(`The Console says: ${error.slice(0, ERROR_MAX).toWellFormed()}`)),
    evidenceLine(snapshot) ?? '',
  ].filter((line) => line !== '');
}

const NOTHING_SCANNED =
  'The scan ended and nothing was scanned: the Console found no image for it. Check that tag in its registry, and the registry’s credentials in the Console.';

export function imageErrorText(error: InvalidReference): string {
  return toPlain(referenceErrorLines(error).join(' '));
}

export const IMAGE_MISSING = 'Name one image, such as alpine:3.16.';

/** For a word that means the registry scan. */
export function notAnImageText(word: string): string {
  return `"${word}" stands for the registry scan, and a pipeline waits for one image. If it is an image, give its tag: ${word}:latest`;
}

const NAME_MAX = 40;

export function unknownParameterText(name: string, known: readonly string[]): string {
  const shown = toPlain(name.slice(0, NAME_MAX).toWellFormed());
  return `"${shown}" is no parameter of this request. It takes ${known.join(', ')}.`;
}

export function repeatedParameterText(name: string): string {
  return `${name} is there more than once. Send it once; a request is about one image.`;
}

export const TAG_ASSUMED = 'No tag given, so latest.';
export const TIMEOUT_WRONG = 'timeout must be a number of seconds from 1 to 86400, such as 1800.';
export const HOLD_WRONG = 'hold must be a number of seconds from 0 to 20.';
export const ID_WRONG = 'id must be a UUID. Leave it off to begin a new wait: the answer has its id.';
export const ID_TAKEN = 'This id belongs to the wait for another image. Leave it off to begin a new wait.';
export const TOO_MANY = 'Too many pipelines wait at the moment. Ask again later.';
export const STARTING_OR_STOPPING = 'The bot is starting or stopping. Ask again.';
export const OUT_OF_ORDER = 'The bot cannot answer at the moment; its log says why. Ask again.';
export const NO_RESPONSE_YET = 'The Console has not answered yet. Ask again.';

/** For mrkdwn built here: a log shows neither code, bold nor local times. `&amp;` comes last: `&amp;lt;` stays `&lt;`. */
function toPlain(mrkdwn: string): string {
  return mrkdwn
    .replaceAll('`', '"')
    .replaceAll(/\*([^*]+)\*/g, '$1')
    .replaceAll(/<!date\^[^|>]*\|([^>]*)>/g, '$1')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
    .replaceAll(/[\p{Cc}\p{Cf}]/gu, ' ');
}
