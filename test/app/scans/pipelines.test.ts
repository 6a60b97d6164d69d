import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test, type TestContext } from 'vitest';
import { connectBot } from '../../../src/cli/bot/connect.ts';
import { type Awaited, awaitEnd } from '../../../src/cli/bot/await-end.ts';
import { findFreePort } from '../../../src/demo/free-port.ts';
import { NO_PROXIES } from '../../../src/proxy.ts';
import { runBot, type RunningBot } from '../../support/running-bot.ts';

const TOKEN = 'a-token-of-a-pipeline';
const FOUND = { critical: 1, high: 4, medium: 2, low: 0 };

interface Piped extends RunningBot {
  readonly url: string;
  /** As `scanprogress wait` does. */
  readonly wait: (image?: string, timeoutMs?: number) => Promise<Awaited>;
}

async function runPiped(context: Pick<TestContext, 'onTestFinished'>, firstPort: number): Promise<Piped> {
  const port = await findFreePort(firstPort);
  const bot = await runBot(context, { port, environment: { API_TOKEN: TOKEN } });
  const url = `http://127.0.0.1:${port}/`;
  const connection = connectBot({ url, token: TOKEN, proxies: NO_PROXIES });
  context.onTestFinished(connection.close);
  const wait = (image = 'alpine:3.16', timeoutMs = 1_800_000) =>
    awaitEnd({
      ...{ image, id: randomUUID(), url, timeoutMs, request: connection.request, print: () => undefined },
      monotonicNow: () => performance.now(),
      pause: sleep,
    });
  return { ...bot, url, wait };
}

const fetchApi = (url: string, path: string) =>
  fetch(`${url}v1/${path}?image=alpine:3.16`, { headers: { authorization: `Bearer ${TOKEN}` } });

async function whenWaiting(bot: Piped, count: number): Promise<void> {
  await bot.until(`${count} pipelines that wait`, () => bot.logged('pipeline waits').length === count);
}

test('a hundred pipelines and a watch of one scan get one verdict, and the Console is asked no more for them', async (context) => {
  const bot = await runPiped(context, 21_700);
  await bot.watchHalfAScan({ findings: FOUND });
  const alone = await requestsIn(bot, 60_000);
  const waits = Array.from({ length: 100 }, () => bot.wait());
  await whenWaiting(bot, 100);
  // Each new one may have triggered one poll, and they came together.
  const together = await requestsIn(bot, 60_000);
  expect(together).toBeLessThanOrEqual(alone + 2);
  bot.pass(60_000);
  const end = await bot.whenEnded(/completed/);
  const outcomes = await Promise.all(waits);
  const [text] = end.text.split(' · <@');
  expect(text).toBe('alpine:3.16 · completed · tags 1/1 · images 12/12 · 1 critical · 4 high');
  const scan = { outcome: 'completed', text, hints: [], findings: { critical: 1, high: 4 } };
  expect(outcomes).toEqual(Array(100).fill({ kind: 'over', scan }));
  expect(bot.ends()).toHaveLength(1);
});

async function requestsIn(bot: RunningBot, ms: number): Promise<number> {
  const before = bot.polls().length;
  await sleep(ms);
  return bot.polls().length - before;
}

test('a pipeline alone has the end that the Console tells once, and leaves nothing in Slack', async (context) => {
  const bot = await runPiped(context, 21_720);
  const waiting = bot.wait();
  await whenWaiting(bot, 1);
  bot.startScan();
  bot.pass(30_000);
  await sleep(30_000);
  bot.pass(90_000);
  expect(await waiting).toMatchObject({ kind: 'over', scan: { outcome: 'completed' } });
  expect(bot.slack.calls('chat.postMessage')).toEqual([]);
  // No pipeline waits any more: the next end stays unread.
  await sleep(30_000);
  expect(await requestsIn(bot, 60_000)).toBe(0);
});

test('a bot that is stopped while pipelines wait, and started once the scan is over, owes them nothing', async (context) => {
  const bot = await runPiped(context, 21_740);
  bot.startHalfAScan({ findings: FOUND });
  const waits = [bot.wait(), bot.wait(), bot.wait()];
  await whenWaiting(bot, 3);
  await sleep(10_000);
  const stoppedAt = Date.now();
  await bot.stop();
  expect(Date.now() - stoppedAt).toBeLessThan(8_000);
  bot.pass(60_000);
  await sleep(120_000);
  await bot.start();
  for (const outcomes of await Promise.all(waits))
    expect(outcomes).toMatchObject({
      kind: 'over',
      scan: { outcome: 'completed', findings: { critical: 1 } },
    });
});

test('an end that somebody else was told reaches a pipeline from the results', async (context) => {
  const bot = await runPiped(context, 21_760);
  bot.startHalfAScan({ findings: FOUND });
  const waiting = bot.wait();
  await whenWaiting(bot, 1);
  await sleep(10_000);
  await bot.stop();
  bot.pass(60_000);
  expect(await takeEnd(bot)).toMatchObject([{ isScanOngoing: false }]);
  expect(await takeEnd(bot)).toEqual([]);
  await bot.start();
  expect(await waiting).toMatchObject({
    kind: 'over',
    scan: { outcome: 'completed', findings: { high: 4 }, hints: [expect.stringMatching(/results/)] },
  });
});

async function takeEnd(bot: RunningBot): Promise<unknown> {
  const authorization = `Basic ${Buffer.from('demo:demo').toString('base64')}`;
  const path = 'api/v33.03/registry/progress?onDemand=true&repo=library/alpine&tag=3.16';
  return (await fetch(`${bot.console.url}/${path}`, { headers: { authorization } })).json();
}

test('an image that nobody scans is waited for until the time is over, and what to check is told', async (context) => {
  const bot = await runPiped(context, 21_780);
  const outcomes = await bot.wait('nobody/scans:this', 90_000);
  expect(outcomes).toMatchObject({
    kind: 'timed-out',
    last: { text: 'nobody/scans:this · waiting · tags 0/0 · images 0/0', hints: [expect.any(String)] },
  });
});

test('a Console that is away is waited for', async (context) => {
  const bot = await runPiped(context, 21_800);
  await bot.console.setFault({ kind: 'down' });
  const waiting = bot.wait();
  await sleep(60_000);
  bot.startScan();
  bot.pass(50_000);
  await bot.console.setFault(null);
  await sleep(30_000);
  bot.pass(60_000);
  expect(await waiting).toMatchObject({ kind: 'over', scan: { outcome: 'completed' } });
});

test('a wrong token ends a pipeline at once, and no token stands in the log', async (context) => {
  const bot = await runPiped(context, 21_820);
  const wrong = connectBot({ url: bot.url, token: 'another-token-altogether', proxies: NO_PROXIES });
  context.onTestFinished(wrong.close);
  const query = { image: 'alpine:3.16' };
  const reply = await wrong.request({ path: '/v1/wait', query, limitMs: 10_000 });
  expect(reply).toMatchObject({ kind: 'answered', status: 401, body: null });
  await bot.wait('alpine:3.16', 5_000);
  expect(JSON.stringify(bot.log())).not.toMatch(/a-token-of-a-pipeline|another-token/);
});

test('without API_TOKEN there is no API', async (context) => {
  const port = await findFreePort(21_840);
  await runBot(context, { port });
  for (const path of ['wait', 'status'])
    expect((await fetchApi(`http://127.0.0.1:${port}/`, path)).status).toBe(404);
});

test('a status is how far the scan is, and is not asked of the Console twice in a moment', async (context) => {
  const bot = await runPiped(context, 21_860);
  bot.startHalfAScan();
  const before = bot.polls().length;
  const ask = async () => (await fetchApi(bot.url, 'status')).json();
  const answers = await Promise.all(Array.from({ length: 20 }, ask));
  for (const answer of answers)
    expect(answer).toMatchObject({
      image: 'alpine:3.16',
      state: 'scanning',
      images: { scanned: 6, total: 12 },
      text: 'alpine:3.16 · scanning · tags 1/1 · images 6/12',
    });
  expect(bot.polls().length - before).toBe(1);
});
