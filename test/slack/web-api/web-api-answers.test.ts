import { createServer, type RequestListener } from 'node:http';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { MayPost } from '../../../src/slack/web-api/web-api.ts';
import { createWebApi, type WebApi } from '../../../src/slack/web-api/web-api.ts';
import { listenLocally } from '../../support/listen.ts';
import { SECOND } from '../../support/observations.ts';

/** A Slack that sends this response to every call. */
function apiResponding(answer: object, scopes = ''): Promise<WebApi> {
  return apiOf((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'x-oauth-scopes': scopes });
    response.end(JSON.stringify({ ok: true, ...answer }));
  });
}

async function apiOf(respond: RequestListener): Promise<WebApi> {
  const port = await listenLocally(createServer(respond));
  const webApi = createWebApi({ token: 'xoxb-1', apiUrl: `http://127.0.0.1:${port}/api/` });
  onTestFinished(() => webApi.close());
  return webApi;
}

const refusal = (error: string) => ({ ok: false, error });

describe('a conversation', () => {
  const OPEN = 'chat:write,chat:write.public';
  test.each<[string, object, string, MayPost | null]>([
    ['of members takes posts', { channel: { is_member: true, is_private: true } }, '', 'yes'],
    ['of two takes posts', { channel: { is_im: true, is_private: true } }, '', 'yes'],
    ['that is public takes posts with the scope for it', { channel: { is_private: false } }, OPEN, 'yes'],
    ['that is public takes none without that scope', { channel: {} }, 'chat:write', 'not-a-member'],
    ['that is private takes none with that scope', { channel: { is_private: true } }, OPEN, 'not-a-member'],
    ['that is archived takes none', { channel: { is_archived: true, is_member: true } }, OPEN, 'archived'],
    ['of which Slack says nothing is not known', {}, OPEN, null],
    ['that Slack hides is one without the bot', refusal('channel_not_found'), OPEN, 'not-a-member'],
    ['is not known where the token is refused', refusal('invalid_auth'), OPEN, null],
  ])('%s', async (_, answer, scopes, mayPost) => {
    const webApi = await apiResponding(answer, scopes);
    expect(await webApi.mayPost('C1')).toBe(mayPost);
  });
});

describe('an answer', () => {
  const EDIT = { channel: 'C1', ts: '1.1', text: 'a', blocks: [] };

  const WITHOUT_TS = { kind: 'unknown', detail: 'ok without a ts' };
  const MINUTE_LONG = { kind: 'rate-limited', retryAfterMs: 60_000 };

  test.each<[string, object, object]>([
    ['without a ts leaves it unknown whether it was posted', {}, WITHOUT_TS],
    ['with one is an acceptance', { ts: '1.2' }, { kind: 'accepted', ts: '1.2' }],
    ['of ratelimited with status 200 is a pause', refusal('ratelimited'), MINUTE_LONG],
  ])('%s', async (_, answer, receipt) => {
    const webApi = await apiResponding(answer);
    expect(await webApi.update(EDIT)).toEqual(receipt);
    expect(await webApi.post({ ...EDIT, thread: '', delivery: 'd' })).toEqual(receipt);
  });

  test.each([
    [{ user_id: 'U1' }, { kind: 'unknown' }],
    [{ team_id: 'T1' }, { kind: 'unknown' }],
    [{ user_id: 'U1', team_id: 'T1' }, { isOfOrganisation: false }],
    [{ user_id: 'U1', team_id: 'T1', is_enterprise_install: true }, { isOfOrganisation: true }],
  ])('to who we are has both ids, and may be an organisation: %j', async (answer, identity) => {
    const webApi = await apiResponding(answer);
    expect(await webApi.identity()).toMatchObject(identity);
  });

  test('that never comes is waited for ten seconds', async () => {
    const webApi = await apiOf(() => undefined);
    const startedAt = Date.now();
    expect(await webApi.update(EDIT)).toMatchObject({ kind: 'unknown' });
    expect((Date.now() - startedAt) / SECOND).toBeGreaterThan(9);
    expect((Date.now() - startedAt) / SECOND).toBeLessThan(20);
  });

  test('without a permalink is none', async () => {
    const webApi = await apiResponding({});
    expect(await webApi.permalink({ channel: 'C1', ts: '1.1' })).toBeNull();
  });
});
