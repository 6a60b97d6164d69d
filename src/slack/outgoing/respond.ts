/** Replies through a response_url: these work everywhere, even where the bot is no member. */

import type { RespondArguments, RespondFn } from '@slack/bolt';
import { z } from 'zod';
import { messageOf } from '../../errors.ts';
import type { Message } from '../../views/kit/blocks.ts';
import { bindButtons } from '../web-api/binding.ts';
import type { CommandContext } from '../context.ts';

export interface ResponseOptions {
  /** Replaces the clicked message. */
  readonly isReplacement?: boolean;
  /** Visible to everyone in the conversation. */
  readonly isShared?: boolean;
}

const rejected = z.object({ ok: z.literal(false), status: z.number() });

export type ResponseTarget = (message: Message, options?: ResponseOptions) => Promise<void>;

/**
 * `channel`: where its buttons work. If the response_url is used up (5 times, 30 minutes), the reply is lost and
 * logged; never throws.
 */
export function createResponder(bot: CommandContext, respond: RespondFn, channel: string): ResponseTarget {
  return async (message, { isReplacement = false, isShared = false } = {}) => {
    try {
      const response: unknown = await respond({
        ...toContent(message, channel),
        response_type: isShared ? 'in_channel' : 'ephemeral',
        replace_original: isReplacement,
      });
      const rejection = rejected.safeParse(response).data;
      if (rejection !== undefined) {
        bot.log.warn({ status: rejection.status }, 'response_url rejected the reply');
      }
    } catch (error) {
      bot.log.warn({ error: messageOf(error) }, 'reply did not reach Slack');
    }
  };
}

function toContent(message: Message, channel: string) {
  const { text, blocks } = bindButtons(message, channel);
  return { text, blocks, unfurl_links: false, unfurl_media: false };
}

/** Where a reply goes, and when Slack gets its acknowledgement. */
export interface AckTarget {
  readonly respond: ResponseTarget;
  /** Acknowledges without a reply, unless that was done already. Never rejects. */
  readonly acknowledge: () => Promise<void>;
}

interface AckTargetOptions {
  readonly ack: (message?: RespondArguments) => Promise<void>;
  /** A click's acknowledgement can carry nothing. */
  readonly canAckCarry: boolean;
  readonly respond: RespondFn;
  readonly channel: string;
}

/**
 * The first reply travels in the acknowledgement of a command, unless that has left. Not what all see: Slack would show
 * them what the person typed, too. Where a socket breaks right now, it goes to the response_url.
 */
export function createAckTarget(
  bot: CommandContext,
  { ack, canAckCarry, respond, channel }: AckTargetOptions,
): AckTarget {
  const respondTo = createResponder(bot, respond, channel);
  let isOpen = true;
  const tryAck = async (message?: Message): Promise<boolean> => {
    isOpen = false;
    try {
      await ack(message && { ...toContent(message, channel), response_type: 'ephemeral' });
      return true;
    } catch (error) {
      bot.log.warn({ error: messageOf(error) }, 'ack failed');
      return false;
    }
  };
  const acknowledge = async (): Promise<void> => {
    if (isOpen) await tryAck();
  };
  return {
    acknowledge,
    respond: async (message, options) => {
      if (!canAckCarry || options?.isShared === true) await acknowledge();
      else if (isOpen && (await tryAck(message))) return;
      await respondTo(message, options);
    },
  };
}
