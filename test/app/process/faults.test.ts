/** The listeners with a failing database: the person is notified, and the bot keeps running. */

import { beforeEach, describe, expect, it } from 'vitest';
import { NO_PROXIES } from '../../../src/proxy.ts';
import { createReadiness } from '../../../src/readiness.ts';
import { parseTargetId, REGULAR_SCAN } from '../../../src/scan/target.ts';
import { NEW_TARGET } from '../../../src/scan/state/target-state.ts';
import { createSlackApp } from '../../../src/slack/app.ts';
import { claimEvent } from '../../../src/store/inbox.ts';
import { subscribe } from '../../../src/store/subscriptions.ts';
import { type FakeSlack, startFakeSlack } from '../../support/fake-slack/fake-slack.ts';
import { MINUTE } from '../../support/observations.ts';
import { useMemory } from '../../support/memory.ts';
import { recordingLog, watching } from '../../support/store.ts';
import { sql } from '../../../src/store/sql.ts';

const channel = 'C0GENERAL';
const user = 'U0ALICE';

let slack: FakeSlack;
const database = useMemory();
let lines: readonly string[];
/** Requests to the Console. */
let asked: string[];
let listen: () => Promise<void>;

beforeEach(async ({ onTestFinished }) => {
  slack = await startFakeSlack();
  const recording = recordingLog();
  ({ lines } = recording);
  asked = [];
  const controlled = (what: string) => () => {
    asked.push(what);
    return Promise.resolve({ kind: 'done' } as const);
  };
  const side = createSlackApp({
    slack: { mode: 'socket', botToken: slack.botToken, appToken: slack.appToken, apiUrl: slack.apiUrl },
    proxies: NO_PROXIES,
    database,
    observe: () => Promise.resolve({ snapshot: NEW_TARGET.snapshot, failure: null }),
    pollWaitMs: () => 0,
    wake: () => undefined,
    consoleLink: () => null,
    freshForMs: 10_000,
    watchTtlMs: MINUTE,
    control: {
      startScan: controlled('start'),
      stopRegularScan: controlled('stop'),
      fetchScope: () => Promise.resolve({ scope: 'unknown', specifications: [] }),
    },
    consoleHealth: () => ({ isReachable: null, answeredAt: null, failure: null }),
    scanOperators: [user],
    sharedChannels: { kind: 'deny' },
    meters: { onCall: () => undefined, onAcknowledged: () => undefined, onCommand: () => undefined },
    now: Date.now,
    readiness: createReadiness(recording.log),
    log: recording.log,
  });
  listen = () => side.listen();
  onTestFinished(async () => {
    await side.stopListening();
    await side.close();
    await slack.close();
  });
});

const ephemeralTexts = () => slack.ephemerals(user).map(({ text }) => text);
const posted = () => slack.messages().filter((one) => one.user === '' && !one.viaResponseUrl);
const BROKEN = /^Something went wrong/;

const say = (text: string, who = user) => slack.command({ channel, user: who, text }).ack;
const whenOpen = (title: string) =>
  expect.poll(() => JSON.stringify(slack.view('modal', user) ?? '')).toContain(title);

async function openSettings(): Promise<void> {
  await say('settings');
  await expect.poll(ephemeralTexts).toHaveLength(1);
  const { ts } = slack.ephemerals(user)[0]!;
  await slack.click({ channel, user, ts, actionId: 'change-settings' }).ack;
  await whenOpen('Save');
}

describe('where the database fails', () => {
  beforeEach(() => listen());

  it('a command is acknowledged, and answered with what happened', async () => {
    database.failOn('from watches');
    expect(await say('list')).not.toBeNull();
    await expect.poll(ephemeralTexts).toEqual([expect.stringMatching(BROKEN)]);
    expect(lines).toContain('error command failed');
  });

  it('a click is acknowledged, and answered with what happened', async () => {
    await say('alpine:3.16');
    await expect.poll(ephemeralTexts).toHaveLength(1);
    database.failOn('watches');
    const { ts } = slack.ephemerals(user)[0]!;
    expect(await slack.click({ channel, user, ts, actionId: 'watch-here' }).ack).not.toBeNull();
    await expect.poll(() => ephemeralTexts()[1]).toMatch(BROKEN);
  });

  it('a mention is answered with what happened, in its thread', async () => {
    database.failOn('from watches');
    const text = `<@${slack.bot.userId}> list`;
    const { ack, envelope } = slack.mention({ channel, user, text });
    expect(await ack).not.toBeNull();
    await expect.poll(() => posted().length).toBe(1);
    const { ts } = envelope.payload['event'] as { ts: string };
    expect(posted()).toMatchObject([{ text: expect.stringMatching(BROKEN), thread: ts }]);
    expect(lines).toContain('error mention failed');
  });

  it('settings that are sent are acknowledged, and not said to be saved', async () => {
    await openSettings();
    database.failOn('insert into channel_settings');
    expect(await slack.submit({ user }).ack).toMatchObject({ payload: {} });
    await expect.poll(() => ephemeralTexts()[1]).toMatch(BROKEN);
    expect(lines).toContain('error modal failed');
  });

  it('a start that is confirmed is told to have failed, and the Console is not asked', async () => {
    await say('scan');
    await whenOpen('Start registry scan?');
    database.failOn('insert into scan_requests');
    expect(await slack.submit({ user }).ack).toMatchObject({ payload: {} });
    await expect.poll(() => ephemeralTexts().at(-1)).toMatch(BROKEN);
    expect(asked).toEqual([]);
  });

  it('a shortcut is answered with what happened', async () => {
    const ts = slack.say({ channel, user: 'U0BOB', text: 'alpine:3.16' });
    database.failOn('join watches');
    expect(await slack.shortcut({ channel, user, ts, callbackId: 'watch-scan' }).ack).not.toBeNull();
    await expect.poll(ephemeralTexts).toEqual([expect.stringMatching(BROKEN)]);
    expect(lines).toContain('error shortcut failed');
  });

  it('an event of a channel is logged, and the next one heard', async () => {
    database.failOn('update subscriptions');
    const gone = () => slack.event({ type: 'channel_archive', channel, event_ts: '1700000000.1' }).ack;
    expect(await gone()).not.toBeNull();
    await expect.poll(() => lines).toContain('error Slack event failed');
    database.failOn(null);
    expect(await gone()).not.toBeNull();
    const paused = () => lines.filter((line) => line.includes('its subscriptions are paused'));
    await expect.poll(paused).toHaveLength(1);
  });

  it('what is written to no limit is posted all the same', async () => {
    database.failOn('rate_limit_pauses');
    await slack.mention({ channel, user, text: `<@${slack.bot.userId}> help` }).ack;
    await expect.poll(() => posted().length).toBe(1);
    expect(lines).toContain('warn Slack rate limits could not be read or saved');
  });
});

describe('a mention that a killed process was answering', () => {
  /** What it had done by then, and what is said of it now. */
  const say = async (text: string) => {
    const ts = slack.say({ channel, user, text });
    const event = { type: 'app_mention', channel, user, text: `<@B> ${text}`, ts };
    const body = { type: 'event_callback', event_id: 'Ev1', authorizations: [{ user_id: 'B' }], event };
    await claimEvent(database, { id: 'Ev1', at: Date.now() - 2 * MINUTE, body: JSON.stringify(body) });
    await listen();
  };
  const texts = () => posted().map((one) => one.text);
  const target = parseTargetId('alpine:3.16') ?? REGULAR_SCAN;

  it('is told that it is no longer watched, though that was done before', async () => {
    await say('unwatch alpine:3.16');
    await expect.poll(texts).toEqual([expect.stringMatching(/no longer watched here/)]);
  });

  it('is told that it is subscribed, though that was done before', async () => {
    await subscribe(database, { target, channel, userId: user, now: Date.now() });
    await say('subscribe alpine:3.16');
    await expect.poll(texts).toEqual([expect.stringMatching(/^<@\w+> subscribed this channel/)]);
  });

  it('is not told that somebody watches already what it watches itself', async () => {
    await watching(database, { target, channel, userId: user, now: Date.now() });
    await say('watch alpine:3.16');
    await expect.poll(() => lines).toContain('info replied');
    expect(texts()).toEqual([]);
  });
});

describe('unwatch', () => {
  const mention = (text: string, threadTs: string) =>
    slack.mention({ channel, user, text: `<@${slack.bot.userId}> ${text}`, threadTs }).ack;
  const target = parseTargetId('alpine:3.16') ?? REGULAR_SCAN;
  const states = async () =>
    (await database.query(sql`select state from watches`)).map((row) => row['state']);

  it('in a thread leaves the watch of the channel alone', async () => {
    await watching(database, { target, channel, userId: user, now: Date.now() });
    await listen();
    await mention('unwatch alpine:3.16', slack.say({ channel, user, text: 'is it safe?' }));
    await expect.poll(() => posted()[0]?.text).toMatch(/not watched in this thread/);
    expect(await states()).toEqual(['active']);
  });

  it('in a channel ends the watch of a thread there, where nothing can be typed', async () => {
    const thread = slack.say({ channel, user, text: 'is it safe?' });
    await watching(database, { target, channel, thread, userId: user, now: Date.now() });
    await listen();
    await say('unwatch alpine:3.16');
    await expect.poll(ephemeralTexts).toEqual([expect.stringMatching(/no longer watched here/)]);
    expect(await states()).toEqual(['stopped']);
  });
});

describe('a dialog that a killed process was answering', () => {
  const leave = (kind: string, who: string) => {
    const metadata = { private_metadata: JSON.stringify({ channel }), state: { values: {} } };
    const view = { id: 'V1', callback_id: `${kind}-regular`, ...metadata };
    const body = JSON.stringify({ type: 'view_submission', user: { id: who }, view });
    return claimEvent(database, { id: 'view V1', at: Date.now() - 2 * MINUTE, body });
  };

  it.each([
    ['start', /^I restarted while asking the Console to start the registry scan/],
    ['stop', /^I restarted while asking the Console to stop the registry scan/],
  ])('is not carried out once more, and its person is told: %s', async (kind, text) => {
    await leave(kind, user);
    await listen();
    await expect.poll(ephemeralTexts).toEqual([expect.stringMatching(text)]);
    expect(asked).toEqual([]);
  });

  it.each(['start', 'stop'])('is refused to who is no operator: %s', async (kind) => {
    await leave(kind, 'U0BOB');
    await listen();
    const refusals = () => slack.ephemerals('U0BOB').map(({ text }) => text);
    await expect.poll(refusals).toEqual(['Only operators can start or stop scans: <@U0ALICE>']);
    expect(asked).toEqual([]);
  });
});
