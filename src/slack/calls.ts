/** What the bot asks of Slack besides sending: dialogs, App Home, threads, groups. A failure is logged, and a value. */

import type { HomeView, ModalView } from '@slack/types';
import type { WebClient } from '@slack/web-api';
import type { Place } from '../scan/watch.ts';
import type { Message } from '../views/blocks.ts';
import type { Grants } from './grants.ts';
import { readThread, type ThreadRead } from './read-thread.ts';
import { describe } from './receipt.ts';
import type { Log } from './sdk-logger.ts';

export interface SlackCalls {
  /** False where it could not be opened: a trigger is good for 3 s. */
  readonly openDialog: (triggerId: string, view: ModalView) => Promise<boolean>;
  readonly publishHome: (userId: string, view: HomeView) => Promise<boolean>;
  readonly readThread: (place: Place) => Promise<ThreadRead>;
  /** User IDs; null where Slack does not tell. */
  readonly usersOfGroup: (groupId: string) => Promise<readonly string[] | null>;
  /** IANA name; null where Slack does not tell. */
  readonly timeZoneOf: (userId: string) => Promise<string | null>;
  /** Tells one person in a conversation. */
  readonly whisper: (to: { place: Place; userId: string }, message: Message) => Promise<boolean>;
}

export function createCalls(
  client: WebClient,
  { log, grants }: { readonly log: Log | undefined; readonly grants: Grants },
): SlackCalls {
  async function attempt<T>(what: string, call: () => Promise<T>): Promise<T | null> {
    try {
      return await call();
    } catch (error) {
      log?.warn({ error: describe(error) }, `Slack refused: ${what}`);
      return null;
    }
  }
  return {
    openDialog: async (trigger_id, view) =>
      (await attempt('views.open', () => client.views.open({ trigger_id, view }))) !== null,
    publishHome: async (user_id, view) =>
      (await attempt('views.publish', () => client.views.publish({ user_id, view }))) !== null,
    readThread: (place) => readThread(client, { log, grants }, place),
    usersOfGroup: async (usergroup) => {
      const answer = await attempt('usergroups.users.list', () =>
        client.usergroups.users.list({ usergroup }),
      );
      return answer?.users ?? null;
    },
    timeZoneOf: async (user) => {
      const answer = await attempt('users.info', () => client.users.info({ user }));
      return answer?.user?.tz ?? null;
    },
    whisper: async ({ place, userId }, { text, blocks }) => {
      const thread = place.thread === '' ? {} : { thread_ts: place.thread };
      const call = () =>
        client.chat.postEphemeral({ channel: place.channel, user: userId, text, blocks, ...thread });
      return (await attempt('chat.postEphemeral', call)) !== null;
    },
  };
}
