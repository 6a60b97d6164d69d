/**
 * The whole program within the test's process: the real Bolt, database and loops between a fake Slack and a simulated
 * Console, whose clock the test moves by hand, so that a scan stands where the test wants it.
 */

import { join } from 'node:path';
import { expect, test as base } from 'vitest';
import { startApp, type RunningApp } from '../../src/app/app.ts';
import { readConfig, type Config } from '../../src/config/config.ts';
import type { SimulatedConsoleOptions } from '../../src/demo/console/simulated-console.ts';
import { createLog } from '../../src/log.ts';
import {
  type BotCore,
  type BotSteps,
  createSteps,
  drawn,
  isEnd,
  isLive,
  type LogLine,
  PROGRESS,
  someTicks,
  stateOf,
} from './bot-steps.ts';
import type { Test } from './directory.ts';
import type { Message } from './fake-slack/fake-slack-workspace.ts';
import { startFakeSlack, type FakeSlack, type FakeSlackOptions } from './fake-slack/fake-slack.ts';
import { writeMigrated } from './memory.ts';
import { ALPINE, DATABASE_FILE, type Environment, SCAN, surround, waitUntil } from './surroundings.ts';

export { ALPINE, drawn, SCAN, someTicks, stateOf };

export interface RunningBot extends BotCore, BotSteps {
  readonly databaseFile: string;
  readonly stop: () => Promise<void>;
  /** Once more, on the same database. */
  readonly start: () => Promise<RunningApp>;
  /** Stops and starts it. */
  readonly restart: () => Promise<RunningApp>;
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
  await writeMigrated(databaseFile);
  test.onTestFinished(() => expectOrder(slack));
  const { log, lines, read } = createLines();
  const until: BotCore['until'] = (what, look) =>
    waitUntil(what, look, {
      forMs: PATIENCE_MS,
      firstPauseMs: 20,
      longestPauseMs: 100,
      printed: () => `The log ends with:\n${lines.slice(-60).join('')}`,
    });
  const core: BotCore = { slack, console: around.console, pass: around.forward, until, log: read };
  // At each start, because a test may have changed it meanwhile.
  const toEnvironment = () => ({ ...around.environment, ...options.environment });
  const runs = createRuns(() => startApp({ ...toConfig(toEnvironment()), port: options.port ?? 0 }, { log }));
  test.onTestFinished(runs.stop);
  if (options.isStarted !== false) await runs.start();
  return { ...core, ...createSteps(core), ...runs, databaseFile };
}

function createLines() {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  const parsed: LogLine[] = [];
  /** Parses each line once. */
  const read = (): readonly LogLine[] => {
    for (const line of lines.slice(parsed.length)) parsed.push(JSON.parse(line) as LogLine);
    return [...parsed];
  };
  return { lines, read, log: createLog({ level: 'debug', isTerminal: false, destination }) };
}

function createRuns(startAnew: () => Promise<RunningApp>): Pick<RunningBot, 'start' | 'stop' | 'restart'> {
  let app: RunningApp | null = null;
  const start = async () => (app = await startAnew());
  const stop = async () => {
    await app?.stop();
    app = null;
  };
  const restart = async () => {
    await stop();
    return start();
  };
  return { start, stop, restart };
}

function toConfig(environment: Environment): Config {
  const read = readConfig(environment, () => '');
  if (read.kind === 'invalid') throw new Error(read.errors.join('\n'));
  return read.config;
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
