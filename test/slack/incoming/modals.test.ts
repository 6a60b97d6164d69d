import { expect, describe, it } from 'vitest';
import { findSettings } from '../../../src/store/channel-settings.ts';
import { useMemory } from '../../support/memory.ts';
import { useListeners, USER, type World } from './use-listeners.ts';

const database = useMemory();
const { done, replies, note, listeners } = useListeners(database);

const CHOICES = {
  ...{ threshold: 'every-end', 'registry-ends': 'on', lives: 'on', completion: 'thread' },
  ...{ mentions: 'off', quiet: 'off', digest: 'off' },
};
const VALUES = Object.fromEntries(
  Object.entries(CHOICES).map(([id, value]) => [id, { [id]: { selected_option: { value } } }]),
);
const AFTER_CRASH = { retryReason: 'recovered' };
const MEMBERS_ONLY = /^ephemeral Only members/;

const submit = (callback_id: string, world: World, context: object = {}, channel = 'C1') => {
  const private_metadata = JSON.stringify({ channel, thread: '' });
  const view = { callback_id, private_metadata, state: { values: VALUES } };
  return listeners(world)(callback_id, { context, ack: () => note('ack'), body: { user: USER, view } });
};
const areMentionsOn = async () => (await findSettings(database, 'C1')).areMentionsOn;

describe('settings', () => {
  it('are saved before their modal closes', async () => {
    database.before = (sql) => {
      if (sql.includes('insert into channel_settings')) done().push('saved');
      return undefined;
    };
    await submit('settings', {});
    expect(done()).toEqual(['saved', 'ack', expect.stringMatching(/^ephemeral /)]);
    expect(await areMentionsOn()).toBe(false);
  });

  it.each<[string, World, RegExp[]]>([
    ['who has left', { member: 'no' }, [MEMBERS_ONLY]],
    ['of another organisation', { admission: 'nobody' }, []],
    ['in a shared channel', { admission: 'explained' }, [/^ephemeral /]],
    ['of whom Slack says nothing', { member: 'unknown', admission: 'unknown' }, [/^ephemeral /]],
  ])('are not saved for somebody %s', async (_, world, expected) => {
    await submit('settings', world);
    expect(done()).toEqual(['ack', ...expected.map((text) => expect.stringMatching(text) as string)]);
    expect(await areMentionsOn()).toBe(true);
  });

  it('of somebody else’s direct messages are not saved', async () => {
    await submit('settings', { member: 'no' }, {}, 'D2');
    expect(await findSettings(database, 'D2')).toMatchObject({ areMentionsOn: true });
  });

  it('that cannot be saved say so', async () => {
    database.failOn('channel_settings');
    await submit('settings', {});
    expect(done()).toEqual(['ack', expect.stringMatching(/^ephemeral Something went wrong/)]);
  });
});

describe('the registry scan', () => {
  const control = { control: { startScan: () => note('start'), stopRegularScan: () => note('stop') } };

  it.each<[string, string, World, object, RegExp[]]>([
    ['is not started by who has left', 'start-regular', { member: 'no' }, {}, [MEMBERS_ONLY]],
    ['is not stopped by who has left', 'stop-regular', { member: 'no' }, {}, [MEMBERS_ONLY]],
    ['is not started from elsewhere', 'start-regular', { admission: 'nobody' }, {}, []],
    ['is not started twice after a crash', 'start-regular', {}, AFTER_CRASH, [/I restarted/]],
    ['is not stopped twice after a crash', 'stop-regular', {}, AFTER_CRASH, [/I restarted/]],
  ])('%s', async (_, callback, world, context, expected) => {
    await submit(callback, { ...world, bot: control }, context);
    expect(done()).toEqual(['ack', ...expected.map((text) => expect.stringMatching(text) as string)]);
  });
});

describe('the shortcut', () => {
  const press = (world: World, message: object = { ts: '2.0', thread_ts: '1.0', text: 'no image' }) =>
    listeners(world)('watch-scan', {
      ack: () => note('ack'),
      respond: ({ text }: { readonly text: string }) => note(`respond ${text}`),
      body: { user: USER, channel: { id: 'C1', name: 'general' }, message },
    });

  it.each<[string, World, object | undefined, RegExp[]]>([
    ['in the thread', {}, undefined, [/^ephemeral /]],
    ['in the channel', {}, { ts: '1.0', text: 'no image' }, [/^respond /]],
    ['nowhere to a stranger', { admission: 'nobody' }, undefined, []],
    ['by its response_url to others', { admission: 'explained' }, undefined, [/^respond /]],
  ])('replies %s', async (_, world, message, expected) => {
    await press(world, message);
    expect(done()).toEqual(['ack', ...expected.map((text) => expect.stringMatching(text) as string)]);
    expect(replies()).toEqual([]);
  });
});
