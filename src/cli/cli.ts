#!/usr/bin/env node
/**
 * `scanprogress`, the package's only command: its first word names the program. Each program parses its own arguments
 * and is loaded only when named.
 */

import { closest, distance } from 'fastest-levenshtein';
// Not by name: a Node too old for it would fail before its version is checked.
import module from 'node:module';
import { codeOf, messageOf } from '../errors.ts';
import { type ProgramCommand, USAGE } from './commands.ts';
import { checkNodeVersion } from './node-version.ts';
import { pathInRoot, readVersion } from '../root.ts';
import { EXIT_USAGE } from './usage.ts';

/** With more typos it is a different word. */
const MAX_TYPOS = 2;

const PROGRAMS: Readonly<Record<ProgramCommand, () => unknown>> = {
  start: () => import('../main.ts'),
  demo: () => import('../demo/main.ts'),
  setup: () => import('./setup.ts'),
  doctor: () => import('./doctor.ts'),
  backup: () => import('./backup.ts'),
  'migrate-to-postgres': () => import('./migrate-to-postgres.ts'),
  forget: () => import('./forget.ts'),
  wait: () => import('./wait.ts'),
  status: () => import('./status.ts'),
  version: () => void process.stdout.write(`${readVersion()}\n`),
  help: () => void process.stdout.write(USAGE),
};

const ALIASES: Readonly<Record<string, string>> = {
  '--help': 'help',
  '-h': 'help',
  '--version': 'version',
  '-v': 'version',
};

/** Independent of a bot configured here: a pipeline's folder may have a .env of its own. */
const WITHOUT_VARIABLES = ['demo', 'wait', 'status', 'version', 'help'];

/** The others parse their arguments themselves. */
const WITHOUT_ARGUMENTS = ['start', 'version', 'help'];

const [word = 'start', ...args] = toCommandFirst(process.argv.slice(2));
const name = ALIASES[word] ?? word;
const program = isCommand(name) ? PROGRAMS[name] : undefined;
const versionError = checkNodeVersion(process.version);
if (versionError !== null) {
  fail(`${versionError}\n`);
} else if (program === undefined) {
  fail(toUnknown(word));
} else if (WITHOUT_ARGUMENTS.includes(name) && args.length > 0) {
  if (args.some((arg) => ALIASES[arg] === 'help')) process.stdout.write(USAGE);
  else fail(`scanprogress ${name} takes no arguments.\n`);
} else {
  // Half of the startup time is compiling. The cache is beside the modules, where other users cannot write.
  module.enableCompileCache(pathInRoot('node_modules/.cache/compiled'));
  // The bot writes its log to the descriptor itself, and handles its errors.
  if (name !== 'start') process.stdout.on('error', ignoreClosedPipe);
  if (!WITHOUT_VARIABLES.includes(name)) loadVariables();
  // The program finds its arguments as if it had been started directly.
  process.argv.splice(2, Infinity, ...args);
  await program();
}

/** `help COMMAND` is `COMMAND --help`. */
function toCommandFirst(words: readonly string[]): readonly string[] {
  const [first, second, ...others] = words;
  const isAboutCommand = first === 'help' && second !== undefined && !second.startsWith('-');
  return isAboutCommand ? [second, '--help', ...others] : words;
}

function isCommand(name: string): name is ProgramCommand {
  return Object.hasOwn(PROGRAMS, name);
}

/** .env of the current folder, as `scanprogress setup` writes it. Variables of the environment take precedence. */
function loadVariables(): void {
  try {
    process.loadEnvFile();
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return;
    process.stderr.write(`.env cannot be read, and is left out: ${messageOf(error)}\n`);
  }
}

function fail(text: string): void {
  process.stderr.write(text);
  process.exitCode = EXIT_USAGE;
}

function toUnknown(name: string): string {
  const typed = name.replace(/^-+/, '');
  const nearest = closest(typed, Object.keys(PROGRAMS));
  const guess = distance(typed, nearest) <= MAX_TYPOS ? ` Did you mean "${nearest}"?` : '';
  // As JSON: the word may contain control characters.
  return `scanprogress: unknown command ${JSON.stringify(name)}.${guess}\n"scanprogress help" lists all of them.\n`;
}

/** Of `scanprogress doctor | head -3`: the output is no longer read, and the exit code stays what it would be. */
function ignoreClosedPipe(error: Error): void {
  if (codeOf(error) !== 'EPIPE') throw error;
}
