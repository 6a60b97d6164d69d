/** `scanprogress status IMAGE [--json]`: progress of a scan, from a running bot. */

import { parseArgs } from 'node:util';
import { readImage } from '../api/query.ts';
import { readSmallFile } from '../config/secret-files.ts';
import { readAccess } from './bot/access.ts';
import { connectBot } from './bot/connect.ts';
import { CHECK_BOT, toBotRejection } from './bot/rejection.ts';
import { parseScan, toLine } from './bot/scan.ts';
import { IMAGE_MISSING } from '../views/pipeline.ts';
import { onlyArgument, readCall } from './usage.ts';

/** Wrong usage, or no response of the bot. */
const EXIT_UNKNOWN = 2;
/** The bot promises a response within 15 s. */
const LIMIT_MS = 20_000;
const PREFIX = 'scanprogress status: ';
const USAGE = `scanprogress status IMAGE [--json]

Prints the progress of the scan of IMAGE, from a running bot; with --json all
fields, for a program.
SCANPROGRESS_URL is where the bot listens, such as http://scanprogress:3000, and
API_TOKEN (or API_TOKEN_FILE) its token.
Exit codes: 0 the bot replied, 2 it did not, or the arguments are wrong.
`;

process.exitCode = await main();

async function main(): Promise<number> {
  const call = readCall(USAGE, readOptions, PREFIX);
  if (typeof call === 'number') return call;
  const read = readImage(call.image);
  if ('error' in read) return fail(read.error);
  const access = readAccess(process.env, readSmallFile);
  if ('errors' in access) return fail(access.errors.join(`\n${PREFIX}`));
  const bot = connectBot(access);
  try {
    const reply = await bot.request({ path: '/v1/status', query: { image: call.image }, limitMs: LIMIT_MS });
    const body = reply.kind === 'answered' && reply.status === 200 ? reply.body : null;
    const scan = parseScan(body);
    if (scan === null) {
      // The only request: no earlier one has shown that the URL is right.
      const denial = toBotRejection(reply, { url: access.url, wasThere: false });
      return fail(reply.kind === 'away' ? `${denial.text}. ${CHECK_BOT}` : denial.text);
    }
    const lines = call.isJson ? [JSON.stringify(body, null, 2)] : [scan.text, ...scan.hints].map(toLine);
    process.stdout.write(`${lines.join('\n')}\n`);
    return 0;
  } finally {
    await bot.close();
  }
}

interface Call {
  readonly image: string;
  readonly isJson: boolean;
}

function readOptions(): Call | 'help' {
  const help = { type: 'boolean', short: 'h', default: false } as const;
  const json = { type: 'boolean', default: false } as const;
  const { positionals, values } = parseArgs({ allowPositionals: true, options: { help, json } });
  if (values.help) return 'help';
  const image = onlyArgument(positionals, { missing: IMAGE_MISSING, tooMany: 'One image at a time.' });
  return { image, isJson: values.json };
}

function fail(text: string): number {
  process.stderr.write(`${PREFIX}${text}\n`);
  return EXIT_UNKNOWN;
}
