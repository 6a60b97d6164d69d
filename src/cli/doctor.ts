/**
 * `scanprogress doctor`: checks what a start would meet, a line each: fine, or what to do. It changes nothing, takes no
 * payloads and consumes no ends of a running bot, and always terminates.
 */

import { parseArgs } from 'node:util';
import { type PartialConfig, readPartly } from '../config/config.ts';
import { readSmallFile } from '../config/secret-files.ts';
import { runChecks } from '../doctor/check.ts';
import { allChecks } from '../doctor/checks.ts';
import { recordConsole } from '../doctor/record.ts';
import { checkSamples } from '../doctor/samples.ts';
import { messageOf } from '../errors.ts';
import { createScrubber } from '../secrets.ts';
import { type NamedFinding, printFinding, printSummary, type Verdict } from '../views/doctor-lines.ts';
import { EXIT_USAGE, readCall, UsageError } from './usage.ts';
import { writePrivately } from './private-file.ts';

/** Per check; all run concurrently. */
const LIMIT_MS = 20_000;
const EXIT_WRONG = 1;

const USAGE = `scanprogress doctor [--samples | --record FILE]
in a checkout: npm run doctor -- [--samples | --record FILE]

Checks what a start needs, a line each: variables, tokens, scopes, Console,
permissions, database and clocks. It changes nothing, and may run beside the
bot. It ends with 1 where something is wrong, else with 0.

  --samples      sends every kind of message to Slack's own check, and prints
                 what Slack says of each; nobody sees them
  --record FILE  writes what the Console answers about the registry scan, its
                 results and its settings to a new FILE, without names and
                 secrets: read it, and send it with a report of what looks wrong
`;

const config = readPartly(process.env, readSmallFile);
// Servers may repeat in an error what was sent to them.
const scrub = createScrubber(config.secrets);
const { isTTY, columns } = process.stdout;
const style = isTTY ? { isColoured: process.env['NO_COLOR'] === undefined, columns } : null;

// Explicitly: late checks and their connections would keep the process.
process.exit(await main());

async function main(): Promise<number> {
  const call = readCall(USAGE, readArguments);
  if (typeof call === 'number') return call;
  if (call.file !== null) return record(config, call.file);
  return report(call.isSamples ? checkSamples(config) : runChecks(allChecks(config), { limitMs: LIMIT_MS }));
}

interface Arguments {
  readonly isSamples: boolean;
  /** null to record nothing. */
  readonly file: string | null;
}

function readArguments(): Arguments | 'help' {
  const options = {
    help: { type: 'boolean', short: 'h', default: false },
    samples: { type: 'boolean', default: false },
    record: { type: 'string' },
  } as const;
  const { help, samples, record = null } = parseArgs({ options }).values;
  if (help) return 'help';
  if (record === '') throw new UsageError('FILE is missing: where the recording goes.');
  if (samples && record !== null) throw new UsageError('--samples and --record: choose one.');
  return { isSamples: samples, file: record };
}

async function report(findings: AsyncIterable<NamedFinding>): Promise<number> {
  const verdicts: Verdict[] = [];
  for await (const { name, ...finding } of findings) {
    verdicts.push(finding.verdict);
    process.stdout.write(printFinding(name, { ...finding, text: scrub(finding.text) }, style));
  }
  process.stdout.write(printSummary(verdicts));
  return verdicts.includes('wrong') ? EXIT_WRONG : 0;
}

async function record(call: PartialConfig, file: string): Promise<number> {
  const recording = await recordConsole(call);
  if ('needs' in recording) {
    process.stderr.write(`Nothing was recorded: ${recording.needs} is needed.\n`);
    return EXIT_USAGE;
  }
  try {
    writePrivately(file, `${JSON.stringify(recording, null, 2)}\n`);
  } catch (error) {
    process.stderr.write(`Nothing was recorded: ${file} cannot be written (${messageOf(error)}).\n`);
    return EXIT_WRONG;
  }
  const responses = recording.answers.filter(({ body }) => body !== undefined).length;
  process.stdout.write(
    `${file}: ${responses} of ${recording.answers.length} answers of the Console, without names and secrets. Read it before you send it.\n`,
  );
  return responses === 0 ? EXIT_WRONG : 0;
}
