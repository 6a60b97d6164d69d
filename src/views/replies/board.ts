/** Replies about boards: what was started, joined or moved, a sentence or two each. */

import type { NamedTarget } from '../../scan/command.ts';
import type { Target } from '../../scan/target.ts';
import { moveToBoardButton } from '../parts/buttons.ts';
import { actions, message, type Message, note, section } from '../kit/blocks.ts';
import { link } from '../kit/mrkdwn.ts';
import { assumedLine, names } from './watch.ts';

/** `isPosted`: the board's message exists already. */
export function onBoardView(input: {
  readonly named: readonly NamedTarget[];
  readonly isPosted: boolean;
}): Message {
  const { named, isPosted } = input;
  const images = names(named.map(({ target }) => target));
  return note(`Watching ${images} here, on one board.${isPosted ? '' : ' The board follows.'}`, [
    assumedLine(named),
  ]);
}

export function alreadyOnBoardView(input: {
  readonly targets: readonly Target[];
  /** The person will be notified at the end; false if so before. */
  readonly hasJoined: boolean;
  /** Permalink, null if unknown. */
  readonly boardUrl: string | null;
}): Message {
  const { targets, hasJoined, boardUrl } = input;
  const line =
    targets.length === 1
      ? `${names(targets)} is already on a board here.`
      : `These images are already on a board here: ${names(targets)}.`;
  return note(line, [
    hasJoined ? 'You will be mentioned, too, when it ends.' : 'You will be mentioned when it ends.',
    boardUrl === null ? null : link(boardUrl, 'Go to the board'),
  ]);
}

/** `thread`: where they are, `''` for the channel itself. */
export function offerBoardView({
  count,
  thread,
}: {
  readonly count: number;
  readonly thread: string;
}): Message {
  const line = `${count} images are watched here, with a message each.`;
  return message(line, [
    section([
      line,
      'One board could show them all: a line per image, edited in place, and one post when all have ended.',
    ]),
    actions([moveToBoardButton(thread)]),
  ]);
}

export function movedToBoardView(count: number): Message {
  return note(`${count} images are on one board now.`, [
    'Their own messages point to it and stop moving. People who asked for one are mentioned when all have ended.',
  ]);
}

export function tooFewToMoveView(): Message {
  return note(
    'Fewer than two images have messages of their own here, so there is nothing to put on one board.',
    ['To watch several on one: `/scanprogress watch api:1.4 web:1.4`'],
  );
}

export function boardOverView(): Message {
  return note('This board has already ended.', ['`/scanprogress list` shows what is watched here.']);
}
