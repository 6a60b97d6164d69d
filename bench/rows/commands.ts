/**
 * What a command costs, and how long it takes: the whole program, which records it, reads its database and renders the
 * reply, beside Bolt alone, which sends the same few blocks to everybody.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import type { WebSocketPeer } from '../../test/support/fake-slack/socket/fake-slack-websocket.ts';
import {
  createFolder,
  leaveCoreToProgram,
  type MeasuredProgram,
  startProgram,
  until,
} from '../fakes/program.ts';
import { programEnvironment, progressBody, REGISTRY, startConsoleServer } from '../fakes/console-server.ts';
import { type SlackServer, startSlackServer } from '../fakes/slack-server.ts';
import { interleave, OURS, quantile, ratioAtMost, type Row } from '../row.ts';

const IN_FLIGHT = [1, 16, 64];
const COMMANDS: Readonly<Record<number, number>> = { 1: 600, 16: 2_000, 64: 2_000 };
const WARM_UP = 1_500;
const RESPOND = 'Bolt, respond';
const ACK = 'Bolt, in the ack';
const TEXT = `${REGISTRY}/team/app:1`;

export const commands: Row = {
  name: 'commands',
  title: 'a command over Socket Mode, from its envelope to its whole answer',
  figures: IN_FLIGHT.flatMap((inFlight) => [
    { name: `CPU, ${inFlight} in flight`, unit: 'µs', goals: [ratioAtMost(0.75, RESPOND)] },
    { name: `answer p50, ${inFlight} in flight`, unit: 'ms', goals: [] },
    { name: `answer p99, ${inFlight} in flight`, unit: 'ms', goals: [ratioAtMost(0.75, RESPOND)] },
  ]),
  note:
    '`/scanprogress IMAGE` of an image that is watched in the channel, with SQLite in a file; Bolt has no database, and its answer is ' +
    'the same for all. CPU is that of the whole process. The program is on a core of its own.' +
    ' By a profile, what is left of CPU is Bolt’s middleware (13 %), rendering the reply (11 %), the socket and its SDK (10 %), SQLite (8 %), the collector (9 %) and the log line (7 %).',
  run: () =>
    interleave({
      [OURS]: measureOurs,
      [RESPOND]: () => measureBolt({}),
      [ACK]: () => measureBolt({ ANSWER: 'ack' }),
    }),
};

type Figures = Readonly<Record<string, number>>;

interface Sent {
  readonly at: number;
  isAcknowledged: boolean;
  isAnswered: boolean;
}

/** Sends commands, and receives acknowledgements and replies. */
function createLoad() {
  const pending = new Map<string, Sent>();
  let onDone: (ms: number) => void = () => undefined;
  const note = (id: string, what: Partial<Sent>): void => {
    const sent = pending.get(id);
    if (sent === undefined) return;
    Object.assign(sent, what);
    if (!sent.isAcknowledged || !sent.isAnswered) return;
    pending.delete(id);
    onDone(performance.now() - sent.at);
  };
  return {
    onAck: (id: string, payload: unknown): void =>
      note(id, { isAcknowledged: true, ...(hasBlocks(payload) && { isAnswered: true }) }),
    onRespond: (id: string): void => note(id, { isAnswered: true }),
    /** How long each took, ms. */
    run(
      send: () => string,
      { inFlight, count }: { inFlight: number; count: number },
    ): Promise<readonly number[]> {
      const took: number[] = [];
      let begun = 0;
      const begin = (): void => {
        begun += 1;
        pending.set(send(), { at: performance.now(), isAcknowledged: false, isAnswered: false });
      };
      return new Promise((resolve) => {
        onDone = (ms) => {
          took.push(ms);
          if (begun < count) begin();
          else if (took.length === count) resolve(took);
        };
        while (begun < inFlight) begin();
      });
    },
  };
}

function hasBlocks(payload: unknown): boolean {
  return typeof payload === 'object' && payload !== null && 'blocks' in payload;
}

async function measureOurs(): Promise<Figures> {
  leaveCoreToProgram();
  const load = createLoad();
  let posts = 0;
  let scanned = 0;
  const slack = await startSlackServer({
    ...load,
    onCall: (method) => void (posts += method === 'chat.postMessage' ? 1 : 0),
  });
  const console_ = await startConsoleServer({
    progressOf: () => ({ body: progressBody({ scanned: (scanned += 1), total: 100_000, isOngoing: true }) }),
    results: () => [],
  });
  const folder = createFolder();
  const environment = programEnvironment({
    slackPort: slack.port,
    consolePort: console_.port,
    folder: folder.path,
  });
  const program = startProgram('src/main.ts', environment);
  await until('the socket', () => slack.sockets().length > 0);
  await sleep(1_000);
  const [socket] = slack.sockets() as [WebSocketPeer];
  slack.command(socket, `watch ${TEXT}`);
  await until('the live message', () => posts > 0);
  // A tick: what it read last is fresh from then on.
  await sleep(6_000);
  const figures = await measure(program, slack, load);
  await program.kill();
  await Promise.all([slack.close(), console_.close()]);
  folder.remove();
  return figures;
}

async function measureBolt(environment: Readonly<Record<string, string>>): Promise<Figures> {
  leaveCoreToProgram();
  const load = createLoad();
  const slack = await startSlackServer(load);
  const SLACK_API_URL = `http://127.0.0.1:${slack.port}/api/`;
  const program = startProgram('bench/rivals/bolt.ts', { SLACK_API_URL, ...environment });
  await until('the socket', () => slack.sockets().length > 0);
  await sleep(1_000);
  const figures = await measure(program, slack, load);
  await program.kill();
  await slack.close();
  return figures;
}

async function measure(
  program: MeasuredProgram,
  slack: SlackServer,
  load: ReturnType<typeof createLoad>,
): Promise<Figures> {
  const [socket] = slack.sockets() as [WebSocketPeer];
  const send = () => slack.command(socket, TEXT);
  await load.run(send, { inFlight: 16, count: WARM_UP });
  const figures: Record<string, number> = {};
  for (const inFlight of IN_FLIGHT) {
    const count = COMMANDS[inFlight] ?? 0;
    const before = program.cpuMs();
    const took = await load.run(send, { inFlight, count });
    figures[`CPU, ${inFlight} in flight`] = ((program.cpuMs() - before) / count) * 1_000;
    figures[`answer p50, ${inFlight} in flight`] = quantile(took, 0.5);
    figures[`answer p99, ${inFlight} in flight`] = quantile(took, 0.99);
  }
  return figures;
}
