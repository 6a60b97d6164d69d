/** What the bot asks of Slack besides sending: dialogs, App Home, threads, groups. A failure is logged, and a value. */

import type { HomeView, ModalView } from '@slack/types';
import type { WebClient } from '@slack/web-api';
import type { Place } from '../scan/watch.ts';
import type { Message } from '../views/blocks.ts';
import { describe } from './receipt.ts';
import type { Log } from './sdk-logger.ts';

export interface SlackCalls {
  /** False where it could not be opened: a trigger is good for 3 s. */
  readonly openDialog: (triggerId: string, view: ModalView) => Promise<boolean>;
  readonly publishHome: (userId: string, view: HomeView) => Promise<boolean>;
  /** The messages of a thread, oldest first, as Slack has them; null where the bot may not read it. */
  readonly readThread: (place: Place) => Promise<readonly unknown[] | null>;
  /** User IDs; null where Slack does not tell. */
  readonly usersOfGroup: (groupId: string) => Promise<readonly string[] | null>;
  /** IANA name; null where Slack does not tell. */
  readonly timeZoneOf: (userId: string) => Promise<string | null>;
  /** Tells one person in a conversation. */
  readonly whisper: (to: { place: Place; userId: string }, message: Message) => Promise<boolean>;
}

/** An incident's thread may be long; what it names is named within its latest messages. */
const THREAD_PAGES = 10;
const PAGE = 200;

export function createCalls(client: WebClient, log: Log | undefined): SlackCalls {
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
    readThread: (place) => attempt('conversations.replies', () => readThread(client, place)),
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

async function readThread(client: WebClient, { channel, thread }: Place): Promise<readonly unknown[]> {
  const messages: unknown[] = [];
  let cursor = '';
  for (let page = 0; page < THREAD_PAGES; page += 1) {
    const next = cursor === '' ? {} : { cursor };
    // Our own messages are told from others by what they carry.
    const wanted = { channel, ts: thread, limit: PAGE, include_all_metadata: true };
    const answer = await client.conversations.replies({ ...wanted, ...next });
    messages.push(...(answer.messages ?? []));
    cursor = answer.response_metadata?.next_cursor ?? '';
    if (cursor === '') break;
  }
  return messages;
}
