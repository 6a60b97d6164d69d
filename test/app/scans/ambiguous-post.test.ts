/** `absent` repeats a post, so only a complete search may return it. */

import { beforeEach, describe, expect, it } from 'vitest';
import { createWebApi, type WebApi } from '../../../src/slack/web-api/web-api.ts';
import type { Fault } from '../../support/fake-slack/fake-slack-faults.ts';
import { type FakeSlack, startFakeSlack } from '../../support/fake-slack/fake-slack.ts';
import { HOUR, MINUTE, NOON, SECOND } from '../../support/observations.ts';

const channel = 'C0GENERAL';
const SOUGHT = { channel, thread: '', delivery: 'sought', slackAt: NOON };
const ABSENT = { kind: 'absent' };
const TOO_MANY = { kind: 'too-many-messages' };

let now: number;
let slack: FakeSlack;
let webApi: WebApi;

beforeEach(async ({ onTestFinished }) => {
  now = NOON;
  slack = await startFakeSlack({ now: () => now });
  webApi = createWebApi({ token: slack.botToken, apiUrl: slack.apiUrl });
  onTestFinished(async () => {
    await webApi.close();
    await slack.close();
  });
});

/** Posted so long after it was attempted; its ts. */
async function post(afterMs: number, thread = ''): Promise<string> {
  now = NOON + afterMs;
  const receipt = await webApi.post({ channel, thread, text: 'it', blocks: [], delivery: 'sought' });
  return receipt.kind === 'accepted' ? receipt.ts : receipt.kind;
}

function chatter(messages: number, afterMs: number, threadTs?: string): void {
  now = NOON + afterMs;
  const thread = threadTs === undefined ? {} : { threadTs };
  for (let count = 0; count < messages; count += 1)
    slack.say({ channel, user: 'U0BOB', text: 'so busy', ...thread });
}

async function find(search: Partial<typeof SOUGHT> = {}) {
  now = NOON + HOUR;
  return webApi.find({ ...SOUGHT, ...search });
}

describe('a post in doubt', () => {
  it.each([
    ['five minutes before', -5 * MINUTE + SECOND],
    ['as it was attempted', 0],
    ['five minutes after the call was over', 5 * MINUTE + 9 * SECOND],
  ])('is found by clocks that disagree: %s', async (_, afterMs) => {
    const ts = await post(afterMs);
    expect(await find()).toEqual({ kind: 'found', ts });
  });

  it.each([-5 * MINUTE - SECOND, 5 * MINUTE + 11 * SECOND])(
    'is none of another time: %i ms after',
    async (afterMs) => {
      await post(afterMs);
      expect(await find()).toEqual(ABSENT);
    },
  );

  it('is told from others, and absent where all that was said has been read', async () => {
    await post(0);
    chatter(999, 0);
    expect(await find({ delivery: 'another' })).toEqual(ABSENT);
    expect(slack.calls('conversations.history')).toHaveLength(5);
  });

  it('is found on the last page that is read', async () => {
    const ts = await post(0);
    chatter(999, MINUTE);
    expect(await find()).toEqual({ kind: 'found', ts });
  });

  it('is looked for near the attempt where the whole window is too busy', async () => {
    const ts = await post(0);
    chatter(1_000, MINUTE);
    expect(await find()).toEqual({ kind: 'found', ts });
    expect(slack.calls('conversations.history')).toHaveLength(6);
  });

  it('is not called absent where the window is too busy, and it is not near the attempt', async () => {
    await post(-MINUTE);
    chatter(1_000, MINUTE);
    expect(await find()).toEqual(TOO_MANY);
  });

  it('is not called absent where it is busy near the attempt, too', async () => {
    await post(0);
    chatter(1_001, 0);
    expect(await find()).toEqual(TOO_MANY);
    expect(slack.calls('conversations.history')).toHaveLength(10);
  });

  it('is not called absent where reading takes too long', async () => {
    await post(0);
    chatter(999, 0);
    slack.failWhile('conversations.history', { kind: 'late', afterMs: 6_000, stored: 'last' });
    expect(await find()).toEqual(TOO_MANY);
    expect(slack.calls('conversations.history').length).toBeLessThanOrEqual(3);
  });

  it('is looked for in its thread, and not in another', async () => {
    const [thread, other] = [0, 0].map(() => slack.say({ channel, user: 'U0BOB', text: 'is it safe?' }));
    const ts = await post(SECOND, thread);
    expect(await find({ thread: thread ?? '' })).toEqual({ kind: 'found', ts });
    expect(await find({ thread: other ?? '' })).toEqual(ABSENT);
    expect(await find()).toEqual(ABSENT);
  });

  const failing = (error: string): Fault => ({ kind: 'error', error });
  const failed = (error: string) => ({ kind: 'failed', error });
  const noAccess = (error: string) => ({ kind: 'no-access', error });

  it.each<[Fault, object]>([
    [
      { kind: '429', retryAfter: '30' },
      { kind: 'rate-limited', retryAfterMs: 30 * SECOND },
    ],
    [failing('thread_not_found'), ABSENT],
    [failing('missing_scope'), noAccess('missing_scope')],
    [failing('not_in_channel'), noAccess('not_in_channel')],
    [failing('token_revoked'), failed('token_revoked')],
    [{ kind: 'status', status: 503, stored: false }, failed('HTTP 503')],
  ])('of which Slack answers %j', async (fault, found) => {
    slack.failNext('conversations.history', fault);
    expect(await find()).toEqual(found);
  });
});
