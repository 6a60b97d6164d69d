/** Replies through a response_url: these work everywhere, even where the bot is no member. */

import type { RespondFn } from '@slack/bolt';
import { z } from 'zod';
import { messageOf } from '../../errors.ts';
import type { Message } from '../../views/kit/blocks.ts';
import { bindButtons } from '../web-api/binding.ts';
import type { CommandContext } from '../context.ts';

export interface AnswerOptions {
  /** Replaces the clicked message. */
  readonly isReplacement?: boolean;
  /** Visible to everyone in the conversation. */
  readonly isShared?: boolean;
}

const refusal = z.object({ ok: z.literal(false), status: z.number() });

export type ResponseTarget = (message: Message, options?: AnswerOptions) => Promise<void>;

/**
 * `channel`: where its buttons work. If the response_url is used up (5 times, 30 minutes), the reply is lost and
 * logged; never throws.
 */
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
        bot.log.warn({ status: refused.status }, 'response_url rejected the reply');
      }
    } catch (error) {
      bot.log.warn({ error: messageOf(error) }, 'reply did not reach Slack');
    }
  };
}
