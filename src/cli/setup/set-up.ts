/** Runs the setup: uses the doctor's checks, and writes nothing before the last prompt. */

import { existsSync } from 'node:fs';
import { readPartly, toProxies } from '../../config/config.ts';
import { errorsOf } from '../../config/cross-field.ts';
import { type Environment, readSmallFile } from '../../config/secret-files.ts';
import { runChecks } from '../../doctor/check.ts';
import { allChecks } from '../../doctor/checks.ts';
import { BOT_TOKEN_CHECK, SOCKET_CHECK } from '../../doctor/slack-checks.ts';
import { messageOf } from '../../errors.ts';
import { createScrubber } from '../../secrets.ts';
import { createWebApi, type MayPost } from '../../slack/web-api/web-api.ts';
import { writePrivately } from '../private-file.ts';
import { toConfigMapData, toEnvFile, toExtraEnv, toSecret } from './outcome.ts';
import { BrokenOffError, type Terminal } from './terminal.ts';
import { inheritedErrorsText, type NamedFinding, setupFailuresText } from '../../views/doctor-lines.ts';
import { walk } from './walk.ts';

export interface SetupTarget {
  readonly kind: 'env' | 'kubernetes';
  readonly file: string;
}

export interface SetUpOptions {
  readonly terminal: Terminal;
  readonly target: SetupTarget;
  readonly env: Environment;
}

export const DEFAULT_ENV_FILE = '.env';
const EXIT_NOT_WRITTEN = 1;
const EXIT_CANNOT_START = 1;
/** Checks without which the bot ends at its start; the others show in its messages. */
const NEEDED = [BOT_TOKEN_CHECK, SOCKET_CHECK];
/** Per check, and per call. */
const LIMIT_MS = 20_000;

/** If set in the environment, they were part of the checks. */
const CARRIED = [
  'SLACK_API_URL',
  'PRISMA_AUTH',
  'PRISMA_TLS_INSECURE',
  'HTTPS_PROXY',
  'HTTP_PROXY',
  'NO_PROXY',
];

/** Returns the exit code. Rejects with a BrokenOffError where the user cancels: nothing was written. */
export async function setUp({ terminal, target, env }: SetUpOptions): Promise<number> {
  terminal.say(
    'Four steps, ten minutes. Secrets are not shown while you type; Ctrl-C cancels,\nand nothing is written before the last prompt.\n',
  );
  const carriedErrors = errorsOf(readPartly(env, readSmallFile).errors, CARRIED);
  if (carriedErrors.length > 0) {
    terminal.say(inheritedErrorsText(carriedErrors));
    return EXIT_NOT_WRITTEN;
  }
  const { entered, wrong } = await walk({ terminal, env, readFile: readSmallFile, check, mayPost });
  const carried = CARRIED.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]] as const]));
  const variables = { ...Object.fromEntries(carried), ...entered };
  try {
    // First: a value that cannot be quoted must not cost an existing file.
    const text = target.kind === 'env' ? toEnvFile(variables) : toSecret(variables);
    const file = await write(terminal, target.file, text);
    terminal.say(target.kind === 'env' ? afterEnvFile(file) : afterSecret(file, variables));
    if (wrong.length > 0)
      terminal.say(setupFailuresText(wrong, { canStart: canStart(wrong), style: terminal.style }));
    return canStart(wrong) ? 0 : EXIT_CANNOT_START;
  } catch (error) {
    if (error instanceof BrokenOffError) throw error;
    terminal.say(`Nothing was written: ${messageOf(error)}\n`);
    return EXIT_NOT_WRITTEN;
  }
}

function canStart(wrong: readonly NamedFinding[]): boolean {
  return !wrong.some(({ name }) => NEEDED.includes(name));
}

/** Only the checks of these names, after those of `earlier`. Their texts are without secrets. */
async function check(
  env: Environment,
  names: readonly string[],
  earlier: readonly NamedFinding[],
): Promise<readonly NamedFinding[]> {
  const config = readPartly(env, readSmallFile);
  const scrub = createScrubber(config.secrets);
  const wanted = allChecks(config).filter(({ name }) => names.includes(name));
  const findings: NamedFinding[] = [];
  for await (const finding of runChecks(wanted, { limitMs: LIMIT_MS, earlier }))
    findings.push({ ...finding, text: scrub(finding.text) });
  return findings;
}

/** null where a variable is missing, or Slack does not say. */
async function mayPost(env: Environment, channel: string): Promise<MayPost | null> {
  const { variables } = readPartly(env, readSmallFile);
  const { SLACK_BOT_TOKEN: token, SLACK_API_URL: apiUrl } = variables;
  if (token === undefined || apiUrl === undefined) return null;
  const webApi = createWebApi({ token, apiUrl, proxies: toProxies(variables), timeoutMs: LIMIT_MS / 2 });
  try {
    return await webApi.mayPost(channel);
  } finally {
    await webApi.close();
  }
}

/** Returns the written file: an existing one is replaced only after a confirmation. */
async function write(terminal: Terminal, wanted: string, text: string): Promise<string> {
  let file = wanted;
  for (;;) {
    // A file that is created in between is not replaced: writing throws.
    if (!existsSync(file)) {
      writePrivately(file, text);
      return file;
    }
    const input = await terminal.prompt(`\n${file} exists. Replace it? (y, N, or another file)`);
    const typed = input.trim();
    if (/^y(es)?$/i.test(typed)) {
      writePrivately(file, text, { isReplacing: true });
      return file;
    }
    if (/^(no?)?$/i.test(typed)) throw new Error(`${file} exists, and was not changed`);
    file = typed;
  }
}

function afterEnvFile(file: string): string {
  const load = file === DEFAULT_ENV_FILE ? '' : `set -a; . ${file}; set +a\n  `;
  return `
${file} is written; only you can read it. Start the bot in this folder:

  ${load}scanprogress            (in a checkout: npm start)

Then type in the channel:  /scanprogress watch alpine:3.16
So far no one may start or stop scans: SCAN_OPERATORS lists who may.
scanprogress doctor checks all of it at any time.
`;
}

function afterSecret(file: string, variables: Environment): string {
  return `
${file} is written: a Secret that only you can read.
Apply it, and keep it out of version control:

  kubectl apply --filename ${file}

These belong into the ConfigMap of deploy/kubernetes/*.yml, or into "config" of
the chart's values:

${indented(toConfigMapData(variables))}
${extraEnv(variables)}`;
}

function extraEnv(variables: Environment): string {
  const entries = toExtraEnv(variables);
  if (entries === '') return '';
  return `
The URL of the proxy has a password, so it is in the Secret. Add to "env" of the
container:

${indented(entries)}
`;
}

function indented(text: string): string {
  return text.replace(/^/gm, '  ').trimEnd();
}
