/** What is around every bot under test: a Slack, a simulated Console with a clock of its own, and a directory. */

import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  createSimulatedConsole,
  type SimulatedConsole,
  type SimulatedConsoleOptions,
} from '../../src/demo/console/simulated-console.ts';
import { createDirectory, type Test } from './directory.ts';

export type Environment = Readonly<Record<string, string | undefined>>;
export type Found<T> = Exclude<T, null | undefined | false>;

/** `alpine:3.16`, as the Console spells it. */
export const ALPINE = { registry: '', repository: 'library/alpine', tag: '3.16', digest: '' };
/** After a minute 1/1 tags and 6/12 images. */
export const SCAN = { repositories: 1, images: 12, durationMs: 100_000 };

/** In the directory of a bot under test. */
export const DATABASE_FILE = 'scanprogress.db';

interface SlackAddress {
  readonly apiUrl: string;
  readonly botToken: string;
  readonly appToken: string;
}

export interface Surroundings<Slack> {
  readonly slack: Slack;
  readonly console: SimulatedConsole;
  readonly directory: string;
  /** Puts the Console's clock forward, and with it every scan. */
  readonly forward: (ms: number) => void;
  /** How far it is ahead by now, ms. */
  readonly aheadMs: () => number;
  /** Everything that a bot needs to run between them. */
  readonly environment: Environment;
}

export interface SurroundingsOptions<Slack> {
  readonly startSlack: (directory: string) => Promise<Slack>;
  readonly stopSlack: (slack: Slack) => Promise<void>;
  readonly console?: SimulatedConsoleOptions;
  /** Of the Console, before anybody puts it forward; default: the test's. */
  readonly now?: () => number;
}

export async function surround<Slack extends SlackAddress>(
  test: Test,
  { startSlack, stopSlack, console, now = Date.now }: SurroundingsOptions<Slack>,
): Promise<Surroundings<Slack>> {
  const directory = createDirectory(test);
  let aheadMs = 0;
  const simulated = await createSimulatedConsole({ now: () => now() + aheadMs, ...console });
  test.onTestFinished(() => simulated.close());
  const slack = await startSlack(directory);
  test.onTestFinished(() => stopSlack(slack));
  return {
    slack,
    console: simulated,
    directory,
    forward: (ms) => void (aheadMs += ms),
    aheadMs: () => aheadMs,
    environment: {
      SLACK_BOT_TOKEN: slack.botToken,
      SLACK_APP_TOKEN: slack.appToken,
      SLACK_API_URL: slack.apiUrl,
      PRISMA_CONSOLE_URL: simulated.url,
      PRISMA_USERNAME: 'demo',
      PRISMA_PASSWORD: 'demo',
      DATABASE_URL: `sqlite:${join(directory, DATABASE_FILE)}`,
    },
  };
}

interface WaitOptions {
  readonly forMs: number;
  readonly firstPauseMs: number;
  readonly longestPauseMs?: number;
  readonly printed: () => string;
}

/** What `look` finds, once it finds something; fails with what was printed where it never does. */
export async function waitUntil<T>(
  what: string,
  look: () => T | Promise<T>,
  { forMs, firstPauseMs, longestPauseMs = firstPauseMs, printed }: WaitOptions,
): Promise<Found<T>> {
  const end = Date.now() + forMs;
  let pauseMs = firstPauseMs;
  while (Date.now() < end) {
    const found = await look();
    if (found !== null && found !== undefined && found !== false) return found as Found<T>;
    await sleep(pauseMs);
    // What has not come soon seldom comes soon: each check costs CPU time.
    pauseMs = Math.min(pauseMs * 1.2, longestPauseMs);
  }
  throw new Error(`it never came to this: ${what}.\n${printed()}`);
}
