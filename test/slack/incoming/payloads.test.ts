import { describe, expect, it } from 'vitest';
import {
  channelPayload,
  homePayload,
  isBotRevoked,
  renamedPayload,
  sharedPayload,
} from '../../../src/slack/incoming/event-payloads.ts';
import { classOf, toRequestId } from '../../../src/slack/incoming/identity.ts';
import {
  actionPayload,
  channelOf,
  commandPayload,
  eventPayload,
  isReadOnlyCommand,
  messageKey,
  shortcutPayload,
  submissionPayload,
} from '../../../src/slack/incoming/payloads.ts';
import { ACTION_IDS } from '../../../src/views/parts/buttons.ts';

const SAID = { type: 'app_mention', channel: 'C1', user: 'U1', text: '<@UBOT> list', ts: '1700.5' };
const ENVELOPE = { event_id: 'Ev1', authorizations: [{ user_id: 'UBOT' }] };
const spoken = (event: object, around: object = {}) => ({
  ...ENVELOPE,
  event: { ...SAID, ...event },
  ...around,
});
const at = (channel: string, thread = '') => ({ channel, thread });
const DIRECT = { type: 'message', channel: 'D1', channel_type: 'im' };

describe('what a person writes', () => {
  const heard = {
    eventId: 'Ev1',
    userId: 'U1',
    teamId: null,
    isShared: null,
    text: 'list',
    conversation: at('C1'),
    ts: '1700.5',
    sentAt: 1_700_500,
    replyTo: at('C1', '1700.5'),
  };
  const NO_SECRET = expect.not.stringContaining('1234567890') as string;
  const inAndTo = (...conversation: Parameters<typeof at>) => ({
    conversation: at(...conversation),
    replyTo: at(...conversation),
  });

  it.each<[string, object, object]>([
    ['in a channel is replied to below it', spoken({}), {}],
    ['in a thread is replied to there', spoken({ thread_ts: '1.0' }), inAndTo('C1', '1.0')],
    ['in direct messages is replied to there', spoken({ ...DIRECT, text: 'list' }), inAndTo('D1')],
    ['has the workspace of its author', spoken({ user_team: 'T2', team: 'T1' }), { teamId: 'T2' }],
    ['or that of the event', spoken({ team: 'T1' }), { teamId: 'T1' }],
    ['may be read by others', spoken({}, { is_ext_shared_channel: true }), { isShared: true }],
    ['may be without a list of bots', spoken({}, { authorizations: null }), {}],
    ['may be without the bot in it', spoken({}, { authorizations: [{ user_id: null }] }), {}],
    ['may be without text', spoken({ text: undefined }), { text: '' }],
    ['shows no secret', spoken({ text: 'xoxb-1234567890-abcdefghijkl' }), { text: NO_SECRET }],
  ])('%s', (_, body, rest) => {
    const read = eventPayload(body, 'UBOT');
    expect({ ...read, text: read?.text.trim() }).toEqual({ ...heard, ...rest });
  });

  it.each<[string, object]>([
    ['of the bot itself', spoken({ user: 'UBOT' })],
    ['of another bot', spoken({ bot_id: 'B1' })],
    ['that was edited', spoken({ ...DIRECT, subtype: 'message_changed' })],
    ['in a channel, to nobody', spoken({ type: 'message' })],
    ['in a group, to nobody', spoken({ type: 'message', channel_type: 'mpim', channel: 'G1' })],
    ['as a mention in direct messages, which comes as a message, too', spoken({ channel: 'D1' })],
    ['of an unknown type', spoken({ type: 'reaction_added' })],
  ])('%s is left alone', (_, body) => {
    expect(eventPayload(body, 'UBOT')).toBeNull();
  });

  it('has one key, however often it is edited', () => {
    expect(messageKey(spoken({}))).toBe('message C1 1700.5');
    expect(messageKey({ event_id: 'Ev1', event: { type: 'app_mention' } })).toBeNull();
  });
});

describe('a command', () => {
  const typed = { channel_id: 'C1', user_id: 'U1', team_id: 'T1', text: 'list', trigger_id: 'trigger' };
  const ofKind = (kind: string, channel: string) => ({ conversation: at(channel), kind });
  const NEITHER = { teamId: null, triggerId: null };

  it.each<[object, object]>([
    [{}, {}],
    [{ channel_id: 'D1' }, ofKind('direct', 'D1')],
    [{ channel_id: 'G1', channel_name: 'mpdm-a--b-1' }, ofKind('group', 'G1')],
    [{ team_id: undefined, trigger_id: null }, NEITHER],
  ])('%o says who, and where: %o', (body, rest) => {
    expect(commandPayload({ ...typed, ...body })).toEqual({
      text: 'list',
      invocation: {
        userId: 'U1',
        teamId: 'T1',
        conversation: at('C1'),
        kind: 'channel',
        isTyped: true,
        isEphemeral: true,
        isRetry: false,
        triggerId: 'trigger',
        ...rest,
      },
    });
  });

  it.each([{ channel_id: '' }, { user_id: '' }, { user_id: undefined }])('%o is refused', (body) => {
    expect(() => commandPayload({ ...typed, ...body })).toThrow();
  });

  it.each([
    [{ command: '/scanprogress', text: 'list' }, true],
    [{ command: '/scanprogress', text: 'watch alpine:3.16' }, false],
    [{ text: 'list' }, false],
    [null, false],
  ])('%j only reads: %s', (body, isReadOnly) => {
    expect(isReadOnlyCommand(body)).toBe(isReadOnly);
  });
});

describe('a click', () => {
  const clicked = {
    user: { id: 'U1', team_id: 'T1' },
    channel: { id: 'C1', name: 'general' },
    container: { message_ts: '2.0' },
    actions: [{ action_id: 'refresh', value: 'C1|alpine' }],
  };
  const CLICKER = { userId: 'U1', teamId: 'T1', isTyped: false, isRetry: false };
  const CLICK = { actionId: 'refresh', value: 'C1|alpine', ...CLICKER };
  const SHARED = [{ type: 'actions', elements: [{ type: 'button', action_id: ACTION_IDS.shareHere }] }];

  it.each<[string, object, object]>([
    ['on a message', {}, { isInHome: false, isEphemeral: false, thread: '', kind: 'channel' }],
    ['on the root of a thread', { container: { message_ts: '2.0', thread_ts: '2.0' } }, { thread: '' }],
    ['in a thread', { container: { message_ts: '2.0', thread_ts: '1.0' } }, { thread: '1.0' }],
    ['in a thread that the message names', { message: { thread_ts: '1.0', blocks: [] } }, { thread: '1.0' }],
    ['on an ephemeral message', { container: { is_ephemeral: true } }, { isEphemeral: true }],
    ['on a message with a share button', { message: { blocks: SHARED } }, { isEphemeral: true }],
    ['in a group', { channel: { id: 'C1', name: 'mpdm-a--b-1' } }, { kind: 'group' }],
    ['on App Home', { channel: undefined, view: { type: 'home' } }, { isInHome: true, channel: '' }],
  ])('%s', (_, body, rest) => {
    const click = actionPayload({ ...clicked, ...body });
    const { conversation, ...invocation } = click!.invocation;
    expect({ ...click, ...invocation, ...conversation }).toMatchObject({ ...CLICK, ...rest });
  });

  it.each<[string, object]>([
    ['nowhere', { channel: undefined }],
    ['in a modal', { channel: undefined, view: { type: 'modal' } }],
    ['on nothing', { actions: [] }],
  ])('%s is none', (_, body) => {
    expect(actionPayload({ ...clicked, ...body })).toBeNull();
  });

  it.each([
    [{ channel_id: 'C1' }, 'C1'],
    [{ channel: { id: 'C2' } }, 'C2'],
    [{ channel: null }, ''],
    [null, ''],
  ])('%j is in the conversation %j', (body, channel) => {
    expect(channelOf(body)).toBe(channel);
  });
});

describe('a modal', () => {
  const submitted = (metadata: string) => ({
    user: { id: 'U1', team_id: null },
    view: { callback_id: 'settings', private_metadata: metadata, state: { values: { a: 1 } } },
  });

  it.each([
    ['{"channel":"C1","thread":"1.0"}', at('C1', '1.0')],
    ['{"channel":"D1"}', at('D1')],
    ['{}', at('')],
  ])('with %s is of %o, and its reply for its sender', (metadata, conversation) => {
    const { invocation, ...rest } = submissionPayload(submitted(metadata));
    expect(rest).toEqual({ callbackId: 'settings', values: { a: 1 } });
    expect(invocation).toMatchObject({ userId: 'U1', conversation, isEphemeral: true, isTyped: false });
  });

  it.each(['', '[]', '{"channel":"U1"}', '{"channel":"C1 "}', '{"channel":"xC1"}'])(
    'with %j is refused',
    (metadata) => {
      expect(() => submissionPayload(submitted(metadata))).toThrow();
    },
  );

  it.each<[object, object]>([
    [{ ts: '2.0' }, at('C1')],
    [{ ts: '2.0', thread_ts: '2.0' }, at('C1')],
    [{ ts: '2.0', thread_ts: '1.0' }, at('C1', '1.0')],
  ])('of a message %o is of its conversation: %o', (message, conversation) => {
    const body = { user: { id: 'U1' }, channel: { id: 'C1', name: 'general' }, message };
    expect(shortcutPayload(body)).toMatchObject({
      invocation: { conversation, kind: 'channel', isEphemeral: true, isTyped: false, triggerId: null },
      message,
    });
  });
});

describe('an event', () => {
  const inC1 = (isOfBot: boolean) => ({ channel: 'C1', isOfBot });

  it.each<[object, object | null]>([
    [{ event: { channel: 'C1', user: 'UBOT' } }, inC1(true)],
    [{ event: { channel: 'C1', user: 'U1' } }, inC1(false)],
    [{ event: { channel: 'C1' }, authorizations: [{ user_id: 'U9' }] }, inC1(false)],
    [{ event: { channel: 'C1', user: 'U9' }, authorizations: [{ user_id: 'U9' }] }, inC1(true)],
    [{ event: { channel: '' } }, null],
  ])('of a channel: %j %j', (body, expected) => {
    expect(channelPayload(body, 'UBOT')).toEqual(expected);
    expect(channelPayload({ event: { channel: 'C1' } }, null)).toEqual(inC1(false));
  });

  it.each<[object, string | null]>([
    [{ user: 'U1' }, 'U1'],
    [{ user: 'U1', tab: 'home' }, 'U1'],
    [{ user: 'U1', tab: 'messages' }, null],
    [{ user: '' }, null],
  ])('of App Home: %j %s', (event, userId) => {
    expect(homePayload({ event })).toBe(userId);
  });

  it('of another ID', () => {
    const event = { old_channel_id: 'C1', new_channel_id: 'C2' };
    expect(renamedPayload({ event })).toEqual({ from: 'C1', to: 'C2' });
    for (const id of ['', '<!channel>', 'c2'])
      expect(renamedPayload({ event: { ...event, new_channel_id: id } })).toBeNull();
  });

  it.each<[object, boolean | null]>([
    [{ type: 'channel_shared' }, true],
    [{ type: 'channel_unshared' }, false],
    [{ type: 'channel_unshared', is_ext_shared: true }, true],
    [{ type: 'channel_unshared', is_ext_shared: false }, false],
    [{ type: 'channel_renamed' }, null],
  ])('of sharing: %j %s', (event, isShared) => {
    const expected = isShared === null ? null : { channel: 'C1', isShared };
    expect(sharedPayload({ event: { channel: 'C1', ...event } })).toEqual(expected);
  });
});

it.each([
  ['the bot’s', { bot: ['U0BOT'], oauth: [] }, true],
  ['a person’s', { bot: [], oauth: ['U1'] }, false],
  ['a person’s, where Slack tells of no other', { oauth: ['U1'] }, false],
])('tokens that are revoked, %s: the bot’s own is among them %o %s', (_, tokens, isOwn) => {
  expect(isBotRevoked({ event: { type: 'tokens_revoked', tokens } })).toBe(isOwn);
});

it.each([
  [{ command: '/scanprogress', trigger_id: 'T1' }, /^[0-9a-f]{12}$/],
  [{ type: 'event_callback', event_id: 'Ev1' }, /^Ev1$/],
  [{}, /^[0-9a-f-]{12}$/],
])('what comes in has an id for the log, which opens no modal: %j', (body, id) => {
  expect(toRequestId(body)).toMatch(id);
});

it.each([
  [{ command: '/scanprogress' }, 'command'],
  [{ type: 'event_callback' }, 'event'],
  [{ type: 'block_actions' }, 'interaction'],
])('%j counts as %s', (body, expected) => {
  expect(classOf(body)).toBe(expected);
});
