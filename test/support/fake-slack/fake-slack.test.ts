import { beforeEach, describe, expect, test } from 'vitest';

import { startFakeSlack, type FakeSlack } from './fake-slack.ts';

let slack: FakeSlack;
let now: number;

beforeEach(async () => {
  now = Date.UTC(2026, 0, 1);
  slack = await startFakeSlack({ now: () => now });
  return () => slack.close();
});

async function request(body: string | URLSearchParams, method: string, headers: Record<string, string> = {}) {
  const answer = await fetch(slack.apiUrl + method, { method: 'POST', headers, body });
  return (await answer.json()) as Record<string, unknown>;
}

const call = (method: string, args: object) =>
  request(JSON.stringify(args), method, {
    'content-type': 'application/json',
    authorization: `Bearer ${slack.botToken}`,
  });
const form = (method: string, args: Record<string, string>) =>
  request(new URLSearchParams({ token: slack.botToken, ...args }), method);
const payloadOfCommand = () => slack.command({ ...GENERAL, user: 'U0BOB', text: '' }).envelope.payload;

const METADATA = { event_type: 'scanprogress_delivery', event_payload: { delivery: 'd1' } };
const POST = 'chat.postMessage';
const HISTORY = 'conversations.history';
const GENERAL = { channel: 'C0GENERAL' };

describe('the Web API', () => {
  const X = { ...GENERAL, text: 'x' };

  test.each<[string, string, object, string]>([
    ['no text', POST, GENERAL, 'no_text'],
    ['a thread as a number', POST, { ...X, thread_ts: 1.5 }, 'invalid_thread_ts'],
    ['metadata without a payload', POST, { ...X, metadata: { event_type: 'x' } }, 'invalid_metadata_schema'],
    ['an argument that does not exist', POST, { ...X, thread: '1' }, 'invalid_arg_name'],
    ['a message that does not exist', 'chat.update', { ...X, ts: '1700000000.000001' }, 'message_not_found'],
    ['history without the bot', HISTORY, { channel: 'C0PUBLIC' }, 'not_in_channel'],
    ['a private channel without the bot', HISTORY, { channel: 'C0SECRET' }, 'channel_not_found'],
    ['JSON where Slack reads forms', 'users.info', { user: 'U0ALICE' }, 'invalid_arguments'],
    ['the wrong kind of token', 'apps.connections.open', {}, 'not_allowed_token_type'],
    ['a method that does not exist', 'chat.shout', {}, 'unknown_method'],
  ])('refuses %s', async (_, method, args, error) => {
    expect(await call(method, args)).toMatchObject({ ok: false, error });
  });

  test('refuses a public channel to a bot without chat:write.public', async () => {
    const other = await startFakeSlack({ scopes: ['chat:write'] });
    const body = new URLSearchParams({ token: other.botToken, channel: 'C0PUBLIC', text: 'x' });
    const answer = await fetch(`${other.apiUrl}chat.postMessage`, { method: 'POST', body });
    expect(await answer.json()).toMatchObject({ error: 'not_in_channel' });
    await other.close();
  });

  test('shows metadata only to those who ask for all of it, from either kind of body', async () => {
    await call(POST, { ...GENERAL, text: 'json', metadata: METADATA });
    await form(POST, { ...GENERAL, text: 'form', metadata: JSON.stringify(METADATA) });
    const plain = await call(HISTORY, GENERAL);
    const full = await form(HISTORY, { ...GENERAL, include_all_metadata: 'true' });
    expect(JSON.stringify(plain)).not.toContain('d1');
    expect(full['messages']).toMatchObject([
      { text: 'form', metadata: METADATA },
      { text: 'json', metadata: METADATA },
    ]);
  });

  test('shows the newest first in pages, and a message as late as it is told to', async () => {
    for (const text of ['1', '2', '3']) await call(POST, { ...GENERAL, text });
    const first = await call(HISTORY, { ...GENERAL, limit: 2 });
    expect(first).toMatchObject({ has_more: true, messages: [{ text: '3' }, { text: '2' }] });
    slack.delayHistory(10_000);
    expect(await call(HISTORY, GENERAL)).toMatchObject({ messages: [] });
    now += 10_000;
    const later = await call(HISTORY, GENERAL);
    expect(later['messages']).toHaveLength(3);
  });

  test('lists a thread with its parent first, and leaves its replies out of the channel', async () => {
    const ts = slack.say({ ...GENERAL, user: 'U0ALICE', text: 'parent' });
    await call(POST, { ...GENERAL, text: 'reply', thread_ts: ts });
    const thread = await form('conversations.replies', { ...GENERAL, ts });
    expect(thread['messages']).toMatchObject([{ text: 'parent' }, { text: 'reply', thread_ts: ts }]);
    expect((await call(HISTORY, GENERAL))['messages']).toHaveLength(1);
  });

  test('opens one view per trigger, within 3 seconds', async () => {
    const trigger = () => payloadOfCommand()['trigger_id'];
    const open = (trigger_id: unknown) => call('views.open', { trigger_id, view });
    const view = { type: 'modal', blocks: [] };
    const [used, late] = [trigger(), trigger()];
    expect(await open(used)).toMatchObject({ ok: true });
    expect(await open(used)).toMatchObject({ error: 'exchanged_trigger_id' });
    now += 3_001;
    expect(await open(late)).toMatchObject({ error: 'expired_trigger_id' });
    expect(slack.views).toMatchObject([{ kind: 'modal', user: 'U0BOB' }]);
  });
});

describe('a response URL', () => {
  const respond = async (url: unknown, body: object) =>
    (await fetch(String(url), { method: 'POST', body: JSON.stringify(body) })).status;

  test('takes five messages, to one person or to all', async () => {
    const { response_url } = payloadOfCommand();
    for (const response_type of ['ephemeral', 'in_channel', 'ephemeral', 'ephemeral', 'ephemeral']) {
      expect(await respond(response_url, { text: 'x', response_type })).toBe(200);
    }
    expect(await respond(response_url, { text: 'one too many' })).toBe(404);
    expect(slack.ephemerals('U0BOB')).toHaveLength(4);
    expect(slack.messages('C0GENERAL')).toHaveLength(1);
    expect(slack.responses.map(({ error }) => error)).toEqual([null, null, null, null, null, 'used_url']);
  });

  test('ends after half an hour', async () => {
    const { response_url } = payloadOfCommand();
    now += 30 * 60 * 1000 + 1;
    expect(await respond(response_url, { text: 'x' })).toBe(404);
    expect(slack.responses).toMatchObject([{ error: 'expired_url' }]);
  });

  test('of a click replaces and deletes what was clicked', async () => {
    const elements = [{ type: 'button', action_id: 'a', text: { type: 'plain_text', text: 'A' } }];
    const blocks = [{ type: 'actions', elements }];
    const to = { ...GENERAL, user: 'U0BOB' };
    const posted = await call('chat.postEphemeral', { ...to, text: 'x', blocks });
    const { payload } = slack.click({ ...to, ts: String(posted['message_ts']), actionId: 'a' }).envelope;
    await respond(payload['response_url'], { text: 'replaced', replace_original: true });
    expect(slack.ephemerals('U0BOB')).toMatchObject([{ text: 'replaced', blocks: [] }]);
    await respond(payload['response_url'], { delete_original: true });
    expect(slack.ephemerals('U0BOB')).toEqual([]);
  });
});

test('an edit that takes effect late overtakes the one after it', async () => {
  const { ts } = await call(POST, { ...GENERAL, text: '0' });
  slack.failNext('chat.update', { kind: 'late', afterMs: 50, stored: 'last' });
  const slow = call('chat.update', { ...GENERAL, ts, text: '1' });
  while (slack.calls('chat.update').length === 0) await new Promise((resolve) => setImmediate(resolve));
  await call('chat.update', { ...GENERAL, ts, text: '2' });
  await slow;
  expect(slack.messages('C0GENERAL')[0]!.states.map(({ text }) => text)).toEqual(['0', '2', '1']);
});
