/** A reply that cannot be posted where it was requested: sent as a direct message to the person. */

import { context, message, type Message } from '../kit/blocks.ts';
import { kindOfChannel, postStep } from '../parts/channel.ts';

export function elsewhereView({ text, blocks }: Message, channel: string): Message {
  return message(text, [
    context([
      `This is about ${channelName(channel)}, where I could not answer you. ${postStep(kindOfChannel(channel), 'not-a-member')}`,
    ]),
    ...blocks,
  ]);
}

/** Text from outside in `<…>` only if it is an ID. */
function channelName(channel: string): string {
  return /^[CG][A-Z0-9]{1,30}$/.test(channel) ? `<#${channel}>` : 'another conversation';
}
