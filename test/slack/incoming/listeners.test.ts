import { describe, expect, it } from 'vitest';
import { currentId } from '../../../src/store/conversations.ts';
import {
  pauseSubscriptions,
  resumeSubscriptions,
  subscribe,
  subscriptionsInChannel,
} from '../../../src/store/subscriptions.ts';
import { MINUTE, NOON } from '../../support/observations.ts';
import { useMemory } from '../../support/memory.ts';
import { imageNamed, watching } from '../../support/store.ts';
import { useListeners, USER, type World } from './use-listeners.ts';

const database = useMemory();

const { done, replies, note, listeners } = useListeners(database);

const pausedNow = async () => (await subscriptionsInChannel(database, 'C1')).map(({ isPaused }) => isPaused);
const pausedInC1 = async () => {
  await subscribe(database, { target: imageNamed('a'), channel: 'C1', userId: 'U1', now: NOON });
  await pauseSubscriptions(database, 'C1', NOON);
};

describe('a command', () => {
  const ack = (message?: { readonly text: string }) => note(`ack ${message?.text ?? ''}`);
  const respond = (message: { readonly response_type: string; readonly text: string }) =>
    note(`${message.response_type} ${message.text}`);
  const type = (text: string, world: World = {}, channel_id = 'C1') => {
    const body = { user_id: 'U1', team_id: 'T1', channel_id, text, trigger_id: 'T1' };
    return listeners(world)('/scanprogress', { ack, respond, body });
  };

  const FOR_ALL = 'in_channel <@U1>';

  it.each<[string, string, string, string[]]>([
    ['in a channel tells all', 'yes', 'C1', ['ack ', `${FOR_ALL} subscribed this channel`]],
    ['where Slack hides it tells the person', 'alone', 'C1', ['ack <@U1> subscribed this channel']],
    ['in direct messages speaks of no channel', 'yes', 'D1', ['ack ', `${FOR_ALL} subscribed this chat`]],
  ])('that changes something %s', async (_, admission, channel, expected) => {
    await type('subscribe a:1', { admission }, channel);
    const replied = done().filter((line) => line !== 'wake');
    expect(replied.map((line) => line.replace(/ to .*/, ''))).toEqual(expected);
  });

  it.each([
    ['takes posts', 'yes', [false]],
    ['takes none', 'not-a-member', [true]],
  ])('wakes subscriptions where the conversation %s', async (_, mayPost, expected) => {
    await pausedInC1();
    await type('help', { mayPost });
    expect(await pausedNow()).toEqual(expected);
  });
});

it('a click is acknowledged before its reply', async () => {
  const actions = [{ action_id: 'stop-watching', value: await watching(database) }];
  const body = { user: USER, channel: { id: 'C1', name: 'general' }, actions };
  const click = () => listeners()('/.*/', { body, ack: () => note('ack'), respond: () => note('reply') });
  await click();
  await click();
  expect(done()).toEqual(['wake', 'ack', 'wake', 'ack', 'reply']);
});

describe('a mention', () => {
  const EVENT = { type: 'app_mention', channel: 'C1', user: 'U1', text: '<@UBOT> list', ts: '1700.5' };
  const mention = (world: World = {}, around: object = {}, context: object = {}) => {
    const body = { event_id: 'Ev1', authorizations: [{ user_id: 'UBOT' }], event: EVENT, ...around };
    return listeners(world)('app_mention', { context, body });
  };
  const AFTER_CRASH = { retryReason: 'recovered' };
  const toPerson = (searchFrom: number | null) => ['U1', '', 'Ev1/turned-away', searchFrom];
  const asked = () =>
    replies().map(({ channel, thread, key, searchFrom }) => [channel, thread, key, searchFrom]);

  it.each<[string, World, object, unknown[]]>([
    ['below it', {}, {}, ['C1', '1700.5', 'Ev1/0', null]],
    ['below it, or finds the reply', {}, AFTER_CRASH, ['C1', '1700.5', 'Ev1/0', 1_700_500]],
    ['in direct messages', { admission: 'explained' }, {}, toPerson(null)],
    ['in direct messages, or finds the reply', { admission: 'alone' }, AFTER_CRASH, toPerson(1_700_500)],
  ])('is replied to %s', async (_, world, context, expected) => {
    await mention(world, {}, context);
    expect(asked()).toEqual([expected]);
    expect(JSON.stringify(replies()[0]?.message)).not.toContain('`/scanprogress');
  });

  it('wakes subscriptions, since only a member hears it', async () => {
    await pausedInC1();
    await mention();
    expect(await pausedNow()).toEqual([false]);
  });

  it.each([
    [true, ['C1 shared true']],
    [false, ['C1 shared false']],
    [undefined, []],
  ])(
    'that comes with word of other organisations (%s) passes it on',
    async (is_ext_shared_channel, expected) => {
      await mention({}, { is_ext_shared_channel });
      expect(done().filter((line) => line.startsWith('C1'))).toEqual(expected);
    },
  );

  it('that fails is replied to, but not where others may not read it: the inbox repeats it', async () => {
    const onCommand = () => {
      throw new Error('a bug');
    };
    const world = { bot: { onCommand } };
    await mention(world);
    expect(asked().at(-1)).toEqual(['C1', '1700.5', 'Ev1/broken', null]);
    await expect(mention(world, { is_ext_shared_channel: true })).rejects.toThrow('a bug');
    const errors = () => replies().filter(({ key }) => key === 'Ev1/broken');
    expect(errors()).toHaveLength(1);
    await mention({ ...world, isAllowed: true }, { is_ext_shared_channel: true });
    expect(errors()).toHaveLength(2);
  });

  it('wakes subscriptions, since the bot is a member', async () => {
    await pausedInC1();
    await mention();
    expect(await pausedNow()).toEqual([false]);
  });

  it('with several replies gives each a number', async () => {
    const watch = (text: string) => mention({}, { event: { ...EVENT, text: `<@UBOT> watch ${text}` } });
    await watch('b:1 d:1');
    await watch('b:1 c:1');
    expect(asked().map(([, , key]) => key)).toEqual(['Ev1/0', 'Ev1/0', 'Ev1/1']);
  });
});

describe('an event of a channel', () => {
  const hear = (type: string, event: object, context: object = {}, world: World = {}) => {
    const body = { authorizations: [], event: { type, channel: 'C1', ...event } };
    return listeners(world)(type, { context, body });
  };
  const JOIN = { user: 'UBOT' };

  it.each<[string, object, string | null, number, string?]>([
    ['the bot itself', JOIN, null, 1],
    ['somebody else', { user: 'U1' }, null, 0],
    ['the bot, where nothing may be posted', JOIN, 'shared', 0],
    ['the bot, where it was before', JOIN, null, 0, 'C1'],
  ])('welcomes %s who has joined', async (_, event, withheld, expected, channel = 'C2') => {
    await subscribe(database, { target: imageNamed('a'), channel, userId: 'U1', now: NOON });
    const access = { withheldReason: () => Promise.resolve(withheld) };
    await hear('member_joined_channel', event, {}, { bot: { access } });
    expect(replies()).toHaveLength(expected);
  });

  it('welcomes once, and after a crash looks for its welcome of the last twenty minutes', async () => {
    for (const retryReason of [undefined, undefined, 'recovered'])
      await hear('member_joined_channel', JOIN, { retryReason });
    expect(replies().map(({ searchFrom }) => searchFrom)).toEqual([null, NOON - 20 * MINUTE]);
  });

  it.each([
    ['channel_archive', true],
    ['channel_unarchive', false],
  ])('%s: its subscriptions are paused is %s', async (type, isPaused) => {
    await pausedInC1();
    if (isPaused) await resumeSubscriptions(database, 'C1', NOON);
    await hear(type, {});
    expect(await pausedNow()).toEqual([isPaused]);
  });

  it.each([
    ['channel_id_changed', { old_channel_id: 'C1', new_channel_id: 'C2' }, ['wake']],
    ['channel_shared', {}, ['C1 shared true', 'wake']],
    ['channel_unshared', {}, ['C1 shared false', 'wake']],
  ])('%s is told to the outbox', async (type, event, expected) => {
    await hear(type, event);
    expect(done()).toEqual(expected);
  });

  it('follows a channel to its new ID', async () => {
    await hear('channel_id_changed', { old_channel_id: 'C1', new_channel_id: 'C2' });
    expect(await currentId(database, 'C1')).toBe('C2');
  });

  it.each([
    [{ bot: ['UBOT'] }, 1],
    [{ bot: [] }, 0],
  ])('of revoked tokens %j matters where the bot’s is among them', async (tokens, expected) => {
    await listeners()('tokens_revoked', { body: { event: { tokens } } });
    expect(done()).toHaveLength(expected);
  });
});
