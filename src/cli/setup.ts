/** `scanprogress setup`: asks for what a start needs, checks each answer as the doctor does, and writes it to a file. */

import { parseArgs } from 'node:util';
import { DEFAULT_ENV_FILE, setUp, type Target } from './setup/set-up.ts';
import { BrokenOffError, openTerminal } from './setup/terminal.ts';

const EXIT_USAGE = 2;
const EXIT_BROKEN_OFF = 130;

const USAGE = `scanprogress setup [--env FILE | --kubernetes FILE], or in a checkout: npm run setup

Asks for Slack's tokens, the Console and a first channel, checks each answer as the doctor does, and writes them to a
file that its owner alone may read. It writes nothing before the last answer, and replaces no file without asking.

  --env FILE         variables, ${DEFAULT_ENV_FILE} by default, which scanprogress reads where it is started
  --kubernetes FILE  a Secret for kubectl apply; the other variables are printed
`;

const NO_TERMINAL = `scanprogress setup asks questions, and its standard input is no terminal: run it on one (docker run -it …).
Without one, set the variables that docs/configuration.md lists, and run scanprogress doctor.
`;

process.exit(await main());

async function main(): Promise<number> {
  const target = readTarget();
  if (target === 'help') {
    process.stdout.write(USAGE);
    return 0;
  }
  if (target === null) {
    process.stderr.write(USAGE);
    return EXIT_USAGE;
  }
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

function readTarget(): Target | 'help' | null {
  const options = {
    help: { type: 'boolean', short: 'h', default: false },
    env: { type: 'string' },
    kubernetes: { type: 'string' },
  } as const;
  try {
    const { help, env, kubernetes } = parseArgs({ options }).values;
    if (help) return 'help';
    if (env !== undefined && kubernetes !== undefined) return null;
    const file = env ?? kubernetes ?? DEFAULT_ENV_FILE;
    return file === '' ? null : { kind: kubernetes === undefined ? 'env' : 'kubernetes', file };
  } catch {
    return null;
  }
}
