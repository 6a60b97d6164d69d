/** Around the spawned program: a local Slack, or the fake one, which keeps metadata and can respond slowly. */

import { setTimeout as sleep } from 'node:timers/promises';

import {
  findLocalSlack,
  installAdvice,
  type LocalSlack,
  type SlackMessage,
  startLocalSlack,
} from '../../../src/demo/local-slack.ts';
import { CHANNELS, PEOPLE } from '../../../src/demo/workspace.ts';
import type {
  SimulatedConsole,
  SimulatedConsoleOptions,
} from '../../../src/demo/console/simulated-console.ts';
import type { Test } from '../directory.ts';
import { startFakeSlack, type FakeSlack } from '../fake-slack/fake-slack.ts';
import { type Program, runProgram, waitFor, whenPrinted } from './program.ts';
import { type Conversation, readConversation } from './program-conversation.ts';
import {
  ALPINE,
  type Environment,
  type Found,
  surround,
  type Surroundings,
  type SurroundingsOptions,
} from '../surroundings.ts';

export interface ProgramWorld<Slack> extends Surroundings<Slack> {
  /** Starts the program, the first time or again, on the same database; resolves once it is connected to Slack. */
  readonly start: (changes?: Environment) => Promise<Program>;
  /** The same, without waiting for anything. */
  readonly launch: (changes?: Environment) => Program;
  /** All that were launched so far. */
  readonly programs: readonly Program[];
  /** What `look` finds, once it finds something; fails with the log of the program where that never happens. */
  readonly until: <T>(what: string, look: () => T | Promise<T>) => Promise<Found<T>>;
}

type World = ProgramWorld<LocalSlack>;

export const CHANNEL: string = CHANNELS.incident.id;
export const ALICE: string = PEOPLE.commander.id;
export const BEN: string = PEOPLE.security.id;

/** A world whose program runs, and one conversation in it. */
export interface Scene extends World, Conversation {
  /** The first one that was started. */
  readonly program: Program;
  /** `/scanprogress text` */
  readonly type: (text: string, user?: string) => Promise<void>;
  /** The first of these messages, once there is one. */
  readonly first: (what: string, look: () => Promise<readonly SlackMessage[]>) => Promise<SlackMessage>;
}

interface SceneOptions {
  readonly channel?: string;
  /** Who types, by default. */
  readonly user?: string;
  readonly console?: SimulatedConsoleOptions;
  readonly environment?: Environment;
  /** Of `alpine:3.16`; none where left out. */
  readonly scan?: Parameters<SimulatedConsole['startImageScan']>[1];
}

/** For `test.skipIf`. */
export const hasNoLocalSlack = findLocalSlack() === null;
const advice = installAdvice(`${process.platform}-${process.arch}`);
if (hasNoLocalSlack)
  process.stderr.write(`SKIPPED: tests of the whole program need a local Slack. ${advice}\n`);

function openWorld(test: Test, console: SimulatedConsoleOptions = {}): Promise<World> {
  const startSlack = (directory: string) => startLocalSlack({ port: 0, directory });
  return open(test, { startSlack, stopSlack: (slack) => slack.stop(), console });
}

/** By default Alice's, in the channel of the incident. */
export async function openScene(test: Test, options: SceneOptions = {}): Promise<Scene> {
  const { channel = CHANNEL, user: typist = ALICE, scan } = options;
  const world = await openWorld(test, options.console);
  const program = await world.start(options.environment);
  if (scan !== undefined) world.console.startImageScan(ALPINE, scan);
  return {
    ...world,
    ...readConversation(world.slack, channel),
    program,
    type: (text, user = typist) => world.slack.command({ channel, user, command: '/scanprogress', text }),
    first: (what, look) => world.until(what, async () => (await look())[0]),
  };
}

export function openFakeWorld(test: Test): Promise<ProgramWorld<FakeSlack>> {
  return open(test, { startSlack: () => startFakeSlack(), stopSlack: (slack) => slack.close() });
}

async function open<Slack extends LocalSlack | FakeSlack>(
  test: Test,
  options: SurroundingsOptions<Slack>,
): Promise<ProgramWorld<Slack>> {
  const around = await surround(test, options);
  const { directory } = around;
  // A tick a second: scans of seconds move in several steps.
  const defaults = { ...around.environment, POLL_CRON: '* * * * * *', PORT: '0' };
  const programs: Program[] = [];
  test.onTestFinished(async () => {
    await Promise.all(programs.map(({ kill }) => kill()));
  });
  const launch = (changes: Environment = {}): Program => {
    const program = runProgram('src/main.ts', { environment: { ...defaults, ...changes }, directory });
    programs.push(program);
    return program;
  };
  return {
    ...around,
    programs,
    until: (what, look) => waitFor({ what, look, programs }),
    launch,
    start: async (changes) => {
      const program = launch(changes);
      await whenPrinted(program, /connected to Slack/);
      return program;
    },
  };
}

/** Several ticks and looks into the outbox: what was going to happen has happened. */
export async function whileNothingShouldHappen(): Promise<void> {
  await sleep(3_000);
}
