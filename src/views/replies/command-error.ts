/** Errors of a command: which word is wrong, and what to type instead. At most four lines. */

import type { CommandProblem, Remark } from '../../scan/command.ts';
import { parseTargetId, type Target } from '../../scan/target.ts';
import { watchHereButton } from '../parts/buttons.ts';
import { actions, context, message, type Message, note, section } from '../kit/blocks.ts';
import { BLOCK_KIT_LIMITS } from '../kit/limits.ts';
import { code } from '../kit/mrkdwn.ts';
import { referenceErrorLines } from './reference-error.ts';
import { ONLY_MESSAGES } from './start-stop.ts';

const WORD_MAX = 60;
const MEANT_MAX = 300;

export function commandErrorView({ problem }: { readonly problem: CommandProblem }): Message {
  switch (problem.kind) {
    case 'not-understood':
      return notUnderstoodView(problem);
    case 'unknown-word':
      return unknownWordView(problem);
    case 'addressee':
      return addresseeView(problem);
    case 'registry-host':
      return registryHostView(problem);
    case 'split-tag':
      return offerView('A tag follows its image behind a colon.', problem.meant);
    case 'scan-what':
      return note('Scan what? Nothing was started.', [
        'One image: `/scanprogress scan alpine:3.16`',
        'All registries, after a confirmation: `/scanprogress scan`',
      ]);
    case 'one-image':
      return note(`${code(problem.word)} takes one image at a time.`, [
        `For example: ${code(`/scanprogress ${problem.word} alpine:3.16`)}`,
      ]);
    case 'stop-what':
      return note('`/scanprogress stop` stops the registry scan, and takes no image.', [
        'A scan of one image cannot be stopped. To stop a watch: `/scanprogress unwatch alpine:3.16`',
      ]);
    case 'no-pause':
      return note('A scan cannot be paused or resumed. Nothing was done.', [
        'Who is mentioned here, and when: `/scanprogress settings`',
        'To stop a watch: `/scanprogress unwatch alpine:3.16`',
        'To stop the registry scan for everybody, after a confirmation: `/scanprogress stop`',
      ]);
    case 'reference':
      return withHelp([
        ...referenceErrorLines(problem.error),
        ...(problem.isOneOfSeveral ? [NOTHING_DONE] : []),
      ]);
    case 'too-many-images':
      return note(`One command takes ${problem.limit} images at most, so nothing was done.`, [
        'Send them in several commands.',
      ]);
  }
}

const HELP_HINT = '`/scanprogress help` shows all that you can type.';

function notUnderstoodView({ words, meant }: CommandProblem & { kind: 'not-understood' }): Message {
  const line = words.length === 0 ? 'I did not understand that.' : `I did not understand ${wordsOf(words)}.`;
  const isBare = meant !== null && !meant.includes(' ');
  if (meant === null || isBare) {
    const verb = isBare && EXAMPLES_TAKE.includes(meant) ? `${meant} ` : '';
    const example = isBare && verb === '' ? meant : `${verb}alpine:3.16`;
    return withHelp([
      `${line} Nothing was done.`,
      `For example: ${code(`/scanprogress ${example}`)}`,
      ...(meant === null ? [] : (HINTS.get(meant) ?? [])),
    ]);
  }
  return offerView(line, meant);
}

const OR_STOP = 'To stop the registry scan instead: `/scanprogress stop`';
const HINTS: ReadonlyMap<string, readonly string[]> = new Map([
  ['stop', [ONLY_MESSAGES]],
  ['unwatch', ['Everything that is watched here: `/scanprogress unwatch all`', OR_STOP]],
  ['unwatch all', [OR_STOP]],
  [
    'settings',
    [
      'It shows which ends are posted here and when people are mentioned, and its button *Change…* changes that.',
    ],
  ],
]);

const EXAMPLES_TAKE: readonly string[] = ['watch', 'unwatch', 'subscribe', 'unsubscribe', 'scan', 'history'];

function wordsOf(words: readonly string[]): string {
  return words.map((word) => code(word, WORD_MAX)).join(', ');
}

/** The command to paste, and a button where it watches one image. */
function offerView(line: string, meant: string): Message {
  const target = watchedBy(meant);
  const command = code(`/scanprogress ${meant}`, MEANT_MAX);
  return message(`${line} Did you mean ${command}?`, [
    section([`${line} Nothing was done.`, `Did you mean ${command}?`, ...(HINTS.get(meant) ?? [])]),
    target === null ? null : actions([watchHereButton(target)]),
    context([HELP_HINT]),
  ]);
}

function watchedBy(meant: string): Target | null {
  const [verb, image, ...more] = meant.split(' ');
  return verb === 'watch' && image !== undefined && more.length === 0 ? parseTargetId(image) : null;
}

function registryHostView({ host, verb }: CommandProblem & { kind: 'registry-host' }): Message {
  const command = verb === '' ? '/scanprogress' : `/scanprogress ${verb}`;
  return withHelp([
    `${code(host, WORD_MAX)} is a host, and names no image. Nothing was done.`,
    `An image of this registry: ${code(`${command} ${host}/acme/api:1.4`, MEANT_MAX)}`,
    `The scan of all registries: ${code(`${command} registry`)}`,
  ]);
}

/** An image may have any name, so a word that resembles a command may still be an image. */
function unknownWordView({ word, nearest }: CommandProblem & { kind: 'unknown-word' }): Message {
  return withHelp([
    `I do not know ${code(word, WORD_MAX)}. Did you mean ${code(`/scanprogress ${nearest}`)}?`,
    `If it is an image, give its tag: ${code(`/scanprogress ${word}:latest`, 2 * WORD_MAX)}`,
  ]);
}

function addresseeView({ of, verb, meant }: CommandProblem & { kind: 'addressee' }): Message {
  const example = `For example: ${code(`/scanprogress ${meant}`, MEANT_MAX)}`;
  if (of === 'channel' && verb.includes('subscribe')) {
    return withHelp(['A subscription is for the channel in which you type it. Nothing was done.', example]);
  }
  if (of === 'channel')
    return withHelp(['A watch is for the channel in which you type it. Nothing was done.', example]);
  return withHelp([
    `I mention the people who ask for a watch, and no ${of === 'group' ? 'groups' : 'others'}. Nothing was done.`,
    `${example}. They can click or type the same.`,
  ]);
}

/** Below a reply: how the words were parsed. */
function remarkLine(remark: Remark): string {
  switch (remark.kind) {
    case 'synonym':
      return `I understood ${code(remark.typed, WORD_MAX)} as ${code(remark.command)}.`;
    case 'or-stop':
      return OR_STOP;
    case 'for-everybody':
      return 'That is for everybody here. To turn off only the mentions: `/scanprogress settings`';
    case 'offer':
      return `Did you mean ${code(`/scanprogress ${remark.meant}`, MEANT_MAX)}?`;
    case 'lower-case':
      return `Names of images have no capitals: this is ${code(remark.image, MEANT_MAX)}.`;
    case 'unknown-words': {
      const meant = remark.meant === null ? HELP_HINT : remarkLine({ kind: 'offer', meant: remark.meant });
      return `I did not understand ${wordsOf(remark.words)}, so this is the progress. ${meant}`;
    }
  }
}

export function withRemarks<M extends Message>(reply: M, remarks: readonly Remark[]): M {
  const added = context(remarks.map(remarkLine));
  // Slack allows 50 blocks, and the remark is one of them.
  const blocks = reply.blocks.slice(0, BLOCK_KIT_LIMITS.blocks - 1);
  return added === null ? reply : { ...reply, blocks: [...blocks, added] };
}

/** The remarks alone, where the conversation shows what was done. */
export function remarksView(remarks: readonly Remark[]): Message {
  const [first = '', ...more] = remarks.map(remarkLine);
  return note(first, more);
}

/** Reply to thanks and greetings in a command: Slack shows nothing else. */
export function courtesyView(): Message {
  return note('👋 I’m here when you need me.');
}

/** A list with one invalid name is not executed in part. */
const NOTHING_DONE =
  'Nothing was done for the other images either: correct this name and send the command again.';

function withHelp(lines: readonly [string, ...string[]]): Message {
  const [first] = lines;
  return message(first, [section(lines), context([HELP_HINT])]);
}
