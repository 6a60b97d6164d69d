/** Tells one person about a conversation; where the bot may not whisper there, in the direct messages with that person. */

import { randomUUID } from 'node:crypto';
import type { Message } from '../../views/kit/blocks.ts';
import { elsewhereView } from '../../views/replies/direct-message.ts';
import { spokenView } from '../../views/kit/mention-syntax.ts';
import type { Asker, Bot } from '../context.ts';
import type { Reply } from './reply.ts';

export type Tell = (asker: Asker, message: Message) => Promise<void>;

export function createTell(bot: Bot, reply: (reply: Reply) => Promise<void>): Tell {
  return async ({ place, userId }, message) => {
    const isHeldBack = await bot.access.heldBack(place.channel).then(
      (reason) => reason !== null,
      () => true,
    );
    if (!isHeldBack && (await bot.calls.whisper({ place, userId }, message))) return;
    // To a person's ID Slack posts in the app's own conversation with that person.
    await reply({
      channel: userId,
      thread: '',
      message: spokenView(elsewhereView(message, place.channel)),
      key: randomUUID(),
      lookFrom: null,
    });
  };
}
