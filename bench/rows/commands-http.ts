/** What a command costs in HTTP mode, beside a server that checks the signature and echoes. */

import { createHmac, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { programEnvironment, progressBody, REGISTRY, startConsoleServer } from '../fakes/console-server.ts';
import {
  createFolder,
  leaveCoreToProgram,
  type MeasuredProgram,
  startProgram,
  until,
} from '../fakes/program.ts';
import { startSlackServer, toCommand } from '../fakes/slack-server.ts';
import { interleave, OURS, quantile, ratioAtMost, type Row } from '../row.ts';

const BOLT = 'Bolt, respond';
const EDGE = 'slack-edge';
const ECHO = 'echo';
const SECRET = '8f742231b10e8888abcd99yyyzzz85a5';
const PORT = 38_917;
const IN_FLIGHT = 16;
const WARM_UP = 1_500;
const COUNT = 3_000;
const TEXT = `${REGISTRY}/team/app:1`;
const CPU = `CPU, ${IN_FLIGHT} in flight`;
const RATE = `rate, ${IN_FLIGHT} in flight`;
const P99 = `answer p99, ${IN_FLIGHT} in flight`;

export const commandsHttp: Row = {
  name: 'commands-http',
  title: 'a command in HTTP mode, from its request to its whole answer',
  figures: [
    { name: CPU, unit: 'µs', goals: [ratioAtMost(0.75, BOLT)] },
    { name: P99, unit: 'ms', goals: [ratioAtMost(0.75, BOLT)] },
    { name: RATE, unit: '1/s', goals: [{ bound: 'at-least', value: 2, rival: EDGE }] },
  ],
  note:
    'As in `commands`, by signed requests over connections that are kept. The echo checks the signature with `node:http` alone and has nothing to say. ' +
    'Each command is claimed in the database, so that nobody sends it again: over Socket Mode nobody can. ' +
    'By a profile, SQLite takes 17 % (the claim 10 %), signatures 17 % (our check, and Bolt’s ' +
    'behind it; most of it is Node’s, which makes a key of each secret and compares by two more), HTTP 9 %, Bolt 9 %, rendering 8 %, ' +
    'the log line 8 %: claim, signatures and HTTP are what it costs more than over Socket Mode. Bolt alone, without a database, ' +
    'has 0.85 of the rate of slack-edge, so twice that rate is out of reach with it.',
  run: () =>
    interleave({
      [OURS]: measureOurs,
      [BOLT]: () => measureRival('bench/rivals/bolt.ts'),
      [EDGE]: () => measureRival('bench/rivals/slack-edge-http.ts'),
      [ECHO]: () => measureRival('bench/rivals/echo-http.ts'),
    }),
};

type Figures = Readonly<Record<string, number>>;

async function measureOurs(): Promise<Figures> {
  leaveCoreToProgram();
  const onRespond = createResponses();
  const slack = await startSlackServer({ onRespond: onRespond.note });
  let scanned = 0;
  const prisma = await startConsoleServer({
    progressOf: () => ({ body: progressBody({ scanned: (scanned += 1), total: 100_000, isOngoing: true }) }),
    results: () => [],
  });
  const folder = createFolder();
  const ports = { slackPort: slack.port, consolePort: prisma.port };
  const program = startProgram('src/main.ts', {
    ...programEnvironment({ ...ports, folder: folder.path }),
    // As if it were not set: HTTP mode is in its place.
    SLACK_APP_TOKEN: '',
    SLACK_SIGNING_SECRET: SECRET,
    PORT: String(PORT),
    HEALTH_HOST: '127.0.0.1',
  });
  await until('the start', () => program.printed().includes('"started"'));
  await sleep(1_000);
  const send = createSender({ slackPort: slack.port, responses: onRespond });
  void send(`watch ${TEXT}`);
  // A tick: what it read last is fresh from then on.
  await sleep(6_000);
  const figures = await measure(program, send);
  await program.kill();
  await Promise.all([slack.close(), prisma.close()]);
  folder.remove();
  return figures;
}

async function measureRival(script: string): Promise<Figures> {
  leaveCoreToProgram();
  const responses = createResponses();
  const slack = await startSlackServer({ onRespond: responses.note });
  const SLACK_API_URL = `http://127.0.0.1:${slack.port}/api/`;
  const program = startProgram(script, { SLACK_API_URL, SLACK_SIGNING_SECRET: SECRET, PORT: String(PORT) });
  await until('the start', () => program.printed().includes('started'));
  const figures = await measure(program, createSender({ slackPort: slack.port, responses }));
  await program.kill();
  await slack.close();
  return figures;
}

type Send = (text: string) => Promise<number>;

async function measure(program: MeasuredProgram, send: Send): Promise<Figures> {
  await run(send, WARM_UP);
  const before = program.cpuMs();
  const from = performance.now();
  const took = await run(send, COUNT);
  return {
    [CPU]: ((program.cpuMs() - before) / COUNT) * 1_000,
    [P99]: quantile(took, 0.99),
    [RATE]: (COUNT / (performance.now() - from)) * 1_000,
  };
}

async function run(send: Send, count: number): Promise<readonly number[]> {
  const took: number[] = [];
  let begun = 0;
  const sendInTurn = async (): Promise<void> => {
    while ((begun += 1) <= count) took.push(await send(TEXT));
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, sendInTurn));
  return took;
}

function createResponses() {
  const waiting = new Map<string, () => void>();
  return {
    note: (id: string): void => waiting.get(id)?.(),
    /** Resolves with the reply at the response_url of that id. */
    of: (id: string): Promise<void> =>
      new Promise((resolve) => {
        waiting.set(id, () => {
          waiting.delete(id);
          resolve();
        });
      }),
  };
}

/** Sends a command; resolves with the time to its whole reply, ms. */
function createSender(given: { slackPort: number; responses: ReturnType<typeof createResponses> }): Send {
  const dispatcher = new Agent({ connections: IN_FLIGHT });
  return async (text) => {
    const id = randomUUID();
    const command = toCommand({ id, text, channel: 'C0001', port: given.slackPort });
    const body = new URLSearchParams(command).toString();
    const at = String(Math.floor(Date.now() / 1_000));
    const signature = createHmac('sha256', SECRET).update(`v0:${at}:${body}`).digest('hex');
    const from = performance.now();
    const responded = given.responses.of(id);
    const response = await request(`http://127.0.0.1:${PORT}/slack/events`, {
      method: 'POST',
      body,
      dispatcher,
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        'x-slack-request-timestamp': at,
        'x-slack-signature': `v0=${signature}`,
      },
    });
    if (response.statusCode !== 200) throw new Error(`a command got the status ${response.statusCode}`);
    if ((await response.body.text()) === '') await responded;
    return performance.now() - from;
  };
}
