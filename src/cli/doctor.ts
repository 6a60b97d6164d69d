/**
 * `scanprogress doctor`: what a start would meet, a line each; green, or what to do. It changes nothing, takes no payload
 * and no report of an end away from a bot that runs, and comes to its end whatever is broken.
 */

import { parseArgs } from 'node:util';
import { type PartialConfig, readPartly } from '../config/config.ts';
import { readSmallFile } from '../config/secret-files.ts';
import { runCheck } from '../doctor/check.ts';
import { allChecks } from '../doctor/checks.ts';
import { recordConsole } from '../doctor/record.ts';
import { checkSamples } from '../doctor/samples.ts';
import { createScrubber, messageOf } from '../errors.ts';
import { type Finding, printFinding, printSummary, dedupe, type Verdict } from '../views/doctor-lines.ts';
import { writePrivately } from './private-file.ts';

/** Of one check; all run at once. */
const LIMIT_MS = 20_000;
const EXIT_WRONG = 1;
/** The call itself is wrong; nothing was tried. */
const EXIT_USAGE = 2;

const USAGE = `scanprogress doctor [--samples | --record FILE], or in a checkout: npm run doctor -- [...]

Checks what a start needs: variables, tokens, scopes, Console, permissions, database and clocks, a line each. It changes
nothing, and may run beside the bot. It ends with 1 where something is wrong, else with 0.

  --samples      sends every kind of message to Slack's own check (blocks.validate), and prints what Slack says; nobody
                 sees them
  --record FILE  writes what the Console answers about the registry scan, its results and its settings to a new FILE,
                 without names and secrets: read it, and send it along with a report of something that looks wrong
`;

const config = readPartly(process.env, readSmallFile);
const scrub = createScrubber(config.secrets);
const isColoured = process.stdout.isTTY && process.env['NO_COLOR'] === undefined;

process.exit(await main());

async function main(): Promise<number> {
  const given = readArguments();
  if (given === 'help') {
    process.stdout.write(USAGE);
    return 0;
  }
  if (given === null) {
    process.stderr.write(USAGE);
    return EXIT_USAGE;
  }
  if (given.file !== null) return record(config, given.file);
  return report(given.isSamples ? checkSamples(config) : runChecks());
}

interface Arguments {
  readonly isSamples: boolean;
  /** null where nothing is to be recorded. */
  readonly file: string | null;
}

/** null for anything that is not understood. */
function readArguments(): Arguments | 'help' | null {
  const options = {
    help: { type: 'boolean', short: 'h', default: false },
    samples: { type: 'boolean', default: false },
    record: { type: 'string' },
  } as const;
  try {
    const { help, samples, record = null } = parseArgs({ options }).values;
    if (help) return 'help';
    return record === '' || (samples && record !== null) ? null : { isSamples: samples, file: record };
  } catch {
    return null;
  }
}

interface NamedFinding extends Finding {
  readonly name: string;
}

async function* runChecks(): AsyncGenerator<NamedFinding> {
  const running = allChecks(config).map((check) => ({ ...check, finding: runCheck(check, LIMIT_MS) }));
  for (const { name, finding } of running) yield { name, ...(await finding) };
}

async function report(findings: AsyncIterable<NamedFinding>): Promise<number> {
  const verdicts: Verdict[] = [];
  const told = new Set<string>();
  for await (const { name, ...finding } of findings) {
    const found = dedupe(finding, told);
    verdicts.push(found.verdict);
    process.stdout.write(printFinding(name, { ...found, text: scrub(found.text) }, isColoured));
  }
  process.stdout.write(printSummary(verdicts));
  return verdicts.includes('wrong') ? EXIT_WRONG : 0;
}

async function record(given: PartialConfig, file: string): Promise<number> {
  const recording = await recordConsole(given);
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
  const answered = recording.answers.filter(({ body }) => body !== undefined).length;
  process.stdout.write(
    `${file}: ${answered} of ${recording.answers.length} answers of the Console, without names and secrets. Read it before you send it.\n`,
  );
  return answered === 0 ? EXIT_WRONG : 0;
}
