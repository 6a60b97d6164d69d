/** Replies about starting and stopping scans: permission, outcome, and what to do after a failure. */

import type { ControlOutcome } from '../../scan/control.ts';
import type { Failure } from '../../scan/snapshot.ts';
import type { Target } from '../../scan/target.ts';
import { startAnywayButton, startRegularButton, stopRegularButton } from '../parts/buttons.ts';
import { actions, message, type Message, note, section } from '../kit/blocks.ts';
import { singleRequestLines, failureClause } from '../parts/failure.ts';
import { SHOWS_OPERATORS } from '../kit/mention-syntax.ts';
import { code, mention } from '../kit/mrkdwn.ts';
import { capital, commandFor, scanPhrase } from '../parts/target-name.ts';

const OPERATORS_MAX = 10;

/** Of a person, by SCAN_OPERATORS and Slack; `unknown` where Slack does not say. */
export type OperatorStatus = 'operator' | 'guest' | 'no' | 'unknown';

interface OperatorsInput {
  /** Users and user groups. */
  readonly ids: readonly string[];
  /** Only the person reads the reply. Otherwise no one is named: a reply must not notify them. */
  readonly isPrivate: boolean;
  readonly status: OperatorStatus;
}

/** Who may start and stop scans, and whether the person may. */
export function operatorsView({ ids, isPrivate, status }: OperatorsInput): Message {
  if (ids.length === 0) return noOperatorsView();
  return note(operatorsLine(ids, isPrivate), [STATUS_LINES[status]]);
}

const STATUS_LINES: Readonly<Record<OperatorStatus, string>> = {
  operator: 'You are one of them.',
  guest: 'Guests and people of other organisations cannot be operators.',
  no: 'You are none of them. Whoever runs this bot can add you to `SCAN_OPERATORS`.',
  unknown: 'I could not check whether you are one: Slack did not say. Ask again in a minute.',
};

function noOperatorsView(more: readonly string[] = []): Message {
  return note('Nobody may start or stop scans from Slack yet.', [
    'Start the scan in the Console; `/scanprogress watch` follows it.',
    'For whoever runs this bot: name those who may in `SCAN_OPERATORS`.',
    ...more,
  ]);
}

function operatorsLine(ids: readonly string[], isPrivate: boolean): string {
  if (!isPrivate) return `Only operators can start or stop scans; ${SHOWS_OPERATORS}.`;
  const people = ids
    .slice(0, OPERATORS_MAX)
    .map(mentionOperator)
    .filter((line) => line !== '');
  return people.length > 0
    ? `Only operators can start or stop scans: ${people.join(', ')}`
    : 'Only operators can start or stop scans. `SCAN_OPERATORS` of this bot lists them.';
}

/** `status` is none that may. */
export function notOperatorView(
  input: OperatorsInput & {
    /** A person who types `stop` may only want fewer messages. */
    readonly isStop: boolean;
  },
): Message {
  const { ids, isPrivate, status, isStop } = input;
  const more = isStop ? [ONLY_MESSAGES] : [];
  if (ids.length === 0) return noOperatorsView(more);
  const who = operatorsLine(ids, isPrivate);
  if (status === 'no') return note(who, more);
  return note('I could not check that you are an operator: Slack did not say who is in the group.', [
    who,
    'Try again in a minute. For whoever runs this bot: it needs the scope `usergroups:read`.',
    ...more,
  ]);
}

export const ONLY_MESSAGES = 'Only the messages here should stop? `/scanprogress unwatch all`';

export function notForGuestsView(): Message {
  return note('Guests and people of other organisations may not start or stop scans from Slack.', [
    'Ask a member of this workspace who may.',
  ]);
}

function mentionOperator(id: string): string {
  return /^S[A-Z0-9]+$/.test(id) ? `<!subteam^${id}>` : mention(id);
}

/** Sent immediately, because the Console may take minutes to respond. */
export function startingView(target: Target): Message {
  return note(`Asking the Console to start ${scanPhrase(target)}.`, ['I’ll post the result here.']);
}

/** A guess, not a rejection. `specifications`: names of those checked. */
export function outOfScopeView(target: Target, specifications: readonly string[]): Message {
  const line = `${capital(scanPhrase(target))} was not started yet: no registry specification seems to cover this image.`;
  const looked = specifications.slice(0, SPECIFICATIONS_MAX).map((name) => code(name, NAME_MAX));
  const more = specifications.length - looked.length;
  return message(line, [
    section([
      `⚠️ ${line}`,
      `Looked at: ${looked.join(', ')}${more > 0 ? ` and ${more} more` : ''}.`,
      'Check the spelling. If it should be covered, *Start anyway*: the Console decides.',
    ]),
    actions([startAnywayButton(target)]),
  ]);
}

const SPECIFICATIONS_MAX = 10;
const NAME_MAX = 80;

/** null where the live message says it all. */
export function startedView(target: Target, outcome: ControlOutcome): Message | null {
  const name = scanPhrase(target);
  switch (outcome.kind) {
    case 'done':
      return null;
    case 'already-running':
      return runningView(target);
    case 'forbidden':
      return forbiddenView(`${capital(name)} was not started`);
    case 'unclear':
      return note(`The Console did not say whether ${name} was started.`, [
        ...singleRequestLines(outcome.failure),
        `Check with ${commandFor('', target)} before you start it again.`,
      ]);
    case 'failed':
      return failedView(`${capital(name)} was not started`, outcome.failure);
  }
}

/** The Console was not requested to start it. */
export function runningView(target: Target): Message {
  return note(`${capital(scanPhrase(target))} is running already; nothing was started.`, [
    target.kind === 'regular' ? 'The Console runs one at a time. `/scanprogress stop` stops it.' : null,
  ]);
}

interface Stopped {
  readonly outcome: ControlOutcome;
  /** The Console has just reported that no registry scan is ongoing. */
  readonly isIdle: boolean;
}

export function stoppedView({ outcome, isIdle }: Stopped): Message {
  switch (outcome.kind) {
    case 'done':
      if (isIdle) return note('No registry scan is running. There is nothing more to do.');
      return note('The Console accepted the stop. I’ll post here when the scan has ended.');
    case 'already-running':
    case 'unclear':
      return note('The Console did not say whether the registry scan was stopped.', [
        ...(outcome.kind === 'unclear' ? singleRequestLines(outcome.failure) : []),
        'Check with `/scanprogress` before you try again.',
      ]);
    case 'forbidden':
      return forbiddenView('The registry scan was not stopped');
    case 'failed':
      return failedView('The registry scan was not stopped', outcome.failure);
  }
}

const MAY_NOT = 'the Console user of this bot may not do that';
const GIVE_PERMISSION =
  'For whoever runs this bot: give its role *write* permission for `monitorImages`, or set a second user in `PRISMA_OPERATOR_USERNAME` and `PRISMA_OPERATOR_PASSWORD`.';

/** Inside a sentence, for a rejected start or stop. mrkdwn. */
export function whyNotTaken(failure: Failure): string {
  return failure.cause === 'forbidden' ? MAY_NOT : failureClause(failure);
}

export function whatToDoAboutStart(failure: Failure): readonly string[] {
  return failure.cause === 'forbidden' ? [GIVE_PERMISSION] : singleRequestLines(failure);
}

function forbiddenView(what: string): Message {
  return note(`${what}: ${MAY_NOT}.`, [GIVE_PERMISSION]);
}

function failedView(what: string, failure: Failure): Message {
  return note(`${what}: ${failureClause(failure)}.`, singleRequestLines(failure));
}

/** Where no modal could be opened: after a mention, or with an expired trigger ID. */
export function confirmView(kind: 'start' | 'stop'): Message {
  const button = kind === 'start' ? startRegularButton() : stopRegularButton();
  const line = kind === 'start' ? 'Start the registry scan of all registries?' : 'Stop the registry scan?';
  return message(line, [section([line, kind === 'stop' ? ONLY_MESSAGES : null]), actions([button])]);
}

/** The process crashed, or the Console took too long: the outcome is unknown. */
export function interruptedView(target: Target): Message {
  return note(
    `I restarted while asking the Console to start ${scanPhrase(target)}, so I don’t know whether it did.`,
    [`Check with ${commandFor('', target)}, and start it again if it is not running.`],
  );
}

export function stopInterruptedView(): Message {
  return note(
    'I restarted while asking the Console to stop the registry scan, so I don’t know whether it did.',
    ['Check with `/scanprogress`, and stop it again if it is still running.'],
  );
}
