import { describe, expect, it } from 'vitest';
import { createCallMonitor, type SlackCall, withCallReport } from '../../../src/slack/web-api/call-report.ts';
import { recordingLog } from '../../support/store.ts';

const API = 'https://slack.com/api/chat.postMessage';
const RESPONSE_URL = 'https://hooks.slack.com/commands/T1/2/xyz';

describe('a call to Slack', () => {
  async function call(url: string, answer: () => Response) {
    const calls: SlackCall[] = [];
    const { log, lines } = recordingLog();
    const onCall = (one: SlackCall) => calls.push(one);
    const fetch = withCallReport(() => Promise.resolve().then(answer), { onCall, log });
    const response = await fetch(url, {}).catch(() => null);
    const text = response && (await response.text());
    return { calls, lines, text };
  }

  it.each([
    [API, 200, '{"ok":true}', 'chat.postMessage', 'ok'],
    [API, 200, '{"ok":false,"error":"is_archived"}', 'chat.postMessage', 'refused'],
    [API, 200, '<html>sign in to the proxy</html>', 'chat.postMessage', 'no-answer'],
    [API, 429, '', 'chat.postMessage', 'rate-limited'],
    [API, 503, 'down', 'chat.postMessage', 'unavailable'],
    [RESPONSE_URL, 200, 'ok', 'respond', 'ok'],
    [RESPONSE_URL, 404, 'used_url', 'respond', 'refused'],
  ])('%s, answered with %i %s, is one of %s: %s', async (url, status, body, method, outcome) => {
    const { calls, lines, text } = await call(url, () => new Response(body, { status }));
    expect(calls).toEqual([{ method, outcome, ms: expect.any(Number) as number }]);
    expect(text).toBe(body);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^debug/);
    expect(lines.join()).not.toContain('xyz');
  });

  it('that is never answered is one of them, and fails as before', async () => {
    const { calls, text } = await call(API, () => {
      throw new TypeError('fetch failed');
    });
    expect(calls).toMatchObject([{ outcome: 'no-answer' }]);
    expect(text).toBeNull();
  });
});

describe('Slack is away', () => {
  type Outcome = SlackCall['outcome'];
  const NONE = 'no-answer';
  const DOWN = 'unavailable';

  const problemsOf = (outcomesByMs: Readonly<Record<number, Outcome>>) => {
    const problems: (number | null)[] = [];
    let now = 0;
    const note = createCallMonitor({ onError: (ms) => problems.push(ms), monotonicNow: () => now });
    for (const [atMs, outcome] of Object.entries(outcomesByMs)) {
      now = Number(atMs);
      note({ method: 'chat.update', outcome, ms: 0 });
    }
    return problems;
  };

  it.each<[string, Readonly<Record<number, Outcome>>, (number | null)[]]>([
    [
      'after a minute of calls without an answer',
      { 0: NONE, 30_000: DOWN, 60_000: NONE, 70_000: NONE },
      [60_000],
    ],
    ['not before', { 0: NONE, 59_999: NONE }, []],
    ['not where one came through', { 0: NONE, 30_000: 'ok', 60_000: NONE }, []],
    [
      'not where it refuses or limits, for then it is there',
      { 0: 'refused', 30_000: 'rate-limited', 90_000: 'refused' },
      [],
    ],
    ['until one comes through', { 0: NONE, 60_000: NONE, 61_000: 'ok', 62_000: NONE }, [60_000, null]],
  ])('%s', (_, calls, problems) => {
    expect(problemsOf(calls)).toEqual(problems);
  });
});
