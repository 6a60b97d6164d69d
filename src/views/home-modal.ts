/**
 * The modal of *Watch an image…* on App Home: an image, and a conversation to post in. Errors are shown at their field.
 */

import type { ModalView } from '@slack/types';
import type { CommandProblem } from '../scan/command.ts';
import { CALLBACK_IDS } from './parts/buttons.ts';
import { kindOfChannel, type NoPost, postStep } from './parts/channel.ts';
import { conversationField, conversationIn, modal, plainWords, textField, textIn } from './kit/modal.ts';
import { referenceErrorLines } from './replies/reference-error.ts';

const FIELDS = { image: 'image', conversation: 'conversation' } as const;
/** Twenty long names. */
const IMAGES_MAX = 3_000;

export function watchModal(): ModalView {
  return modal({
    callbackId: CALLBACK_IDS.watchImage,
    title: 'Watch an image',
    submit: 'Watch',
    metadata: {},
    blocks: [
      textField(
        { id: FIELDS.image, label: 'Image', hint: 'For example alpine:3.16. Several become one board.' },
        { text: '', max: IMAGES_MAX, isOptional: false },
      ),
      conversationField({ id: FIELDS.conversation, label: 'Conversation to post in' }),
    ],
  });
}

/** Values of a submission. `channel` is `''` where none was chosen. */
export function parseWatchModal(values: unknown): { readonly text: string; readonly channel: string } {
  return { text: textIn(values, FIELDS.image), channel: conversationIn(values, FIELDS.conversation) };
}

/** Block ID → error, the shape of Slack's `response_action: errors`. */
export type ModalErrors = Readonly<Record<string, string>>;

/** `problem`: null where the text contains no image. */
export function imageErrors(problem: CommandProblem | null): ModalErrors {
  return { [FIELDS.image]: plainWords(imageErrorOf(problem)) };
}

function imageErrorOf(problem: CommandProblem | null): string {
  switch (problem?.kind) {
    case 'reference':
      return referenceErrorLines(problem.error).join(' ');
    case 'split-tag':
      return 'A tag follows its image behind a colon, as in alpine:3.16.';
    case 'too-many-images':
      return `One board takes ${problem.limit} images at most.`;
    default:
      return 'I find no image in that. Name one such as alpine:3.16, or several with spaces between them.';
  }
}

/** `why`: what prevents the person, or the bot, from posting there. */
export function conversationErrors(
  why: 'none' | 'not-a-member' | 'members-unknown' | 'shared' | 'broken' | NoPostThere,
): ModalErrors {
  return { [FIELDS.conversation]: plainWords(typeof why === 'string' ? SENTENCES[why] : noPostError(why)) };
}

interface NoPostThere {
  readonly channel: string;
  readonly noPost: NoPost;
}

const SENTENCES = {
  none: 'Choose a conversation.',
  'not-a-member': 'Only members of a conversation can watch in it. Join it, or choose another one.',
  'members-unknown':
    'I cannot see who is a member of it. Type /invite @scanprogress there, or choose another one.',
  broken: 'Something went wrong in scanprogress. Try again in a minute.',
  shared: 'I do nothing in conversations that are shared with another organisation. Choose another one.',
} as const;

function noPostError({ channel, noPost }: NoPostThere): string {
  return `I cannot post there. ${postStep(kindOfChannel(channel), noPost)}`;
}
