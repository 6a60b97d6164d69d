/** What was typed and not understood: which part is wrong, and what to type instead. */

import type { CommandProblem } from '../scan/command.ts';
import { context, message, type Message, note, section } from './blocks.ts';
import { GRAMMAR, grammarNotes } from './help.ts';
import { code } from './mrkdwn.ts';
import { faultLines } from './reference-fault.ts';

const WORD_MAX = 60;
const IMAGES_MAX = 5;

export function problemView({ problem }: { readonly problem: CommandProblem }): Message {
  switch (problem.kind) {
    case 'unknown-word':
      return unknownWordView(problem);
    case 'one-image':
      return note(`${code(problem.word)} takes one image at a time.`, [
        `For example: ${code(`/scanprogress ${problem.word} alpine:3.16`)}`,
      ]);
    case 'stop-what':
      return note('`/scanprogress stop` stops the registry scan, and takes no image.', [
        'A scan of one image cannot be stopped. To stop a watch: `/scanprogress unwatch alpine:3.16`',
      ]);
    case 'reference':
      return withHelp([...faultLines(problem.fault), ...(problem.isOneOfSeveral ? [NOTHING_WATCHED] : [])]);
    case 'several-images':
      return severalImagesView(problem.images);
    case 'too-many-images':
      return note(`One command takes ${problem.limit} images at most, so nothing was done.`, [
        'Send them in several commands.',
      ]);
  }
}

/** An image may be called anything, so a word that resembles one of ours may still be an image. */
function unknownWordView({ word, nearest }: CommandProblem & { kind: 'unknown-word' }): Message {
  const line = `I do not know ${code(word, WORD_MAX)}. Did you mean ${code(`/scanprogress ${nearest}`)}?`;
  return message(line, [
    section([line, `If it is an image, give its tag: ${code(`/scanprogress ${word}:latest`, 2 * WORD_MAX)}`]),
    ...GRAMMAR.map((lines) => section(lines)),
    grammarNotes(),
  ]);
}

function severalImagesView(images: readonly string[]): Message {
  const shown = images.slice(0, IMAGES_MAX).map((image) => code(`/scanprogress ${image}`));
  return withHelp([
    'I can answer for one image at a time. Put `watch` in front to follow several:',
    code(
      `/scanprogress watch ${images.slice(0, IMAGES_MAX).join(' ')}${images.length > IMAGES_MAX ? ' …' : ''}`,
    ),
    `or ask for one: ${shown[0] ?? '`/scanprogress alpine:3.16`'}`,
  ]);
}

/** A list with one wrong name in it is not half done. */
const NOTHING_WATCHED = 'The other images were left alone, too: mend this one and send the command again.';

function withHelp(lines: readonly [string, ...string[]]): Message {
  const [first] = lines;
  return message(first, [section(lines), context(['`/scanprogress help` shows all that you can type.'])]);
}
