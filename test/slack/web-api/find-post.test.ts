import { setTimeout as sleep } from 'node:timers/promises';
import { WebAPIPlatformError, type WebClient } from '@slack/web-api';
import { describe, expect, it } from 'vitest';
import { findPost } from '../../../src/slack/web-api/find-post.ts';

const AT = 1_000_000_000;
const OURS = { ts: '17.1', metadata: { event_payload: { delivery: 'd' } } };
const OTHER = { ts: '17.0', metadata: { event_payload: { delivery: 'x' } } };
const FOUND = { kind: 'found', ts: '17.1' } as const;
const ABSENT = { kind: 'absent' } as const;
const TOO_MANY = { kind: 'too-many-messages' } as const;
const SEARCH = { channel: 'C1', thread: '', delivery: 'd', slackAt: AT };
const ODD = { ts: '16.9', metadata: 'none' };

type Page = readonly unknown[];
interface Asked {
  readonly method: string;
  readonly args: Readonly<Record<string, unknown>>;
}

/** A conversation whose wide and narrow windows have these pages; `'…'` at the end is one more page, for ever. */
function look(windows: { wide: readonly (Page | '…')[]; narrow?: readonly (Page | '…')[] }, thread = '') {
  const asked: Asked[] = [];
  const answer = (method: string) => (args: Record<string, unknown>) => {
    asked.push({ method, args });
    const isWide = args['oldest'] === '999700.000000';
    const pages = (isWide ? windows.wide : windows.narrow) ?? [];
    const index = Number(args['cursor'] ?? 0);
    const page = pages[index] ?? '…';
    const next = page === '…' || index + 1 < pages.length ? String(index + 1) : '';
    const messages = page === '…' ? [OTHER] : page;
    return Promise.resolve({ messages, response_metadata: { next_cursor: next } });
  };
  const conversations = { history: answer('history'), replies: answer('replies') };
  return { found: findIn(conversations, thread), asked };
}

const findIn = (conversations: object, thread = '') =>
  findPost({ conversations } as unknown as WebClient, { ...SEARCH, thread });

describe('a post', () => {
  it.each([
    ['is found', { wide: [[OTHER, ODD, OURS]] }, FOUND, 1],
    ['is found on the fifth page', { wide: [[], [], [OTHER], [], [OURS]] }, FOUND, 5],
    ['is absent from what was read to its end', { wide: [[OTHER], [], [], [], [ODD]] }, ABSENT, 5],
    ['is found near the attempt', { wide: ['…'], narrow: [[OTHER], [OURS]] }, FOUND, 7],
    ['is not called absent where only that was read', { wide: ['…'], narrow: [[OTHER]] }, TOO_MANY, 6],
    ['is not called absent where too much was said', { wide: ['…'], narrow: ['…'] }, TOO_MANY, 10],
  ] as const)('%s', async (_, windows, expected, calls) => {
    const { found, asked } = look(windows);
    expect(await found).toEqual(expected);
    expect(asked).toHaveLength(calls);
  });

  it('is looked for in its conversation, five minutes around the attempt, then fifteen seconds', async () => {
    const { found, asked } = look({ wide: ['…'], narrow: [[OTHER]] });
    await found;
    const page = { channel: 'C1', limit: 200, include_all_metadata: true };
    const wide = { ...page, oldest: '999700.000000', latest: '1000310.000000' };
    expect(asked[0]).toEqual({ method: 'history', args: wide });
    expect(asked[1]?.args).toEqual({ ...wide, cursor: '1' });
    expect(asked[5]?.args).toEqual({ ...page, oldest: '999985.000000', latest: '1000025.000000' });
  });

  it('is looked for within fifteen seconds, however slow Slack is, and then not called absent', async () => {
    const asked: unknown[] = [];
    const history = async (page: unknown) => {
      asked.push(page);
      await sleep(6_000);
      return { messages: [OTHER], response_metadata: { next_cursor: 'more' } };
    };
    expect(await findIn({ history })).toEqual(TOO_MANY);
    expect(asked).toHaveLength(3);
  });

  it('is looked for in its thread', async () => {
    const { found, asked } = look({ wide: [[OURS]] }, '16.5');
    expect(await found).toEqual(FOUND);
    expect(asked).toMatchObject([{ method: 'replies', args: { channel: 'C1', ts: '16.5' } }]);
  });

  it.each([
    ['thread_not_found', { kind: 'absent' }],
    ['missing_scope', { kind: 'no-access', error: 'missing_scope' }],
    ['not_in_channel', { kind: 'no-access', error: 'not_in_channel' }],
    ['token_revoked', { kind: 'failed', error: 'token_revoked' }],
    ['internal_error', { kind: 'failed', error: 'Slack answered internal_error' }],
    ['ratelimited', { kind: 'rate-limited', retryAfterMs: 60_000 }],
  ])('where Slack answers %s', async (error, expected) => {
    const history = () => Promise.reject(new WebAPIPlatformError({ ok: false, error }));
    expect(await findIn({ history })).toEqual(expected);
  });
});
