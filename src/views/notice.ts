/** Posts below a live message that are worth a new message: a scan stands still, and why; it moves again; it never began. */

import type { NoticeTopic } from '../scan/delivery.ts';
import type { Diagnosis, ImageReport } from '../scan/report.ts';
import type { Snapshot } from '../scan/snapshot.ts';
import type { Target } from '../scan/target.ts';
import { message, type Message, section } from './blocks.ts';
import { causeLines } from './cause.ts';
import { printDuration } from './duration.ts';
import { code } from './mrkdwn.ts';
import { errorLines, progressText } from './progress.ts';
import { printSteps } from './step.ts';
import { capital, noScanOf, scanOf } from './target-name.ts';

const ERROR_MAX = 160;

export interface NoticeInput {
  readonly topic: NoticeTopic;
  readonly target: Target;
  readonly snapshot: Snapshot;
  /** null where the Console told nothing in time. */
  readonly diagnosis: Diagnosis | null;
  /** What the scan found, where that is what the notice tells of; null else. */
  readonly report: ImageReport | null;
  /** STALL_AFTER, ms. */
  readonly stallAfterMs: number;
}

export function noticeView(input: NoticeInput): Message {
  return message(progressText(input.target, input.snapshot), [section(noticeLines(input))]);
}

function noticeLines({ topic, target, snapshot, diagnosis, report, stallAfterMs }: NoticeInput): string[] {
  switch (topic) {
    case 'stalled':
      return [
        `⚠️ ${capital(scanOf(target))} has *not moved for ${printDuration(stallAfterMs)}*: ${printSteps(snapshot)}.`,
        ...causeLines(diagnosis, topic),
        'I say so once, and again when it moves.',
      ];
    case 'moves':
      return [`▶️ ${capital(scanOf(target))} *moves again*: ${printSteps(snapshot)}.`];
    case 'not-begun':
      return [
        `⚠️ ${noScanOf(target)} is to be seen, though the Console was asked to start it.`,
        ...causeLines(diagnosis, topic),
      ];
    case 'failed':
      return [
        `❌ ${capital(scanOf(target))} *failed*. The others on this board go on.`,
        ...failureErrors(snapshot, report),
      ];
  }
}

/** The scan's own errors; where it reported none, the one of its result. */
function failureErrors(snapshot: Snapshot, report: ImageReport | null): string[] {
  const errors = errorLines(snapshot);
  if (errors.length > 0 || report === null || report.error === '') return errors;
  return [`⚠️ ${code(report.error, ERROR_MAX)}`];
}
