/** Why a person gets no reply or may not do something, and the step in Slack. */

import { type Message, note } from '../kit/blocks.ts';
import { type ConversationKind, postStep } from '../parts/channel.ts';
import { code } from '../kit/mrkdwn.ts';

/** For members of this organisation only. */
export function sharedChannelView(channel: string): Message {
  return note('This conversation is shared with another organisation, so I do nothing here.', [
    `Whoever runs this bot can allow it: ${code(`SHARED_CHANNELS=${channel}`)}. Until then, ask me in another channel, or in the direct messages with me.`,
  ]);
}

export function unknownPersonView(): Message {
  return note('Slack does not tell me just now who is in this conversation, so I do nothing here.', [
    'Try again in a minute. If this goes on, tell the people who run this bot.',
  ]);
}

/** `isKnown`: Slack says that the person is no member; otherwise it does not show the members. */
export function notMemberView({ isKnown, kind }: { isKnown: boolean; kind: ConversationKind }): Message {
  return isKnown
    ? note('Only members of this conversation can do that.', ['Join it, then try again.'])
    : note('I cannot see who is a member of this conversation, so I do nothing in it.', [
        postStep(kind, 'not-a-member'),
      ]);
}

/** Only the person's own watches and subscriptions are listed. */
export function onlyOwnLine(): string {
  return 'I cannot see that you are a member of this conversation, so this is only what you made yourself.';
}
