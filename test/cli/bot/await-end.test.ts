import { describe, expect, it } from 'vitest';
import type { BotReply, BotRequest } from '../../../src/cli/bot/connect.ts';
import { awaitEnd } from '../../../src/cli/bot/await-end.ts';

const MINUTE = 60_000;

function scan(outcome: string | null, text: string, hints: readonly string[] = []) {
  return { outcome, text, hints, findings: null };
}

function answered(status: number, body: unknown = null, headers: Partial<BotReply> = {}): BotReply {
  return { kind: 'answered', status, body, retryAfterMs: null, location: '', ...headers } as BotReply;
}

const AWAY: BotReply = { kind: 'away', reason: 'ECONNREFUSED' };
const GOING_ON = answered(202, scan(null, 'alpine:3.16 · scanning · tags 1/1 · images 7/12'));
const OVER = answered(200, scan('completed', 'alpine:3.16 · completed · tags 1/1 · images 12/12'));

/** Each reply takes so long, ms; the last is given for ever. */
async function play(
  replies: readonly (BotReply | readonly [BotReply, number])[],
  options: { timeoutMs?: number } = {},
) {
  let now = 0;
  let asked = 0;
  const questions: BotRequest[] = [];
  const pauses: number[] = [];
  const lines: string[] = [];
  const outcome = await awaitEnd({
    image: 'alpine:3.16',
    id: 'the-id',
    url: 'http://bot:3000/',
    timeoutMs: options.timeoutMs ?? 30 * MINUTE,
    monotonicNow: () => now,
    print: (line) => void lines.push(line),
    pause: (ms) => {
      pauses.push(ms);
      now += ms;
      return Promise.resolve();
    },
    request: (question) => {
      questions.push(question);
      const reply = replies[Math.min(asked, replies.length - 1)]!;
      asked += 1;
      const [given, takesMs] = 'kind' in reply ? [reply, 0] : reply;
      now += Math.min(takesMs, question.limitMs);
      return Promise.resolve(given);
    },
  });
  return { outcome, questions, pauses, lines, tookMs: now };
}

describe('waiting for an end', () => {
  it('asks again and again with the same id and the time that is left, until it is over', async () => {
    const { outcome, questions, pauses } = await play([[GOING_ON, 20_000], [GOING_ON, 20_000], OVER]);
    expect(outcome).toMatchObject({ kind: 'over', scan: { outcome: 'completed' } });
    const query = { image: 'alpine:3.16', id: 'the-id' };
    expect(questions.map((question) => question.query)).toEqual([
      { ...query, timeout: '1800', hold: '0' },
      { ...query, timeout: '1780' },
      { ...query, timeout: '1760' },
    ]);
    expect(pauses).toEqual([]);
  });

  it('says how far it is, each thing once', async () => {
    const outside = answered(202, scan(null, 'waiting', ['Check the\nspelling.\u001b[2J']));
    const { lines } = await play([outside, outside, GOING_ON, GOING_ON, OVER]);
    expect(lines).toEqual([
      'waiting',
      'Check the spelling. [2J',
      'alpine:3.16 · scanning · tags 1/1 · images 7/12',
    ]);
  });

  it('asks no more than once a second where the bot holds no request', async () => {
    const { tookMs, questions } = await play([GOING_ON], { timeoutMs: 10_000 });
    expect([tookMs, questions.length]).toEqual([10_000, 10]);
  });

  it.each<[string, BotReply]>([
    ['refuses connections', AWAY],
    ['answers 500', answered(500)],
    ['answers 502 with a page', answered(502, null)],
    ['answers 503 and what is wrong', answered(503, { error: 'The bot is starting.' })],
    ['answers 429', answered(429, { error: 'Too many.' })],
  ])('waits for a bot that %s, longer and longer, and says so once', async (_what, reply) => {
    const { outcome, pauses, lines } = await play([reply, reply, reply, reply, reply, reply, OVER]);
    expect(outcome.kind).toBe('over');
    expect(pauses).toEqual([1_000, 2_000, 4_000, 8_000, 10_000, 10_000]);
    expect(lines).toEqual([
      expect.stringMatching(/^the bot (?:is not there|cannot tell now) \(.+\); it is asked again$/),
    ]);
  });

  it('pauses for as long as the bot asks for, and a minute at most', async () => {
    const later = (retryAfterMs: number) => answered(503, null, { retryAfterMs });
    const { pauses } = await play([later(5_000), later(86_400_000), OVER]);
    expect(pauses).toEqual([5_000, 60_000]);
  });

  it('goes on after the bot was away in the middle, also where a proxy answers for it', async () => {
    const { outcome } = await play([
      GOING_ON,
      AWAY,
      answered(404),
      answered(302),
      answered(200, '<html>'),
      OVER,
    ]);
    expect(outcome.kind).toBe('over');
  });

  it('ends when its time is over, and says how it stood', async () => {
    const { outcome, tookMs } = await play([[GOING_ON, 20_000]], { timeoutMs: MINUTE });
    expect(outcome).toMatchObject({
      kind: 'timed-out',
      last: { text: expect.stringContaining('7/12') as string },
    });
    expect(tookMs).toBe(MINUTE);
    const away = await play([AWAY], { timeoutMs: MINUTE });
    expect(away.outcome).toEqual({ kind: 'timed-out', last: null });
    expect(away.tookMs).toBe(MINUTE);
  });

  it('gives up no later than it may where the bot never answers', async () => {
    const { tookMs, questions } = await play([[{ kind: 'away', reason: '' }, 10 * MINUTE]], {
      timeoutMs: 90_000,
    });
    expect(tookMs).toBeLessThanOrEqual(92_000);
    expect(questions.every(({ limitMs }) => limitMs <= 40_000)).toBe(true);
  });

  it.each<[string, BotReply, RegExp]>([
    ['a wrong token', answered(401), /^The bot refuses the token: API_TOKEN must be the one/],
    ['an image that is none', answered(400, { error: 'The tag "3:16" …' }), /^The tag "3:16" …$/],
    ['an address without the API', answered(404), /no bot that answers pipelines \(HTTP 404\).*API_TOKEN/],
    ['a page of somebody else', answered(200, '<html>'), /no bot that answers pipelines \(HTTP 200\)/],
    [
      'a redirect',
      answered(302, null, { location: 'https://sso.example.com/login?secret=1' }),
      /leads on to https:\/\/sso\.example\.com: set SCANPROGRESS_URL/,
    ],
  ])('ends at once for %s', async (_what, reply, text) => {
    const { outcome, questions } = await play([reply]);
    expect(outcome).toEqual({ kind: 'wrong', text: expect.stringMatching(text) as string });
    expect(questions).toHaveLength(1);
  });

  it('ends for a token that is refused in the middle', async () => {
    expect((await play([GOING_ON, answered(401)])).outcome.kind).toBe('wrong');
  });
});
