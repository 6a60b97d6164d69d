/**
 * Notifies one person in a conversation with an ephemeral message; where the bot may not post it, with a direct
 * message.
 */

import { randomUUID } from 'node:crypto';
import type { Message } from '../../views/kit/blocks.ts';
import { elsewhereView } from '../../views/replies/direct-message.ts';
import { toMentionSyntax } from '../../views/kit/mention-syntax.ts';
import type { Invocation, CommandContext } from '../context.ts';
import type { Reply } from './reply.ts';

export type Notify = (invocation: Invocation, message: Message) => Promise<void>;

export function createNotify(bot: CommandContext, reply: (reply: Reply) => Promise<void>): Notify {
  return async ({ conversation, userId }, message) => {
    const isWithheld = await bot.access.withheldReason(conversation.channel).then(
      (reason) => reason !== null,
      () => true,
    );
    if (!isWithheld && (await bot.calls.postEphemeral({ conversation, userId }, message))) return;
    // With a user ID, Slack posts in the app's direct messages with that person.
    await reply({
      channel: userId,
      thread: '',
      message: toMentionSyntax(elsewhereView(message, conversation.channel)),
      key: randomUUID(),
      searchFrom: null,
    });
  };
}
