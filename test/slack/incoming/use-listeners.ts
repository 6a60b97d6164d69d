/** The listeners without Bolt: what they do in order, and what they reply by posts of their own. */

import type { App } from '@slack/bolt';
import { beforeEach, expect } from 'vitest';
import { registerListeners } from '../../../src/slack/incoming/listeners.ts';
import type { Reply } from '../../../src/slack/outgoing/reply.ts';
import type { Database } from '../../../src/store/database.ts';
import { createDelayedCalls } from '../../support/delayed-calls.ts';
import { requestOf, resolving } from '../commands/request.ts';

type Heard = Readonly<Record<string, unknown>>;
type Handler = (heard: Heard) => Promise<void>;

/** Who clicks and submits. */
export const USER = { id: 'U1', team_id: 'T1' };

const BOT: object = {};
const USUAL = { admission: 'yes', member: 'yes', mayPost: 'yes', isAllowed: false, bot: BOT };
export type World = Partial<typeof USUAL>;

/** A listener is over once all that it has called is: what it does not await would go on while the program stops. */
export function useListeners(memory: Database) {
  const { delayed, delayWrites, underWay } = createDelayedCalls();
  const database = delayWrites(memory);
  let done: string[];
  let replies: Reply[];
  beforeEach(() => {
    done = [];
    replies = [];
  });
  const note = delayed((what: string) => done.push(what) > 0);

  function listeners(world: World = {}) {
    const { admission, member, mayPost, isAllowed, bot } = { ...USUAL, ...world };
    const handlers = new Map<string, Handler>();
    const add = (name: string | RegExp, handler: Handler) => handlers.set(String(name), handler);
    const app = { command: add, event: add, action: add, view: add, shortcut: add };
    const parts = {
      access: {
        ...resolving({ admitTo: admission, isMember: member, membership: 'member' }),
        ...resolving({ withheldReason: null, isHidden: true }),
        isAllowed: () => isAllowed,
        recordSharing: (channel: string, isShared: boolean) => note(`${channel} shared ${isShared}`),
      },
      ...resolving({ mayPost }),
      ownUserId: () => 'UBOT',
      onCommand: () => undefined,
      onTokenLost: (reason: string) => done.push(reason),
      wake: () => done.push('wake'),
      calls: {
        publishHome: delayed(() => true),
        postEphemeral: (_: unknown, { text }: { readonly text: string }) => note(`ephemeral ${text}`),
      },
      ...bot,
    };
    const reply = delayed((one: Reply) => void replies.push(one));
    registerListeners(app as unknown as App, { bot: requestOf({ database, bot: parts }).bot, reply });
    return async (name: string, heard: Heard) => {
      await handlers.get(name)!({ context: {}, ...heard });
      expect(underWay()).toBe(0);
    };
  }

  return { done: () => done, replies: () => replies, note, listeners };
}
