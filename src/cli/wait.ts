/** `scanprogress wait IMAGE` for pipelines: waits for the end of a scan; the exit code depends on its outcome. */

import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { MAX_SECONDS, readImage } from '../api/query.ts';
import { readDuration } from '../config/parse.ts';
import { readSmallFile } from '../config/secret-files.ts';
import { type BotAccess, readAccess } from './bot/access.ts';
import { connectBot } from './bot/connect.ts';
import { type Awaited, awaitEnd } from './bot/await-end.ts';
import { CHECK_BOT } from './bot/rejection.ts';
import { toLine } from './bot/scan.ts';
import { FAIL_ON, type FailOn, toVerdict } from './bot/verdict.ts';
import { IMAGE_MISSING } from '../views/pipeline.ts';
import { onlyArgument, readCall, UsageError } from './usage.ts';

/** Wrong usage, or the outcome is unknown. */
const EXIT_UNKNOWN = 2;
const DEFAULT_TIMEOUT = '30m';
const PREFIX = 'scanprogress wait: ';
const TOO_MANY = 'One image at a time: wait for each in a command of its own.';
const USAGE = `scanprogress wait IMAGE [--fail-on critical|high] [--timeout 30m]

Waits for the end of the ongoing scan of IMAGE, or of the next one, as a running
bot records it.

  --fail-on SEVERITY  exits 1 if vulnerabilities of that severity, or a
                      higher one, were found
  --timeout TIME      how long it waits, such as 90s or 1h30m; 24h at most,
                      ${DEFAULT_TIMEOUT} by default

SCANPROGRESS_URL is where the bot listens, such as http://scanprogress:3000, and
API_TOKEN (or API_TOKEN_FILE) its token.
Exit codes: 0 the scan completed, 1 it found too much, 2 it failed or was
stopped, it did not end in time, or the arguments are wrong.
`;

interface Call {
  readonly image: string;
  readonly failOn: FailOn | null;
  readonly timeout: string;
  readonly timeoutMs: number;
}

process.exitCode = await main();

async function main(): Promise<number> {
  const call = readCall(USAGE, readOptions, PREFIX);
  if (typeof call === 'number') return call;
  // As the bot does: a wrong name needs no request.
  const read = readImage(call.image);
  if ('error' in read) return fail(read.error);
  const access = readAccess(process.env, readSmallFile);
  if ('errors' in access) return fail(access.errors.join(`\n${PREFIX}`));
  return report(call, await wait(call, access));
}

function readOptions(): Call | 'help' {
  const options = {
    help: { type: 'boolean', short: 'h', default: false },
    'fail-on': { type: 'string' },
    timeout: { type: 'string', default: DEFAULT_TIMEOUT },
  } as const;
  const { positionals, values } = parseArgs({ allowPositionals: true, options });
  if (values.help) return 'help';
  const { timeout, 'fail-on': severity } = values;
  const failOn = FAIL_ON.find((known) => known === severity) ?? null;
  if (severity !== undefined && failOn === null)
    throw new UsageError('--fail-on must be critical or high, such as --fail-on high.');
  const duration = readDuration(timeout);
  if ('error' in duration || duration.value > MAX_SECONDS * 1_000)
    throw new UsageError('--timeout must be a time with its unit, 24h at most, such as 30m or 90s.');
  const image = onlyArgument(positionals, { missing: IMAGE_MISSING, tooMany: TOO_MANY });
  return { image, failOn, timeout, timeoutMs: duration.value };
}

async function wait({ image, timeout, timeoutMs }: Call, access: BotAccess): Promise<Awaited> {
  const bot = connectBot(access);
  print(`waiting for the end of the scan of ${image}, ${timeout} at most`);
  try {
    return await awaitEnd({
      ...{ image, id: randomUUID(), url: access.url, timeoutMs, request: bot.request, print },
      // A change of the clock neither ends nor extends the wait.
      monotonicNow: () => performance.now(),
      pause: sleep,
    });
  } finally {
    await bot.close();
  }
}

function report({ failOn, timeout }: Call, awaited: Awaited): number {
  switch (awaited.kind) {
    case 'wrong':
      return fail(awaited.text);
    case 'timed-out':
      return fail(`the scan did not end within ${timeout}${lastWords(awaited.last)}`);
    case 'over': {
      const { scan } = awaited;
      const { code, why } = toVerdict(scan, failOn);
      process.stdout.write(`${toLine(scan.text)}\n`);
      for (const hint of scan.hints) print(toLine(hint));
      if (why !== null) print(why);
      return code;
    }
  }
}

function lastWords(last: { readonly text: string } | null): string {
  return last === null ? `: the bot never answered. ${CHECK_BOT}` : `: ${toLine(last.text)}`;
}

/** To standard error: standard output has only the line of the end. */
function print(line: string): void {
  process.stderr.write(`${PREFIX}${line}\n`);
}

function fail(text: string): number {
  print(text);
  return EXIT_UNKNOWN;
}
