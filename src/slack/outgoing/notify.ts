/** Tells one person about a conversation; where the bot may not whisper there, in the direct messages with that person. */

import { randomUUID } from 'node:crypto';
import type { Message } from '../../views/kit/blocks.ts';
import { elsewhereView } from '../../views/replies/direct-message.ts';
import { toMentionSyntax } from '../../views/kit/mention-syntax.ts';
import type { Invocation, CommandContext } from '../context.ts';
import type { Reply } from './reply.ts';

export type Notify = (invocation: Invocation, message: Message) => Promise<void>;

export function createNotify(bot: CommandContext, reply: (reply: Reply) => Promise<void>): Notify {
  return async ({ conversation, userId }, message) => {
    const isHeldBack = await bot.access.heldBack(conversation.channel).then(
      (reason) => reason !== null,
      () => true,
    );
    if (!isHeldBack && (await bot.calls.postEphemeral({ conversation, userId }, message))) return;
    // To a person's ID Slack posts in the app's own conversation with that person.
    await reply({
      channel: userId,
      thread: '',
      message: toMentionSyntax(elsewhereView(message, conversation.channel)),
      key: randomUUID(),
      searchFrom: null,
    });
  };
}
