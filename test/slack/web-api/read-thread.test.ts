import { type WebClient, WebAPIPlatformError, WebAPIRateLimitedError } from '@slack/web-api';
import { expect, it } from 'vitest';
import type { RateLimits } from '../../../src/slack/web-api/rate-limits.ts';
import { readThread, type ThreadRead } from '../../../src/slack/web-api/read-thread.ts';
import { SECOND } from '../../support/observations.ts';

const ROOT = { ts: '1.0' };
const reply = (number: number) => ({ ts: `2.${number}` });
const replies = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => reply(from + index));
const pagesOfOne = (count: number) => replies(0, count).map((one) => [one]);
const FIRST = [ROOT, reply(1)];
const REFUSED = new WebAPIPlatformError({ ok: false, error: 'missing_scope' });
const LIMITED = new WebAPIRateLimitedError(7);

type Page = readonly unknown[] | Error;

interface Options {
  readonly pageMs?: number;
  readonly lookups?: number;
}

/** A thread of these pages, as Slack gives them; `asked` has the parameters of each call. */
async function read(pages: readonly Page[], { pageMs = 0, lookups = Infinity }: Options = {}) {
  const asked: Record<string, unknown>[] = [];
  const pauses: unknown[] = [];
  const respond = async (wanted: Record<string, unknown>) => {
    const page = pages[asked.push(wanted) - 1];
    await new Promise((resolve) => setTimeout(resolve, pageMs));
    if (page instanceof Error) throw page;
    const isLast = asked.length === pages.length;
    return { messages: page, response_metadata: { next_cursor: isLast ? '' : `page ${asked.length}` } };
  };
  const client = { conversations: { replies: respond } } as unknown as WebClient;
  const rateLimits = {
    takeLookup: () => Promise.resolve(asked.length < lookups ? 0 : SECOND),
    rest: (...pause: unknown[]) => Promise.resolve(void pauses.push(pause)),
  } as unknown as RateLimits;
  const conversation = { channel: 'C1', thread: ROOT.ts };
  return { thread: await readThread(client, { rateLimits, log: undefined }, conversation), asked, pauses };
}

const whole = (...messages: unknown[]): ThreadRead => ({ kind: 'read', messages, isWhole: true });
const part = (...messages: unknown[]): ThreadRead => ({ kind: 'read', messages, isWhole: false });

it.each<[string, readonly Page[], Options, ThreadRead]>([
  ['of one page is read whole', [FIRST], {}, whole(...FIRST)],
  ['of two has its root once', [FIRST, [ROOT, reply(2)]], {}, whole(...FIRST, reply(2))],
  ['without its root, and of odd messages', [[null, 'a', {}]], {}, whole(null, 'a', {})],
  ['keeps its root and the latest', [[ROOT], replies(0, 2_500)], {}, whole(ROOT, ...replies(500, 2_500))],
  ['of ten pages is read whole', pagesOfOne(10), {}, whole(...replies(0, 10))],
  ['of more is read in part', pagesOfOne(11), {}, part(...replies(0, 10))],
  ['is read in part where Slack is slow', pagesOfOne(9), { pageMs: 3 * SECOND }, part(...replies(0, 3))],
  ['is read in part where a page fails', [[ROOT], LIMITED, []], {}, part(ROOT)],
  ['is read in part where no call is left', [[ROOT], [reply(1)]], { lookups: 1 }, part(ROOT)],
  ['is not read where no call is left', [[ROOT]], { lookups: 0 }, { kind: 'not-now' }],
  ['is not read now where Slack wants a pause', [LIMITED], {}, { kind: 'not-now' }],
  ['is not read now where Slack is away', [new Error('ECONNRESET')], {}, { kind: 'not-now' }],
  ['is hidden where Slack refuses', [REFUSED], {}, { kind: 'no-access' }],
])('a thread %s', async (_, pages, options, expected) => {
  expect((await read(pages, options)).thread).toEqual(expected);
});

it('a page is asked for with the place where the last one ended, and more of it', async () => {
  const { asked } = await read([[ROOT], [reply(1)]]);
  const wanted = { channel: 'C1', ts: '1.0', include_all_metadata: true };
  expect(asked).toEqual([
    { ...wanted, limit: 200 },
    { ...wanted, limit: 999, cursor: 'page 1' },
  ]);
});

it('a pause that Slack wants is kept by all lookups', async () => {
  expect((await read([LIMITED])).pauses).toEqual([['looks', 7 * SECOND]]);
  expect((await read([REFUSED])).pauses).toEqual([]);
});
