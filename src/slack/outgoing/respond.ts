/** Answers through a response_url: works wherever the person is, also where the bot is no member. */

import type { RespondFn } from '@slack/bolt';
import { z } from 'zod';
import { messageOf } from '../../errors.ts';
import type { Message } from '../../views/kit/blocks.ts';
import { bindButtons } from '../web-api/binding.ts';
import type { CommandContext } from '../context.ts';

export interface AnswerOptions {
  /** Draws the answer in place of the message that was clicked. */
  readonly isReplacement?: boolean;
  /** Everybody in the conversation sees it. */
  readonly isShared?: boolean;
}

const refusal = z.object({ ok: z.literal(false), status: z.number() });

export type ResponseTarget = (message: Message, options?: AnswerOptions) => Promise<void>;

/** `channel`: where its buttons work. The answer of a response_url that is used up (5 times, 30 minutes) is lost; that is logged and never thrown. */
export function createResponder(bot: CommandContext, respond: RespondFn, channel: string): ResponseTarget {
  return async (message: Message, { isReplacement = false, isShared = false }: AnswerOptions = {}) => {
    const { text, blocks } = bindButtons(message, channel);
    try {
      const answer: unknown = await respond({
        response_type: isShared ? 'in_channel' : 'ephemeral',
        replace_original: isReplacement,
        text,
        blocks,
        unfurl_links: false,
        unfurl_media: false,
      });
      const refused = refusal.safeParse(answer).data;
      if (refused !== undefined) {
        bot.log.warn({ status: refused.status }, 'Slack took no answer at the response_url');
      }
    } catch (error) {
      bot.log.warn({ error: messageOf(error) }, 'reply did not reach Slack');
    }
  };
}
