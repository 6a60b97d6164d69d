import { createServer } from 'node:net';

import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';

import type { Receipt } from '../../../src/scan/delivery.ts';
import { createWebApi, type WebApi } from '../../../src/slack/web-api/web-api.ts';
import type { Fault } from '../../support/fake-slack/fake-slack-faults.ts';
import { startFakeSlack, type FakeSlack } from '../../support/fake-slack/fake-slack.ts';
import { listenLocally } from '../../support/listen.ts';

const CHANNEL = 'C0GENERAL';
const BLOCKS = [{ type: 'section', text: { type: 'mrkdwn', text: 'alpine:3.16' } }] as const;
const MESSAGE = { channel: CHANNEL, thread: '', text: 'alpine:3.16', blocks: BLOCKS, delivery: 'delivery-1' };
/** Short enough for a test that waits for it, long enough for a slow machine to respond within. */
const TIME_LIMIT_MS = 2_000;

const HOUR_MS = 3_600_000;

let slack: FakeSlack;
let webApi: WebApi;

beforeEach(() => start());

async function start(options: Parameters<typeof startFakeSlack>[0] = {}): Promise<void> {
  const started = await startFakeSlack(options);
  onTestFinished(() => started.close());
  slack = started;
  webApi = createApi();
}

/** By default of the fake Slack, with its token. */
function createApi(options: Partial<Parameters<typeof createWebApi>[0]> = {}): WebApi {
  const usual = { token: slack.botToken, apiUrl: slack.apiUrl, timeoutMs: TIME_LIMIT_MS };
  const created = createWebApi({ ...usual, ...options });
  onTestFinished(() => created.close());
  return created;
}

const edit = (ts: string, text = 'done') => webApi.update({ channel: CHANNEL, ts, text, blocks: [] });
const refused = (error: string, reason: string) => ({ kind: 'refused', error, reason });

async function posted(): Promise<string> {
  const receipt = await webApi.post(MESSAGE);
  if (receipt.kind !== 'accepted') throw new Error(`not posted: ${receipt.kind}`);
  return receipt.ts;
}

describe('a post', () => {
  test('is accepted with the ts under which it is stored', async () => {
    const ts = await posted();
    expect(slack.messages(CHANNEL)).toMatchObject([{ ts, text: 'alpine:3.16', blocks: BLOCKS, thread: '' }]);
  });

  test('carries its delivery and unfurls nothing', async () => {
    await posted();
    const [message] = slack.messages(CHANNEL);
    const delivery = { delivery: 'delivery-1' };
    expect(message!.metadata).toEqual({ event_type: 'scanprogress_delivery', event_payload: delivery });
    const { args } = slack.calls('chat.postMessage')[0]!;
    expect(args).toMatchObject({ unfurl_links: 'false', unfurl_media: 'false' });
    expect(args).not.toHaveProperty('thread_ts');
  });

  test('goes into the thread it is meant for', async () => {
    const thread = await posted();
    await webApi.post({ ...MESSAGE, thread });
    expect(slack.messages(CHANNEL)[1]).toMatchObject({ thread });
  });
});

describe('an edit', () => {
  test('replaces text and blocks and keeps the delivery', async () => {
    const ts = await posted();
    expect(await edit(ts)).toEqual({ kind: 'accepted', ts });
    const [message] = slack.messages(CHANNEL);
    const metadata = { event_type: 'scanprogress_delivery' };
    expect(message).toMatchObject({ text: 'done', blocks: [], metadata });
    expect(message!.states.map(({ text }) => text)).toEqual(['alpine:3.16', 'done']);
  });

  test('of a message that somebody deleted says so', async () => {
    const ts = await posted();
    slack.deleteMessage(CHANNEL, ts);
    expect(await edit(ts)).toEqual(refused('message_not_found', 'message-gone'));
  });

  test('of a person’s message is not possible', async () => {
    const ts = slack.say({ channel: CHANNEL, user: 'U0ALICE', text: 'hello' });
    expect(await edit(ts)).toMatchObject({ kind: 'refused', reason: 'edit-closed' });
  });

  test('of more than 4,000 characters is malformed', async () => {
    const ts = await posted();
    expect(await edit(ts, 'x'.repeat(4_001))).toEqual(refused('msg_too_long', 'malformed'));
  });
});

describe('Slack’s own rules', () => {
  const TOO_MANY = { blocks: Array.from({ length: 51 }, () => ({ type: 'divider' })) };
  const nothing = () => undefined;
  const HIDDEN = refused('channel_not_found', 'place-gone');
  const archive = () => slack.changeChannel(CHANNEL, { isArchived: true });
  const revoke = () => slack.killToken('bot', 'token_revoked');

  test.each<[string, () => void, object, object]>([
    ['C0SECRET: channel_not_found', nothing, { channel: 'C0SECRET' }, HIDDEN],
    ['C0NOWHERE: channel_not_found', nothing, { channel: 'C0NOWHERE' }, HIDDEN],
    ['an archived channel takes no posts', archive, {}, refused('is_archived', 'place-gone')],
    ['51 blocks are malformed', nothing, TOO_MANY, refused('invalid_blocks', 'malformed')],
    ['a revoked token is unauthorized', revoke, {}, refused('token_revoked', 'unauthorized')],
  ])('%s', async (_, prepare, message, receipt) => {
    prepare();
    expect(await webApi.post({ ...MESSAGE, ...message })).toEqual(receipt);
  });
});

const UNKNOWN = { kind: 'unknown' } as const;
const minute = { kind: 'rate-limited', retryAfterMs: 60_000 } as const;
const RESTRICTED: Receipt = { kind: 'refused', error: 'restricted_action', reason: 'place-gone' };

const FAULTS: readonly (readonly [string, Fault, Partial<Receipt>, 0 | 1])[] = [
  ['stored, then reset', { kind: 'reset', stored: true }, UNKNOWN, 1],
  ['reset, not stored', { kind: 'reset', stored: false }, UNKNOWN, 0],
  ['stored, then 500', { kind: 'status', status: 500, stored: true }, { ...UNKNOWN, detail: 'HTTP 500' }, 1],
  ['stored, then 503', { kind: 'status', status: 503, stored: true }, { ...UNKNOWN, detail: 'HTTP 503' }, 1],
  ['500, not stored', { kind: 'status', status: 500, stored: false }, { ...UNKNOWN, detail: 'HTTP 500' }, 0],
  ['stored, answered after the limit', { kind: 'late', afterMs: 60_000, stored: 'first' }, UNKNOWN, 1],
  ['stored only after the limit', { kind: 'late', afterMs: 60_000, stored: 'last' }, UNKNOWN, 0],
  ['stored, answer cut', { kind: 'cut' }, UNKNOWN, 1],
  ['stored, half of the JSON', { kind: 'half-json' }, UNKNOWN, 1],
  ['stored, HTML', { kind: 'html' }, UNKNOWN, 1],
  ['stored, dripping answer', { kind: 'drip', everyMs: 1_000 }, UNKNOWN, 1],
  ['internal_error, stored', { kind: 'error', error: 'internal_error', stored: true }, UNKNOWN, 1],
  ['internal_error, not stored', { kind: 'error', error: 'internal_error' }, UNKNOWN, 0],
  ['fatal_error, stored', { kind: 'error', error: 'fatal_error', stored: true }, UNKNOWN, 1],
  ['429 with 1 s', { kind: '429', retryAfter: '1' }, { kind: 'rate-limited', retryAfterMs: 1_000 }, 0],
  ['429 with 120 s', { kind: '429', retryAfter: '120' }, { kind: 'rate-limited', retryAfterMs: 120_000 }, 0],
  ['429 with 0', { kind: '429', retryAfter: '0' }, { kind: 'rate-limited', retryAfterMs: 1_000 }, 0],
  ['429 without Retry-After', { kind: '429', retryAfter: null }, minute, 0],
  ['429 with nonsense', { kind: '429', retryAfter: 'soon' }, minute, 0],
  ['ratelimited with 200', { kind: 'error', error: 'ratelimited' }, minute, 0],
  ['message_limit_exceeded', { kind: 'error', error: 'message_limit_exceeded' }, minute, 0],
  ['restricted_action', { kind: 'error', error: 'restricted_action' }, RESTRICTED, 0],
];

describe('a fault of Slack’s', () => {
  test.each(FAULTS)('%s: one attempt, the right receipt', async (_, fault, receipt, stored) => {
    slack.failNext('chat.postMessage', fault);
    expect(await webApi.post(MESSAGE)).toMatchObject(receipt);
    expect(slack.messages(CHANNEL)).toHaveLength(stored);
    expect(slack.calls('chat.postMessage')).toHaveLength(1);
  });
});

describe('a 429 with a date', () => {
  test('is counted by Slack’s clock', async () => {
    const at = new Date(Date.now() + 3_600_000).toUTCString();
    slack.failNext('chat.postMessage', { kind: '429', retryAfter: at });
    const receipt = await webApi.post(MESSAGE);
    // A second may pass between the two dates.
    expect([3_598_000, 3_599_000, 3_600_000]).toContain('retryAfterMs' in receipt && receipt.retryAfterMs);
  });

  test('does not hold up other calls', async () => {
    slack.failNext('chat.postMessage', { kind: '429', retryAfter: '120' });
    await webApi.post(MESSAGE);
    expect(await webApi.post(MESSAGE)).toMatchObject({ kind: 'accepted' });
  });
});

describe('without a connection', () => {
  test('a refused one is unsent, and the next attempt finds Slack again', async () => {
    await slack.goOffline();
    expect(await webApi.post(MESSAGE)).toEqual({ kind: 'unsent', detail: 'ECONNREFUSED' });
    await slack.goOnline();
    expect(await webApi.post(MESSAGE)).toMatchObject({ kind: 'accepted' });
  });

  test('a name that does not exist is unsent', async () => {
    const lost = createApi({ apiUrl: 'http://slack.invalid/api/' });
    expect(await lost.post(MESSAGE)).toMatchObject({ kind: 'unsent' });
  });

  test('a peer that speaks no TLS is unsent', async () => {
    const port = await listenLocally(createServer((socket) => socket.end('no TLS here')));
    const lost = createApi({ apiUrl: `https://127.0.0.1:${port}/api/` });
    expect(await lost.post(MESSAGE)).toMatchObject({ kind: 'unsent' });
  });

  test('a peer that never ends the handshake is unsent', async () => {
    const port = await listenLocally(createServer());
    const lost = createApi({ apiUrl: `https://127.0.0.1:${port}/api/` });
    expect(await lost.post(MESSAGE)).toEqual({ kind: 'unsent', detail: 'UND_ERR_CONNECT_TIMEOUT' });
  });

  test('after close(), even a second one, everything is unsent', async () => {
    await webApi.close();
    await webApi.close();
    expect(await webApi.post(MESSAGE)).toEqual({ kind: 'unsent', detail: 'closed' });
  });
});

describe('a post in doubt', () => {
  test('is looked for by Slack’s own clock, however wrong ours is', async () => {
    await start({ now: () => Date.now() - HOUR_MS });
    const ts = await posted();
    await webApi.identity();
    // Its Date has whole seconds.
    expect(Math.abs(webApi.aheadMs() + HOUR_MS)).toBeLessThan(60_000);
    const slackAt = Date.now() + webApi.aheadMs();
    const search = { channel: CHANNEL, thread: '', delivery: MESSAGE.delivery, slackAt };
    expect(await webApi.find(search)).toEqual({ kind: 'found', ts });
    expect(await webApi.find({ ...search, slackAt: Date.now() })).toEqual({ kind: 'absent' });
  });
});

describe('what is asked besides', () => {
  test('the identity, with the scopes of the token', async () => {
    expect(await webApi.identity()).toMatchObject({
      kind: 'identified',
      botUserId: slack.bot.userId,
      teamId: slack.bot.teamId,
      scopes: expect.arrayContaining(['chat:write']) as string[],
    });
  });

  test('the identity of a wrong token is a refusal', async () => {
    const other = createApi({ token: 'xoxb-wrong' });
    expect(await other.identity()).toEqual(refused('invalid_auth', 'unauthorized'));
  });

  test('a permalink, or null', async () => {
    const ts = await posted();
    expect(await webApi.permalink({ channel: CHANNEL, ts })).toContain(ts.replace('.', ''));
    expect(await webApi.permalink({ channel: CHANNEL, ts: '1700000000.000001' })).toBeNull();
  });

  test('whether a post would be taken, or null where Slack does not tell', async () => {
    expect(await webApi.mayPost(CHANNEL)).toBe('yes');
    expect(await webApi.mayPost('C0PUBLIC')).toBe('yes');
    expect(await webApi.mayPost('C0SECRET')).toBe('not-a-member');
    slack.changeChannel('C0PUBLIC', { isArchived: true });
    expect(await webApi.mayPost('C0PUBLIC')).toBe('archived');
    slack.changeChannel('C0PUBLIC', { isArchived: false });
    for (const error of ['missing_scope', 'internal_error', 'ratelimited']) {
      slack.failNext('conversations.info', { kind: 'error', error });
      expect(await webApi.mayPost(CHANNEL)).toBeNull();
    }
  });
});

test('no line of the log holds the token or a text', async () => {
  const lines: string[] = [];
  const write = (fields: object, message: string) => void lines.push(JSON.stringify(fields) + message);
  const log = { debug: write, info: write, warn: write, error: write };
  const talking = createApi({ log });
  slack.failNext('chat.postMessage', { kind: 'reset', stored: true });
  slack.failNext('chat.postMessage', { kind: 'html' });
  for (let i = 0; i < 3; i += 1) await talking.post(MESSAGE);
  await talking.close();
  expect(lines).not.toEqual([]);
  expect(lines.join('\n')).not.toMatch(/xoxb|alpine/);
});
