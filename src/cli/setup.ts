/**
 * `scanprogress setup`: prompts for the required settings, checks each with the doctor's checks, and writes them to a
 * file.
 */

import { parseArgs } from 'node:util';
import { DEFAULT_ENV_FILE, setUp, type SetupTarget } from './setup/set-up.ts';
import { EXIT_USAGE, readCall, UsageError } from './usage.ts';
import { BrokenOffError, openTerminal } from './setup/terminal.ts';

const EXIT_BROKEN_OFF = 130;

const USAGE = `scanprogress setup [--env FILE | --kubernetes FILE]
in a checkout: npm run setup

Prompts for Slack's tokens, the Console and a first channel, checks each as the
doctor does, and writes them to a file that only its owner can read. It writes
nothing before the last prompt, and replaces a file only after a confirmation.
It ends with 1 where nothing was written, or the bot could not start with it.

  --env FILE         variables; ${DEFAULT_ENV_FILE} by default, which scanprogress reads in
                     the folder where it is started
  --kubernetes FILE  a Secret for kubectl apply; the other variables are printed
`;

const NO_TERMINAL = `scanprogress setup prompts, and its standard input is no terminal: run it
on one (docker run -it …). Without one, set the variables that
docs/configuration.md lists, then run scanprogress doctor.
`;

process.exit(await main());

async function main(): Promise<number> {
  const target = readCall(USAGE, readTarget);
  if (typeof target === 'number') return target;
  if (!process.stdin.isTTY) {
    process.stderr.write(NO_TERMINAL);
    return EXIT_USAGE;
  }
  const terminal = openTerminal(process.stdin, process.stdout);
  try {
    return await setUp({ terminal, target, env: process.env });
  } catch (error) {
    if (!(error instanceof BrokenOffError)) throw error;
    process.stderr.write('Nothing was written.\n');
    return EXIT_BROKEN_OFF;
  } finally {
    terminal.close();
  }
}

function readTarget(): SetupTarget | 'help' {
  const options = {
    help: { type: 'boolean', short: 'h', default: false },
    env: { type: 'string' },
    kubernetes: { type: 'string' },
  } as const;
  const { help, env, kubernetes } = parseArgs({ options }).values;
  if (help) return 'help';
  if (env !== undefined && kubernetes !== undefined)
    throw new UsageError('--env and --kubernetes: choose one.');
  const file = env ?? kubernetes ?? DEFAULT_ENV_FILE;
  if (file === '') throw new UsageError('FILE is missing.');
  return { kind: kubernetes === undefined ? 'env' : 'kubernetes', file };
}
