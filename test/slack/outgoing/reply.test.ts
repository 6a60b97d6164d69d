import { setImmediate as nextTurn } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Found, Receipt } from '../../../src/scan/delivery.ts';
import { createRateLimits } from '../../../src/slack/web-api/rate-limits.ts';
import type { Post } from '../../../src/slack/web-api/web-api.ts';
import type { PostSearch } from '../../../src/slack/web-api/find-post.ts';
import { createReply, type Reply } from '../../../src/slack/outgoing/reply.ts';
import { findPause, savePause } from '../../../src/store/limits/rate-limits.ts';
import { HOUR, MINUTE, NOON, SECOND } from '../../support/observations.ts';
import { useMemory } from '../../support/memory.ts';
import { createDelayedCalls } from '../../support/delayed-calls.ts';
import { recordingLog } from '../../support/store.ts';
import { sql } from '../../../src/store/sql.ts';

const database = useMemory();
let now: number;
let log: ReturnType<typeof recordingLog>;
/** What happened, with the seconds after noon. */
let calls: string[];
/** Slack's responses, in turn; then it accepts. */
let receipts: Receipt[];
let found: Found[];
let searchedFrom: number;

beforeEach(() => {
  now = NOON;
  log = recordingLog();
  calls = [];
  receipts = [];
  found = [];
});

const HELLO = { text: 'hello', blocks: [] };
const ANSWER: Reply = { channel: 'C1', thread: '1.0', message: HELLO, key: 'Ev1/0', searchFrom: null };

const note = (what: string): void => void calls.push(`${what} ${(now - NOON) / SECOND}`);
const limited = (retryAfterMs: number) => ({ kind: 'rate-limited', retryAfterMs }) as const;

async function send(reply: Partial<Reply> = {}): Promise<void> {
  const { delayWrites, underWay } = createDelayedCalls();
  const webApi = {
    post: (message: Post) => {
      expect(message).toMatchObject({ channel: 'C1', thread: '1.0', ...HELLO });
      note('post');
      return Promise.resolve(receipts.shift() ?? ({ kind: 'accepted', ts: '2.0' } as const));
    },
    find: ({ slackAt }: PostSearch) => {
      note('find');
      searchedFrom = slackAt;
      return Promise.resolve(found.shift() ?? ({ kind: 'absent' } as const));
    },
  };
  const pause = async (ms: number): Promise<void> => {
    await nextTurn();
    now += ms;
  };
  const rateLimits = createRateLimits({ database: delayWrites(database), now: () => now, log: log.log });
  await createReply({ webApi, rateLimits, now: () => now, pause, log: log.log })({ ...ANSWER, ...reply });
  expect(underWay()).toBe(0);
}

/** Sends it, and returns what happened meanwhile. */
async function callsOf(reply: Partial<Reply> = {}): Promise<readonly string[]> {
  const { length } = calls;
  await send(reply);
  return calls.slice(length);
}

const LOST = 'warn reply to a person did not reach Slack';

describe('an answer', () => {
  it('waits while posts rest, whoever was told so', async () => {
    await savePause(database, { method: 'posts', now, until: now + 45 * SECOND });
    expect(await callsOf()).toEqual(['post 45']);
  });

  it('that Slack puts off lets all posts rest, and is posted after it', async () => {
    receipts = [limited(45 * SECOND)];
    const sent = send();
    expect(calls).toEqual([]);
    await sent;
    expect(calls).toEqual(['post 0', 'find 45', 'post 45']);
    // Slack's clock may differ by as much.
    expect(searchedFrom).toBe(NOON - 5 * MINUTE);
    expect(await findPause(database, 'posts', NOON)).toBe(NOON + 45 * SECOND);
  });

  it('that Slack stored although it answered 429 is not posted again', async () => {
    receipts = [limited(2 * SECOND)];
    found = [{ kind: 'found', ts: '2.0' }];
    expect(await callsOf()).toEqual(['post 0', 'find 2']);
    expect(log.lines).toEqual([]);
  });

  it('that Slack puts off again and again comes all the same', async () => {
    receipts = [limited(MINUTE), limited(MINUTE), limited(MINUTE), limited(MINUTE)];
    expect((await callsOf()).at(-1)).toBe('post 240');
    expect(log.lines).toEqual([]);
  });

  it('is given up where nobody would wait for it, and that is logged', async () => {
    receipts = [limited(HOUR)];
    expect(await callsOf()).toEqual(['post 0']);
    expect(await findPause(database, 'posts', now)).toBe(NOON + HOUR);
    expect(await callsOf()).toEqual([]);
    expect(log.lines).toEqual([LOST, LOST]);
  });

  it('is given up after ten minutes of being put off', async () => {
    receipts = Array<Receipt>(20).fill(limited(MINUTE));
    expect((await callsOf()).at(-1)).toBe('post 600');
    expect(log.lines).toEqual([LOST]);
  });

  it('is not withheld by a pause of before the clock was set back', async () => {
    await savePause(database, { method: 'posts', now: now + HOUR, until: now + HOUR + MINUTE });
    expect(await callsOf()).toEqual(['post 0']);
  });

  it('outlasts some minutes without Slack', async () => {
    receipts = Array<Receipt>(8).fill({ kind: 'unsent', detail: 'ECONNREFUSED' });
    expect(await callsOf()).toHaveLength(9);
    expect(now - NOON).toBeGreaterThan(30 * SECOND);
  });

  it.each<Receipt>([
    { kind: 'unknown', detail: 'timeout' },
    { kind: 'refused', error: 'not_in_channel', reason: 'place-gone' },
  ])('that may have been posted, or never will be, is posted once: %o', async (receipt) => {
    receipts = [receipt];
    expect(await callsOf()).toEqual(['post 0']);
    expect(log.lines).toHaveLength(1);
  });

  it('goes out though the database fails: it may say just that', async () => {
    database.failOn('rate_limit_pauses');
    receipts = [limited(2 * SECOND)];
    expect(await callsOf()).toEqual(['post 0', 'find 2', 'post 2']);
  });
});

describe('an answer that an earlier process may have posted', () => {
  it('is looked for first, and not posted where it is found', async () => {
    found = [{ kind: 'found', ts: '2.0' }];
    expect(await callsOf({ searchFrom: NOON })).toEqual(['find 0']);
    expect(searchedFrom).toBe(NOON);
    expect(await database.query(sql`select kind from slack_calls`)).toEqual([{ kind: 'look' }]);
  });

  it('is looked for from the same time on once Slack has put it off', async () => {
    receipts = [limited(2 * SECOND)];
    expect(await callsOf({ searchFrom: NOON - HOUR })).toEqual(['find 0', 'post 0', 'find 2', 'post 2']);
    expect(searchedFrom).toBe(NOON - HOUR);
  });

  it('is looked for when looks may be made again', async () => {
    await savePause(database, { method: 'looks', now, until: now + 20 * SECOND });
    expect(await callsOf({ searchFrom: NOON })).toEqual(['find 20', 'post 20']);
  });

  it('lets all looks rest where Slack asks for it', async () => {
    found = [limited(30 * SECOND)];
    expect(await callsOf({ searchFrom: NOON })).toEqual(['find 0', 'find 30', 'post 30']);
    expect(await findPause(database, 'looks', NOON)).toBe(NOON + 30 * SECOND);
  });

  it('is not looked for where all looks of the minute are made', async () => {
    const look = createRateLimits({ database, now: () => now, log: log.log }).takeLookup;
    for (let times = 0; times < 48; times += 1) await look();
    expect(await callsOf({ searchFrom: NOON })).toEqual(['find 62', 'post 62']);
  });
});

it('a lookup waits for as long as Slack has asked to pause, else for the minute’s next call', async () => {
  const limits = createRateLimits({ database, now: () => now, log: log.log });
  const taken = [];
  for (let wait = 0; wait === 0;) taken.push((wait = await limits.takeLookup()));
  expect(taken.at(-1)).toBe(2 * SECOND);
  await savePause(database, { method: 'looks', now, until: now + 7 * SECOND });
  expect(await limits.takeLookup()).toBe(7 * SECOND);
});
