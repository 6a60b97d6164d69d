/** An answer that cannot be given where it was asked for, in the direct messages with the person who asked. */

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

/** Text from outside in `<…>` only where it is an ID. */
function channelName(channel: string): string {
  return /^[CG][A-Z0-9]{1,30}$/.test(channel) ? `<#${channel}>` : 'another conversation';
}
