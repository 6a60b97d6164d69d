/** `npm run demo`: the bot with a local Slack and a simulated Console, without configuration. */

import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';

import { readCall, UsageError } from '../cli/usage.ts';
import { aborted } from '../async.ts';
import { startApp } from '../app/app.ts';
import { type Demo, startDemo } from './demo.ts';
import { findFreePort } from './free-port.ts';
import { play } from './play.ts';
import { CHECKOUT_MS } from './scenario.ts';
import { FIRST_COMMAND } from './story.ts';
import { CHANNELS, PEOPLE } from './workspace.ts';

interface Arguments {
  readonly isPlay: boolean;
  readonly port: number;
  readonly speed: number;
}

const DEFAULT_PORT = 4400;
/** Of the bot's API, or the next free one. */
const API_PORT = 4480;
const USAGE = `scanprogress demo [--play] [--port N] [--speed N]
in a checkout: npm run demo -- [--play] [--port N] [--speed N]

Runs the bot against a Slack of its own, which is a web page, and a simulated
Console. There is nothing to configure, and Ctrl-C leaves nothing behind.

  --play     needs no browser: prints the conversation until a scan has ended
  --port N   of the page, else the next free one; ${DEFAULT_PORT} by default, 0 is any
  --speed N  lets scans run N times faster, up to 1000
`;
/** Time for the bot besides the scan itself, on a slow machine. */
const START_LIMIT_MS = 120_000;

// Before anything starts, so that a signal at any time stops cleanly.
const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    // The second signal does not wait for the bot to stop.
    if (interrupted.signal.aborted) process.exit(130);
    interrupted.abort();
  });
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  },
);

async function main(): Promise<number> {
  const call = readCall(USAGE, readArguments);
  if (typeof call === 'number') return call;
  const port = call.port === 0 ? 0 : await findFreePort(call.port);
  const logLevel = process.env['LOG_LEVEL'] ?? 'warn';
  const api = call.isPlay ? null : await openApi();
  const demo = await startDemo({
    ...{ port, speed: call.speed, logLevel, startBot: startApp },
    beginsWithPage: !call.isPlay,
    ...(api && { api }),
  });
  try {
    if (call.isPlay) return await playToTheEnd(demo, call.speed);
    if (!interrupted.signal.aborted) print(welcome(demo, api));
    await aborted(interrupted.signal);
    return 0;
  } finally {
    await demo.stop();
  }
}

interface OpenApi {
  readonly port: number;
  readonly token: string;
}

/** null where no port is free. */
async function openApi(): Promise<OpenApi | null> {
  const port = await findFreePort(API_PORT);
  return port === 0 ? null : { port, token: `demo-${randomUUID()}` };
}

function readArguments(): Arguments | 'help' {
  const options = {
    help: { type: 'boolean', short: 'h', default: false },
    play: { type: 'boolean', default: false },
    port: { type: 'string', default: String(DEFAULT_PORT) },
    speed: { type: 'string', default: '1' },
  } as const;
  const { values } = parseArgs({ options });
  if (values.help) return 'help';
  const port = Number(values.port);
  const speed = Number(values.speed);
  if (!(Number.isInteger(port) && port >= 0 && port <= 65_535))
    throw new UsageError('--port takes a number from 0 to 65535.');
  if (!(speed > 0 && speed <= 1_000)) throw new UsageError('--speed takes a number above 0, up to 1000.');
  return { isPlay: values.play, port, speed };
}

async function playToTheEnd({ slack }: Demo, speed: number): Promise<number> {
  const { command, text } = FIRST_COMMAND;
  print(`In #${CHANNELS.incident.name} ${PEOPLE.commander.name} types: ${command} ${text}`);
  const timeLimitMs = CHECKOUT_MS / speed + START_LIMIT_MS;
  const played = await play(slack, { timeLimitMs, print, signal: interrupted.signal });
  if (played === 'timed-out') {
    const seconds = Math.round(timeLimitMs / 1_000);
    process.stderr.write(
      `The end of the scan was not posted within ${seconds} s; LOG_LEVEL=debug tells more.\n`,
    );
  }
  if (played === 'completed') print(CLOSING);
  // 130 is the code of a program that was ended by Ctrl-C.
  return { completed: 0, 'timed-out': 1, interrupted: 130 }[played];
}

const CLOSING = `
The scan has ended: its live message says what was found, and one reply
mentions who asked. Without --play the same goes on in a web page, where you can
type yourself.`;

function welcome({ slack: { page }, consoleUrl }: Demo, api: OpenApi | null): string {
  const { incident, security, platform } = CHANNELS;
  return `
  scanprogress runs in a Slack of its own:  ${page}

  Its story begins when you open the page, and again every four minutes:
    ${named(incident)}${PEOPLE.commander.real_name} watches a scan
    ${named(security)}subscribed to alpine:3.16, which is scanned every minute,
                    and hears only of what is new and high or worse
    ${named(platform)}a release of four images on one board, of which one fails;
                    after seven minutes the digest of the week

  Things to type there:
    /scanprogress                      the regular scan of four registries
    /scanprogress watch alpine:3.16    a message that moves, then a reply
    /scanprogress watch ghcr.io/acme/legacy-batch:0.8
                                       gets stuck: diagnosed after a minute
    /scanprogress history alpine:3.16  its last scans
    /scanprogress scan redis:7         as Ben or Chiara, who may; Alice may not
    @scanprogress                      in the incident's thread: its images
    /scanprogress help                 all of it
${api === null ? '' : fromPipeline(api, consoleUrl)}
  "Act as" at the top right chooses who you are. Ctrl-C ends the demo and leaves
  nothing behind.
`;
}

function named({ name }: { readonly name: string }): string {
  return `#${name}`.padEnd(16);
}

function fromPipeline({ port, token }: OpenApi, consoleUrl: string): string {
  return `
  As a pipeline does, in another shell (in a checkout "npm -s start --" in place
  of "scanprogress"):
    export SCANPROGRESS_URL=http://127.0.0.1:${port}
    export API_TOKEN=${token}
    export PRISMA_CONSOLE_URL=${consoleUrl}
    export PRISMA_USERNAME=demo PRISMA_PASSWORD=demo
    scanprogress wait alpine:3.16 --fail-on critical; echo $?
`;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
