/** Notices below a live message: a scan stalls, with the cause; it resumes; it never started. */

import type { NoticeTopic } from '../../scan/delivery.ts';
import type { Diagnosis, ImageReport } from '../../scan/results/report.ts';
import type { Snapshot } from '../../scan/snapshot.ts';
import type { Target } from '../../scan/target.ts';
import { rescanButton } from '../parts/buttons.ts';
import { actions, message, type Message, section } from '../kit/blocks.ts';
import { causeLines, stepAfterFailure } from '../parts/cause.ts';
import { code } from '../kit/mrkdwn.ts';
import { errorsIn, progressText } from '../parts/progress.ts';
import { scanTime, sinceWords } from '../parts/state.ts';
import { knownSteps } from '../parts/steps.ts';
import { noScanPhrase, subjectOf } from '../parts/target-name.ts';

const ERROR_MAX = 160;

export interface NoticeInput {
  readonly topic: NoticeTopic;
  readonly target: Target;
  readonly snapshot: Snapshot;
  /** null where the report timed out. */
  readonly diagnosis: Diagnosis | null;
  /** Findings, where the notice is about them; otherwise null. */
  readonly report: ImageReport | null;
  /** How many others of its board are ongoing. */
  readonly others: number;
  /** SCAN_OPERATORS is set. */
  readonly isRescanOffered: boolean;
  /** Epoch ms. */
  readonly now: number;
}

export function noticeView(input: NoticeInput): Message {
  const { topic, target, snapshot, isRescanOffered } = input;
  return message(progressText(target, snapshot), [
    section(noticeLines(input)),
    topic === 'failed' && isRescanOffered ? actions([rescanButton(target)]) : null,
  ]);
}

function noticeLines(input: NoticeInput): string[] {
  const { topic, target, snapshot, diagnosis } = input;
  switch (topic) {
    case 'stalled':
      return [
        `⚠️ ${subjectOf(target)} *stalled* at ${knownSteps(snapshot)}${sinceWords(snapshot)}.`,
        ...causeLines(diagnosis, topic),
        'I’ll post again when it moves.',
      ];
    case 'moves':
      return [`▶️ ${subjectOf(target)} *moves again*: ${knownSteps(snapshot)}.`];
    case 'not-begun':
      return [
        `⚠️ ${noScanPhrase(target)} has begun, although the Console was asked to start it.`,
        ...causeLines(diagnosis, topic),
      ];
    case 'failed':
      return [failedLine(input)];
  }
}

/** What happened, what to check, what happens to the others: in one line. mrkdwn. */
function failedLine({ target, snapshot, report, others, now }: NoticeInput): string {
  const time = scanTime(snapshot, now);
  const error = failureError(snapshot, report);
  const why = error === '' ? '.' : `: ${code(error, ERROR_MAX)}.`;
  const rest = OTHERS[others] ?? `The other ${others} go on.`;
  return `❌ ${subjectOf(target)} *failed*${time === null ? '' : ` after ${time}`}${why} ${stepAfterFailure(error, target.kind)} ${rest}`.trim();
}

/** By how many others there are. */
const OTHERS: readonly string[] = ['', 'The other one goes on.'];

/** The scan's own error; without one, the error of its result. */
function failureError(snapshot: Snapshot, report: ImageReport | null): string {
  const [error = report?.error.trim() ?? ''] = errorsIn(snapshot).keys();
  return error;
}
