/** The doctor's checks between a fake Slack and a simulated Console. */

import { join } from 'node:path';
import { beforeEach, onTestFinished } from 'vitest';
import { readPartly } from '../../src/config/config.ts';
import {
  createSimulatedConsole,
  type SimulatedConsole,
  type SimulatedConsoleOptions,
} from '../../src/demo/console/simulated-console.ts';
import { runChecks } from '../../src/doctor/check.ts';
import { allChecks } from '../../src/doctor/checks.ts';
import { certificate } from '../prisma-cloud/loopback.ts';
import { startFakeSlack, type FakeSlack } from '../support/fake-slack/fake-slack.ts';
import { writeMigrated } from '../support/memory.ts';
import { DATABASE_FILE, type Environment, surround, type Surroundings } from '../support/surroundings.ts';

let around: Surroundings<FakeSlack>;
export const databaseFile = () => join(around.directory, DATABASE_FILE);
export let slack: FakeSlack;
export let simulated: SimulatedConsole;

export async function openConsole(options: SimulatedConsoleOptions): Promise<void> {
  simulated = await createSimulatedConsole(options);
  onTestFinished(simulated.close);
}

/** A Slack and a Console for each test. */
export function useServers(): void {
  beforeEach(async (test) => {
    around = await surround(test, {
      startSlack: () => startFakeSlack(),
      stopSlack: (stopped) => stopped.close(),
    });
    ({ slack, console: simulated } = around);
    // The check of the database rehearses the migrations that are missing, which takes longer than all else.
    await writeMigrated(databaseFile());
  });
}

/** `verdict text` of each check, by its name. */
export async function diagnose(changes: Environment = {}): Promise<Record<string, string>> {
  const environment = { ...around.environment, PRISMA_CONSOLE_URL: simulated.url, ...changes };
  const checks = allChecks(readPartly(environment, () => certificate('localhost')));
  const findings: Record<string, string> = {};
  for await (const { name, verdict, text } of runChecks(checks, { limitMs: 60_000 }))
    findings[name] = `${verdict} ${text}`;
  return findings;
}

export function verdicts(findings: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(findings).map(([name, text]) => [name, text.split(' ')[0]!]));
}

export const SLACK = ['Way to Slack', 'Bot token', 'Scopes', 'Socket Mode', 'Clock (Slack)'];

export const CONSOLE = [
  ...['Way to Console', 'Console', 'Certificate', 'Sign-in', 'API version', 'Project', 'Progress', 'Results'],
  ...['Registry settings', 'Starting scans', 'Clock (Console)'],
];
