/** The answers around starting and stopping scans: who may, what became of it, and what to do where it did not work. */

import type { ControlOutcome } from '../scan/control.ts';
import type { Failure } from '../scan/snapshot.ts';
import type { Target } from '../scan/target.ts';
import { startRegularButton, stopRegularButton } from './actions.ts';
import { actions, message, type Message, note, section } from './blocks.ts';
import { askedOnceLines, describeFailure } from './failure.ts';
import { mention } from './mrkdwn.ts';
import { capital, commandFor, scanOf } from './target-name.ts';

const OPERATORS_MAX = 10;

/** `ids`: of users and user groups. In a message for all they are counted, and nobody is mentioned. */
export function notOperatorView(input: {
  ids: readonly string[];
  isEphemeral: boolean;
  isKnown: boolean;
}): Message {
  const { ids, isEphemeral, isKnown } = input;
  if (ids.length === 0) {
    return note('Nobody may start or stop scans from Slack here.', [
      'Whoever runs this bot can allow it with `SCAN_OPERATORS`. Until then, start the scan in the Console; `/scanprogress watch` follows it.',
    ]);
  }
  const first = isKnown
    ? 'You may not start or stop scans from Slack.'
    : 'I could not find out whether you may start or stop scans: Slack does not tell me who is in the group.';
  const people = ids
    .slice(0, OPERATORS_MAX)
    .map(mentionOperator)
    .filter((one) => one !== '');
  return note(first, [
    isEphemeral && people.length > 0 ? `Those who may: ${people.join(', ')}` : 'Ask one of those who may.',
    isKnown ? null : 'Try again in a minute. The bot needs the scope `usergroups:read` for groups.',
  ]);
}

export function notForGuestsView(): Message {
  return note('Guests and people of other organisations may not start or stop scans from Slack.', [
    'Ask a member of this workspace who may.',
  ]);
}

function mentionOperator(id: string): string {
  return /^S[A-Z0-9]+$/.test(id) ? `<!subteam^${id}>` : mention(id);
}

/** At once, while the Console is being asked: it may take minutes. */
export function startingView(target: Target): Message {
  return note(`Asking the Console to start ${scanOf(target)}.`, ['What comes of it is told here.']);
}

export function outOfScopeView(target: Target): Message {
  return note(
    `The Console would never scan this: no registry specification covers it. ${capital(scanOf(target))} was not started.`,
    ['See *Defend › Vulnerabilities › Images › Registry settings* in the Console, or check the spelling.'],
  );
}

/** null where the live message says it all. */
export function startedView(target: Target, outcome: ControlOutcome): Message | null {
  const name = scanOf(target);
  switch (outcome.kind) {
    case 'done':
      return null;
    case 'already-running':
      return runningView(target);
    case 'forbidden':
      return forbiddenView(`${capital(name)} was not started`);
    case 'unclear':
      return note(`The Console did not say whether ${name} was started.`, [
        ...askedOnceLines(outcome.failure),
        `I do not ask again by myself. Look with ${commandFor('', target)} before you do.`,
      ]);
    case 'failed':
      return failedView(`${capital(name)} was not started`, outcome.failure);
  }
}

/** The Console was not asked to start it. */
export function runningView(target: Target): Message {
  return note(`${capital(scanOf(target))} is running already; nothing was started.`, [
    target.kind === 'regular' ? 'The Console runs one at a time. `/scanprogress stop` stops it.' : null,
  ]);
}

interface Stopped {
  readonly outcome: ControlOutcome;
  /** The Console has just told that no registry scan is under way. */
  readonly isIdle: boolean;
}

export function stoppedView({ outcome, isIdle }: Stopped): Message {
  switch (outcome.kind) {
    case 'done':
      if (isIdle)
        return note('No registry scan is running, as far as the Console just told.', [
          'It was asked to stop one all the same, and took that: there is nothing more to do.',
        ]);
      return note('The Console was asked to stop the registry scan, and took it.', [
        'Those who watch it are told when it is over.',
      ]);
    case 'already-running':
    case 'unclear':
      return note('The Console did not say whether the registry scan was stopped.', [
        ...(outcome.kind === 'unclear' ? askedOnceLines(outcome.failure) : []),
        'Look with `/scanprogress` before you try again.',
      ]);
    case 'forbidden':
      return forbiddenView('The registry scan was not stopped');
    case 'failed':
      return failedView('The registry scan was not stopped', outcome.failure);
  }
}

const MAY_NOT = 'the Console user of this bot may not do that';
const GIVE_PERMISSION =
  'Its role needs *write* permission for `monitorImages`. Whoever runs the bot can give it a second user for that: `PRISMA_OPERATOR_USERNAME` and `PRISMA_OPERATOR_PASSWORD`.';

/** Inside a sentence, where a start or a stop was refused. mrkdwn. */
export function whyNotTaken(failure: Failure): string {
  return failure.cause === 'forbidden' ? MAY_NOT : describeFailure(failure).headline;
}

export function whatToDoAboutStart(failure: Failure): readonly string[] {
  return failure.cause === 'forbidden' ? [GIVE_PERMISSION] : askedOnceLines(failure);
}

function forbiddenView(what: string): Message {
  return note(`${what}: ${MAY_NOT}.`, [GIVE_PERMISSION]);
}

function failedView(what: string, failure: Failure): Message {
  return note(`${what}: ${describeFailure(failure).headline}.`, askedOnceLines(failure));
}

/** Where no dialog could be opened by itself: a mention, or a trigger that was too old. */
export function askFirstView(kind: 'start' | 'stop'): Message {
  const button = kind === 'start' ? startRegularButton() : stopRegularButton();
  const line = kind === 'start' ? 'Start the registry scan of all registries?' : 'Stop the registry scan?';
  return message(line, [section([line]), actions([button])]);
}

/** A kill came in between, or the Console takes longer than another process waited: nobody knows how far it got. */
export function interruptedView(target: Target): Message {
  return note(`I was interrupted while I was asking the Console to start ${scanOf(target)}.`, [
    `I did not ask again. Look with ${commandFor('', target)}, and ask once more if it does not run.`,
  ]);
}

export function stopInterruptedView(): Message {
  return note('I was interrupted while I was asking the Console to stop the registry scan.', [
    'I did not ask again. Look with `/scanprogress`, and stop it once more if it still runs.',
  ]);
}
