import { type WebClient, WebAPIPlatformError } from '@slack/web-api';
import { describe, expect, it } from 'vitest';
import { createCalls, type SlackCalls } from '../../../src/slack/web-api/calls.ts';
import { UNLIMITED } from '../../../src/slack/web-api/rate-limits.ts';
import { recordingLog } from '../../support/store.ts';

/** A Slack whose conversation has these pages of members. */
function callsOn(pages: readonly (readonly string[])[]) {
  const asked: unknown[] = [];
  const members = ({ cursor = '0', limit }: { readonly cursor?: string; readonly limit: number }) => {
    asked.push([cursor, limit]);
    const next = Number(cursor) + 1;
    const next_cursor = next < pages.length ? String(next) : '';
    return Promise.resolve({ members: pages[Number(cursor)], response_metadata: { next_cursor } });
  };
  const client = { conversations: { members } } as unknown as WebClient;
  return { calls: createCalls(client, { log: undefined, rateLimits: UNLIMITED }), asked };
}

it.each([[[['U1', 'U2']]], [[['U1'], ['U2']]], [[['U1'], [], ['U2']]]])(
  'the members of a conversation are those of all its pages, each asked for once: %j',
  async (pages) => {
    const { calls, asked } = callsOn(pages);
    expect(await calls.membersOf('C1')).toEqual(new Set(['U1', 'U2']));
    expect(asked).toEqual(pages.map((_, page) => [String(page), 999]));
  },
);

type Response = object | Error;

/** A Slack that gives this response to every call; `asked` has the calls, with their parameters. */
function slackOf(response: Response) {
  const asked: unknown[] = [];
  const method = (name: string) => (parameters: object) => {
    asked.push([name, parameters]);
    return response instanceof Error ? Promise.reject(response) : Promise.resolve(response);
  };
  const client = {
    views: { open: method('open'), update: method('update'), publish: method('publish') },
    usergroups: { users: { list: method('list') } },
    users: { info: method('user') },
    conversations: { info: method('info') },
    reactions: { add: method('add') },
    chat: { postEphemeral: method('postEphemeral') },
  };
  const { log, lines } = recordingLog();
  const calls = createCalls(client as unknown as WebClient, { log, rateLimits: UNLIMITED });
  return { calls, asked, lines };
}

const refusal = (error: string) => new WebAPIPlatformError({ ok: false, error });
const AWAY = new Error('ECONNRESET');
const MODAL = { type: 'modal' } as never;
const HELLO = { text: 'hello', blocks: [] };
const IN_THREAD = { channel: 'C1', thread: '1.0' };
const PROFILE = { teamId: null, enterpriseId: null, isStranger: false, isGuest: false };
const GUEST = { ...PROFILE, isGuest: true };
const OF_GRID = { ...PROFILE, enterpriseId: 'E1' };

type Call = (calls: SlackCalls) => Promise<unknown>;

const groupIn =
  (team: string | null): Call =>
  (calls) =>
    calls.usersOfGroup('S1', team);
const showIn =
  (thread: string): Call =>
  (calls) =>
    calls.postEphemeral({ conversation: { channel: 'C1', thread }, userId: 'U1' }, HELLO);
const react: Call = (calls) => calls.react({ channel: 'C1', ts: '2.0' }, '+1');

describe('what Slack says', () => {
  const open: Call = (calls) => calls.openModal('trigger', MODAL);
  const update: Call = (calls) => calls.updateModal('V1', MODAL);
  const publish: Call = (calls) => calls.publishHome('U1', MODAL);
  const profile: Call = (calls) => calls.profileOf('U1');
  const zone: Call = (calls) => calls.timeZoneOf('U1');
  const sharing: Call = (calls) => calls.sharingOf('C1');

  it.each<[string, Call, Response, unknown]>([
    ['a modal is open', open, { view: { id: 'V1' } }, 'V1'],
    ['a modal is open without an ID', open, {}, null],
    ['a trigger is too old', open, refusal('expired_trigger_id'), null],
    ['a modal shows something else', update, {}, true],
    ['a modal is closed', update, refusal('not_found'), true],
    ['a modal is not updated', update, refusal('internal_error'), false],
    ['App Home is published', publish, {}, true],
    ['App Home is not', publish, AWAY, false],
    ['a group has members', groupIn(null), { users: ['U1'] }, ['U1']],
    ['a group is not known', groupIn(null), {}, null],
    ['a group is not shown', groupIn(null), refusal('missing_scope'), null],
    ['a person is ours', profile, { user: { team_id: 'T1' } }, { ...PROFILE, teamId: 'T1' }],
    ['a person is of a grid', profile, { user: { enterprise_user: { enterprise_id: 'E1' } } }, OF_GRID],
    ['a person is a stranger', profile, { user: { is_stranger: true } }, { ...PROFILE, isStranger: true }],
    ['a person is a guest', profile, { user: { is_restricted: true } }, GUEST],
    ['a person is a guest of one channel', profile, { user: { is_ultra_restricted: true } }, GUEST],
    ['a person is not known', profile, {}, null],
    ['a person has a time zone', zone, { user: { tz: 'Europe/Berlin' } }, 'Europe/Berlin'],
    ['a person has none', zone, { user: {} }, null],
    ['a conversation is ours', sharing, { channel: {} }, 'own'],
    ['a conversation is shared', sharing, { channel: { is_ext_shared: true } }, 'shared'],
    ['a conversation is hidden', sharing, refusal('channel_not_found'), 'hidden'],
    ['a conversation may not be asked about', sharing, refusal('missing_scope'), 'missing-scope'],
    ['a conversation is refused otherwise', sharing, refusal('invalid_auth'), null],
    ['a conversation is not in the response', sharing, {}, null],
    ['Slack is away', sharing, AWAY, null],
    ['a message is shown to a person', showIn('1.0'), {}, true],
    ['a message is not', showIn('1.0'), refusal('user_not_in_channel'), false],
  ])('%s', async (_, call, response, expected) => {
    const { calls, lines } = slackOf(response);
    expect(await call(calls)).toEqual(expected);
    const isLogged = response instanceof Error && expected !== 'hidden' && expected !== true;
    expect(lines).toEqual(isLogged ? [expect.stringMatching(/^warn Slack refused: \w+\.\w+/)] : []);
  });
});

describe('a call', () => {
  const GROUP = { usergroup: 'S1' };
  const SHOWN = { channel: 'C1', user: 'U1', ...HELLO };

  it.each<[string, Call, unknown]>([
    ['names the workspace where Slack requires it', groupIn('T1'), ['list', { ...GROUP, team_id: 'T1' }]],
    ['and no other', groupIn(null), ['list', GROUP]],
    ['shows a message in its thread', showIn('1.0'), ['postEphemeral', { ...SHOWN, thread_ts: '1.0' }]],
    ['shows a message in the channel', showIn(''), ['postEphemeral', SHOWN]],
    ['reacts to a message', react, ['add', { channel: 'C1', timestamp: '2.0', name: '+1' }]],
  ])('%s', async (_, call, expected) => {
    const { calls, asked } = slackOf({});
    await call(calls);
    expect(asked).toEqual([expected]);
  });

  it('that shows a message to a person names its conversation in the buttons', async () => {
    const { calls, asked } = slackOf({});
    const blocks = [{ type: 'actions', elements: [{ type: 'button', value: 'w1' }] }] as never;
    await calls.postEphemeral({ conversation: IN_THREAD, userId: 'U1' }, { text: 'hello', blocks });
    expect(JSON.stringify(asked)).toContain('"value":"C1|w1"');
  });

  it('that adds a reaction may fail, and an operator need not know', async () => {
    const { calls, lines } = slackOf(refusal('missing_scope'));
    await react(calls);
    expect(lines).toEqual(['debug Slack took no reaction']);
  });
});
