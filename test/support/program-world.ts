/** Everything around the program: a local Slack, a simulated Console, and a directory that is gone afterwards. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TestContext } from 'vitest';

import { findLocalSlack, installAdvice, startLocalSlack } from '../../src/demo/local-slack.ts';
import type { LocalSlack } from '../../src/demo/local-slack.ts';
import { createSimulatedConsole } from '../../src/demo/simulated-console.ts';
import type { SimulatedConsole, SimulatedConsoleOptions } from '../../src/demo/simulated-console.ts';
import { runProgram, waitFor, whenPrinted } from './program.ts';
import type { Environment, Found, Program } from './program.ts';

export interface World {
  readonly slack: LocalSlack;
  readonly console: SimulatedConsole;
  /** Starts the program, the first time or again, on the same database; resolves once it is connected to Slack. */
  readonly start: (changes?: Environment) => Promise<Program>;
  /** The same, without waiting for anything. */
  readonly launch: (changes?: Environment) => Program;
  /** What `look` finds, once it finds something; fails with the log of the program where that never happens. */
  readonly until: <T>(what: string, look: () => T | Promise<T>) => Promise<Found<T>>;
  /** Puts the Console's clock forward, and with it every scan. */
  readonly forward: (ms: number) => void;
  readonly close: () => Promise<void>;
}

const isMissing = findLocalSlack() === null;
const advice = installAdvice(`${process.platform}-${process.arch}`);
if (isMissing) process.stderr.write(`SKIPPED: tests of the whole program need a local Slack. ${advice}\n`);

/** For `test.skipIf`. */
export const hasNoLocalSlack = isMissing;

/** A world for one test: it is closed when the test is over. */
export async function openWorld(
  test: Pick<TestContext, 'onTestFinished'>,
  options: SimulatedConsoleOptions = {},
): Promise<World> {
  const world = await createWorld(options);
  test.onTestFinished(world.close);
  return world;
}

/** A world for several tests; whoever creates it closes it. */
export async function createWorld(options: SimulatedConsoleOptions = {}): Promise<World> {
  const directory = await mkdtemp(join(tmpdir(), 'scanprogress-program-'));
  const programs: Program[] = [];
  let ahead = 0;
  const simulated = await createSimulatedConsole({ now: () => Date.now() + ahead, ...options });
  const slack = await startLocalSlack({ port: 0, directory });
  const environment = toEnvironment({ slack, simulated, directory });
  const launch = (changes: Environment = {}): Program => {
    const program = runProgram('src/main.ts', { environment: { ...environment, ...changes }, directory });
    programs.push(program);
    return program;
  };
  const until: World['until'] = (what, look) => waitFor({ what, look, programs });
  return {
    slack,
    console: simulated,
    until,
    forward: (ms) => void (ahead += ms),
    launch,
    start: async (changes) => {
      const program = launch(changes);
      await whenPrinted(program, /connected to Slack/);
      return program;
    },
    close: async () => {
      await Promise.all(programs.map(({ kill }) => kill()));
      await simulated.close();
      await slack.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

interface Surroundings {
  readonly slack: Pick<LocalSlack, 'botToken' | 'appToken' | 'apiUrl'>;
  readonly simulated: SimulatedConsole;
  readonly directory: string;
}

export function toEnvironment({ slack, simulated, directory }: Surroundings): Environment {
  return {
    SLACK_BOT_TOKEN: slack.botToken,
    SLACK_APP_TOKEN: slack.appToken,
    SLACK_API_URL: slack.apiUrl,
    PRISMA_CONSOLE_URL: simulated.url,
    PRISMA_USERNAME: 'demo',
    PRISMA_PASSWORD: 'demo',
    DATABASE_URL: `sqlite:${join(directory, 'scanprogress.db')}`,
    // A tick a second: scans of seconds move in several steps.
    POLL_CRON: '* * * * * *',
    PORT: '0',
  };
}

/** Several ticks and looks into the outbox: what was going to happen has happened. */
export async function whileNothingShouldHappen(): Promise<void> {
  await sleep(3_000);
}
