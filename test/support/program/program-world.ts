/** Around the spawned program: a local Slack, or the fake one, which keeps metadata and can respond slowly. */

import { setTimeout as sleep } from 'node:timers/promises';

import { findLocalSlack, installAdvice, startLocalSlack } from '../../../src/demo/local-slack.ts';
import type { LocalSlack } from '../../../src/demo/local-slack.ts';
import type { SimulatedConsoleOptions } from '../../../src/demo/console/simulated-console.ts';
import type { Test } from '../directory.ts';
import { startFakeSlack, type FakeSlack } from '../fake-slack/fake-slack.ts';
import { type Program, runProgram, waitFor, whenPrinted } from './program.ts';
import {
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

export type World = ProgramWorld<LocalSlack>;

const isMissing = findLocalSlack() === null;
const advice = installAdvice(`${process.platform}-${process.arch}`);
if (isMissing) process.stderr.write(`SKIPPED: tests of the whole program need a local Slack. ${advice}\n`);

/** For `test.skipIf`. */
export const hasNoLocalSlack = isMissing;

export function openWorld(test: Test, console: SimulatedConsoleOptions = {}): Promise<World> {
  const startSlack = (directory: string) => startLocalSlack({ port: 0, directory });
  return open(test, { startSlack, stopSlack: (slack) => slack.stop(), console });
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
