/** A reply that cannot be posted where it was requested: sent as a direct message to the person. */

import { context, message, type Message } from '../kit/blocks.ts';
import { channelName, kindOfChannel, postStep } from '../parts/channel.ts';

export function elsewhereView({ text, blocks }: Message, channel: string): Message {
  return message(text, [
    context([
      `This is about ${channelName(channel, 'another conversation')}, where I could not answer you. ${postStep(kindOfChannel(channel), 'not-a-member')}`,
    ]),
    ...blocks,
  ]);
}
