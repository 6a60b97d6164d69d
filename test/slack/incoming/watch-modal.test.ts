import type { App } from '@slack/bolt';
import { expect, it } from 'vitest';
import { registerWatchModal } from '../../../src/slack/incoming/watch-modal.ts';
import { conversationErrors } from '../../../src/views/home-modal.ts';
import { makeFaulty, useMemory } from '../../support/memory.ts';
import { createDelayedCalls } from '../../support/delayed-calls.ts';
import { requestOf, resolving } from '../commands/request.ts';

type Why = Parameters<typeof conversationErrors>[0];
type Handler = (submission: { ack: (response?: unknown) => Promise<void>; body: unknown }) => Promise<void>;

const database = useMemory();

const USUAL = { member: 'yes', admission: 'yes', mayPost: 'yes' };
type World = Partial<typeof USUAL>;

/** The acknowledgement of a modal for `alpine:3.16` in C1. */
async function submit(world: World, on = database) {
  const { member, admission, mayPost } = { ...USUAL, ...world };
  let handle: Handler | undefined;
  const app = { view: (_: string, handler: Handler) => (handle = handler) };
  const access = resolving({ isMember: member, admitTo: admission, membership: 'stranger' });
  const { bot } = requestOf({ database: on, bot: { access, ...resolving({ mayPost }) } });
  const { delayed, underWay } = createDelayedCalls();
  registerWatchModal(app as unknown as App, { bot, notify: delayed(() => undefined) });
  const image = { image: { type: 'plain_text_input', value: 'alpine:3.16' } };
  const conversation = { conversation: { type: 'conversations_select', selected_conversation: 'C1' } };
  const body = {
    user: { id: 'U1', team_id: 'T1' },
    view: { callback_id: '', private_metadata: '{}', state: { values: { image, conversation } } },
  };
  const acks: unknown[] = [];
  const ack = delayed((response: unknown) => void acks.push(response));
  await handle?.({ ack, body }).catch(() => undefined);
  expect(underWay()).toBe(0);
  return acks;
}

const NOT_IN: Why = { channel: 'C1', noPost: 'not-a-member' };
const saying = (why: Why) => [{ response_action: 'errors', errors: conversationErrors(why) }];

it.each<[World, Why]>([
  [{ member: 'no' }, 'not-a-member'],
  [{ member: 'unknown' }, 'members-unknown'],
  [{ admission: 'alone' }, 'shared'],
  [{ admission: 'explained' }, 'shared'],
  [{ admission: 'unknown' }, 'members-unknown'],
  [{ mayPost: 'not-a-member' }, NOT_IN],
])('the modal says at its field why nothing is watched there: %o %o', async (world, why) => {
  expect(await submit(world)).toEqual(saying(why));
});

it('the modal closes where the watch has begun, and says so where the database fails', async () => {
  expect(await submit({})).toEqual([undefined]);
  const faulty = makeFaulty(database);
  faulty.failOn('watches');
  expect(await submit({}, faulty)).toEqual(saying('broken'));
});
