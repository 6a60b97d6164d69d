/**
 * The whole program within the test's process: the real Bolt, database and loops between a fake Slack and a simulated
 * Console, whose clock the test moves by hand, so that a scan stands where the test wants it.
 */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test as base } from 'vitest';
import { startApp, type RunningApp } from '../../src/app/app.ts';
import { readConfig, type Config } from '../../src/config/config.ts';
import type { SimulatedConsole, SimulatedConsoleOptions } from '../../src/demo/console/simulated-console.ts';
import { createLog } from '../../src/log.ts';
import type { Test } from './directory.ts';
import type { Ack } from './fake-slack/socket/fake-slack-envelopes.ts';
import type { Message } from './fake-slack/fake-slack-workspace.ts';
import { startFakeSlack, type FakeSlack, type FakeSlackOptions } from './fake-slack/fake-slack.ts';
import { migratedBytes } from './memory.ts';
import {
  ALPINE,
  DATABASE_FILE,
  type Environment,
  type Found,
  SCAN,
  surround,
  waitUntil,
} from './surroundings.ts';

export { ALPINE, SCAN };

export interface RunningBot {
  readonly slack: FakeSlack;
  readonly console: SimulatedConsole;
  /** Lets time pass for the Console, whose clock is stopped by default. */
  readonly pass: (ms: number) => void;
  /** `/scanprogress text`; resolves once it is acknowledged. */
  readonly type: (text: string, from?: Partial<From>) => Promise<Ack | null>;
  /** Fails with the program's log where it never comes to that; what it found otherwise. */
  readonly until: <T>(what: string, look: () => T | Promise<T>) => Promise<Found<T>>;
  readonly databaseFile: string;
  readonly stop: () => Promise<void>;
  /** Once more, on the same database. */
  readonly start: () => Promise<RunningApp>;
  /** Every line of the log so far. */
  readonly log: () => readonly LogLine[];
}

interface From {
  readonly channel: string;
  readonly user: string;
}

interface LogLine {
  readonly level: string;
  readonly msg: string;
}

interface Options extends FakeSlackOptions {
  readonly environment?: Environment;
  readonly console?: Omit<SimulatedConsoleOptions, 'now'>;
  /** Where the bot listens; default any port in HTTP mode, and none in Socket Mode. */
  readonly port?: number;
  /** A test that has nothing to do with starting begins with a bot that is connected; default true. */
  readonly isStarted?: boolean;
  /** Lets time pass for the Console automatically, too; default false. */
  readonly isClockRunning?: boolean;
}

/**
 * A test that uses `bot` gets one of its own; one that uses `botWith` calls it. For other options in a whole file,
 * `test.extend('options', …)`: all files of a worker share this one, so an override would reach the next file.
 */
export const test = base
  .extend('options', {} as Options)
  .extend('bot', ({ options, onTestFinished }) => runBot({ onTestFinished }, options))
  .extend(
    'botWith',
    ({ onTestFinished }) =>
      (options: Options) =>
        runBot({ onTestFinished }, options),
  );

/** Two cores may be shared with many: this is how long a miracle takes, not how long a test does. */
const PATIENCE_MS = 240_000;

export async function runBot(test: Test, options: Options = {}): Promise<RunningBot> {
  const begunAt = Date.now();
  const around = await surround(test, {
    startSlack: () => startFakeSlack(options),
    stopSlack: (slack) => slack.close(),
    now: () => (options.isClockRunning === true ? Date.now() : begunAt),
    ...(options.console === undefined ? {} : { console: options.console }),
  });
  const { slack, directory } = around;
  // Migrating takes longer than the rest of a start; the spawned program's tests do it.
  const databaseFile = join(directory, DATABASE_FILE);
  writeFileSync(databaseFile, await migratedBytes(), { mode: 0o600 });
  test.onTestFinished(() => expectOrder(slack));
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  const log = createLog({ level: 'debug', isTerminal: false, destination });
  let app: RunningApp | null = null;

  const bot: RunningBot = {
    slack,
    console: around.console,
    pass: around.forward,
    databaseFile,
    type: (text, from = {}) => slack.command({ channel: 'C0GENERAL', user: 'U0ALICE', ...from, text }).ack,
    until: (what, look) =>
      waitUntil(what, look, {
        forMs: PATIENCE_MS,
        everyMs: 20,
        printed: () => `The log ends with:\n${lines.slice(-60).join('')}`,
      }),
    start: async () => {
      const config = toConfig({ ...around.environment, ...options.environment });
      app = await startApp({ ...config, port: options.port ?? 0 }, { log });
      return app;
    },
    stop: async () => {
      await app?.stop();
      app = null;
    },
    log: () => lines.map((line) => JSON.parse(line) as LogLine),
  };
  test.onTestFinished(bot.stop);
  if (options.isStarted !== false) await bot.start();
  return bot;
}

function toConfig(environment: Environment): Config {
  const read = readConfig(environment, () => '');
  if (read.kind === 'invalid') throw new Error(read.errors.join('\n'));
  return read.config;
}

/** Longer than any lease, results check or repeat of the program: what was going to happen has happened. */
export async function someTicks(): Promise<void> {
  await sleep(120_000);
}

/** What everybody sees of the bot in a channel: the messages that it edits while a scan goes on. */
export function lives({ slack }: RunningBot, channel = 'C0GENERAL'): readonly Message[] {
  return slack.messages(channel).filter(isLive);
}

/** The posts that tell an end. */
export function ends({ slack }: RunningBot, channel = 'C0GENERAL'): readonly Message[] {
  return slack.messages(channel).filter(isEnd);
}

/** The live message once it matches, as rendered then. */
export function whenLive(bot: RunningBot, text: RegExp, channel = 'C0GENERAL'): Promise<Message> {
  return bot.until(`a live message with ${text.source}`, () =>
    lives(bot, channel).find((live) => text.test(live.text)),
  );
}

/** A watch whose live message stands at 6 of 12 images. */
export async function watchHalfAScan(bot: RunningBot): Promise<Message> {
  bot.console.startImageScan(ALPINE, SCAN);
  bot.pass(60_000);
  await bot.type('watch alpine:3.16');
  return whenLive(bot, /scanning · tags 1\/1 · images 6\/12$/);
}

/** The scan that Alice watches is over: everything was said of it, and said once. */
export async function expectOneEnd(
  bot: RunningBot,
  liveTs: string,
  { channel = 'C0GENERAL', text = /^alpine:3.16 · completed · tags 1\/1 · images 12\/12/ } = {},
): Promise<void> {
  const end = await whenEnded(bot, text, channel);
  await bot.until('the final state', () => stateOf(lives(bot, channel)[0]) === 'completed');
  await someTicks();
  // There are no operators.
  expect(drawn(end)).not.toContain('"rescan"');
  expect(end).toMatchObject({ thread: liveTs, text: expect.stringContaining('<@U0ALICE>') });
  expect(lives(bot, channel).map(({ ts }) => ts)).toEqual([liveTs]);
  expect(ends(bot, channel)).toHaveLength(1);
}

export function whenEnded(bot: RunningBot, text: RegExp, channel = 'C0GENERAL'): Promise<Message> {
  return bot.until(`a completion with ${text.source}`, () =>
    ends(bot, channel).find((end) => text.test(end.text)),
  );
}

/** Repeats a command, because a fresh snapshot is not polled again. */
export async function whenAnswered(bot: RunningBot, question: string, text: RegExp): Promise<Message> {
  for (let tries = 0; tries < 100; tries += 1) {
    const before = ephemeralTexts(bot).length;
    await bot.type(question);
    const answer = await bot.until(
      `an answer to "${question}"`,
      () => bot.slack.ephemerals('U0ALICE')[before],
    );
    if (text.test(answer.text)) return answer;
    await sleep(300);
  }
  throw new Error(
    `"${question}" is never answered with ${text.source}, but with ${ephemeralTexts(bot).at(-1)}`,
  );
}

/** An ephemeral message for a person, once it matches. */
export function whenEphemeral(bot: RunningBot, text: RegExp, user = 'U0ALICE'): Promise<Message> {
  return bot.until(`${user} being told ${text.source}`, () =>
    bot.slack.ephemerals(user).find((one) => text.test(one.text)),
  );
}

/** A public reply to a command, once it matches. */
export function whenSaid(bot: RunningBot, text: RegExp, channel = 'C0GENERAL'): Promise<Message> {
  return bot.until(`${channel} being told ${text.source}`, () =>
    bot.slack.messages(channel).find((one) => one.viaResponseUrl && text.test(one.text)),
  );
}

/** The log has a line with these words. */
export function whenLogged(bot: RunningBot, words: string): Promise<LogLine> {
  return bot.until(`the log to say "${words}"`, () => bot.log().find(({ msg }) => msg.includes(words)));
}

/** Posts of the bot that are no replies to a command. */
export function posted({ slack }: RunningBot, channel = 'C0GENERAL'): readonly Message[] {
  return slack.messages(channel).filter(({ user, viaResponseUrl }) => user === '' && !viaResponseUrl);
}

/** Texts of a person's ephemeral messages, oldest first. */
export function ephemeralTexts({ slack }: RunningBot, user = 'U0ALICE'): readonly string[] {
  return slack.ephemerals(user).map(({ text }) => text);
}

export function stateOf(message: { readonly text: string } | undefined): string {
  return message?.text.split(' · ')[1] ?? '';
}

/** The rendered blocks as one text, to search in. */
export function drawn({ blocks }: { readonly blocks: readonly unknown[] }): string {
  return JSON.stringify(blocks);
}

const PROGRESS = /^.+ · [a-z ]+ · tags (\d+)\/\d+ · images (\d+)\/\d+$/;

function isLive({ metadata, text, states }: Message): boolean {
  const hasButton = states.some((state) => /"stop-(watching|board)"/.test(drawn(state)));
  return metadata !== null && PROGRESS.test(text) && (hasButton || states.length > 1);
}

function isEnd({ metadata, text }: Message): boolean {
  return (
    metadata !== null &&
    / · tags \d+\/\d+ · images \d+\/\d+(?: · (?:at least )?\d+ critical · \d+ high)? · <@U\w+>/.test(text)
  );
}

/** What holds whatever happens: nothing twice, nothing backwards, nothing after the end, and every post has its id. */
function expectOrder(slack: FakeSlack): void {
  const all = slack.messages();
  for (const message of all.filter(isLive)) {
    expectForward(message);
    const below = all.filter((one) => isEnd(one) && one.thread === message.ts);
    expect(below.length).toBeLessThanOrEqual(1);
  }
  const ids = all.filter(({ metadata }) => metadata !== null).map(({ metadata }) => JSON.stringify(metadata));
  expect(new Set(ids).size).toBe(ids.length);
  for (const { args } of slack.calls('chat.postMessage')) {
    expect(JSON.parse(String(args['metadata']))).toEqual({
      event_type: 'scanprogress_delivery',
      event_payload: { delivery: expect.stringMatching(/^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/) },
    });
  }
}

function expectForward({ states }: Message): void {
  const counts = states.map(({ text }) => PROGRESS.exec(text)?.slice(1).map(Number) ?? []);
  for (const step of [0, 1]) {
    const scanned = counts.map((count) => count[step] ?? 0);
    expect(scanned).toEqual(scanned.toSorted((a, b) => a - b));
  }
  const final = states.findIndex(isFinal);
  // A final state may be repeated where Slack's outcome is ambiguous, and then says the same.
  const after = final < 0 ? [] : states.slice(final).map(({ text }) => text);
  expect(new Set(after).size).toBeLessThanOrEqual(1);
}

function isFinal(state: Pick<Message, 'text' | 'blocks'>): boolean {
  return ['completed', 'failed', 'stopped'].includes(stateOf(state)) || /\bended <!date/i.test(drawn(state));
}
