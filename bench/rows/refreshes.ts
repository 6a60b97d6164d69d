/**
 * Commands that get no acknowledgement in three seconds while Slack refreshes sockets: it says `disconnect`, sends nothing
 * more over that socket, and drops it ten seconds later. Commands go over any other open one; where there is none they are
 * lost. From the first socket on.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import type { WebSocketPeer } from '../../test/support/fake-slack/socket/fake-slack-websocket.ts';
import { createFolder, leaveCoreToProgram, startProgram, until } from '../fakes/program.ts';
import { programEnvironment, startConsoleServer } from '../fakes/console-server.ts';
import { startSlackServer } from '../fakes/slack-server.ts';
import { atMost, interleave, OURS, type Row } from '../row.ts';

const COMMANDS = 2_000;
const COMMAND_EVERY_MS = 20;
const REFRESH_EVERY_MS = 3_000;
const DROPPED_AFTER_MS = 10_000;
const ACKNOWLEDGED_WITHIN_MS = 3_000;
const BOLT = 'Bolt';

export const refreshes: Row = {
  name: 'refreshes',
  title: 'commands lost while Slack refreshes sockets',
  figures: [
    { name: 'lost', unit: 'commands', goals: [atMost(0)] },
    { name: 'sent', unit: 'commands', goals: [] },
    { name: 'refreshes', unit: '', goals: [] },
  ],
  note: `In each round ${COMMANDS} commands, one every ${COMMAND_EVERY_MS} ms, and a refresh every ${REFRESH_EVERY_MS / 1_000} s, the first one a second after the first socket.`,
  run: () => interleave({ [OURS]: measureOurs, [BOLT]: measureBolt }),
};

type Figures = Readonly<Record<string, number>>;

/** What becomes of commands, and which sockets Slack still uses. */
async function startSlack() {
  const pending = new Set<string>();
  const left = new Set<WebSocketPeer>();
  const slack = await startSlackServer({ onAck: (id) => pending.delete(id) });
  const used = () => slack.sockets().filter((socket) => !left.has(socket));
  let [sent, lost, refreshed] = [0, 0, 0];
  return {
    ...slack,
    used,
    refresh(): void {
      const [oldest] = used();
      if (oldest === undefined) return;
      refreshed += 1;
      left.add(oldest);
      oldest.send(JSON.stringify({ type: 'disconnect', reason: 'refresh_requested', debug_info: {} }));
      setTimeout(() => oldest.destroy(), DROPPED_AFTER_MS).unref();
    },
    type(): void {
      const sockets = used();
      const socket = sockets[sent % sockets.length];
      sent += 1;
      if (socket === undefined) {
        lost += 1;
        return;
      }
      const id = slack.command(socket, 'help');
      pending.add(id);
      setTimeout(() => (lost += Number(pending.delete(id))), ACKNOWLEDGED_WITHIN_MS);
    },
    figures: (): Figures => ({ lost, sent, refreshes: refreshed }),
  };
}

async function measureOurs(): Promise<Figures> {
  const slack = await startSlack();
  const console_ = await startConsoleServer({ progressOf: () => ({ body: [] }), results: () => [] });
  const folder = createFolder();
  const environment = programEnvironment({
    slackPort: slack.port,
    consolePort: console_.port,
    folder: folder.path,
  });
  const figures = await measure(slack, 'src/main.ts', environment);
  await console_.close();
  folder.remove();
  return figures;
}

async function measureBolt(): Promise<Figures> {
  const slack = await startSlack();
  const SLACK_API_URL = `http://127.0.0.1:${slack.port}/api/`;
  return measure(slack, 'bench/rivals/bolt.ts', { SLACK_API_URL, ANSWER: 'ack' });
}

async function measure(
  slack: Awaited<ReturnType<typeof startSlack>>,
  script: string,
  environment: Readonly<Record<string, string>>,
): Promise<Figures> {
  leaveCoreToProgram();
  const program = startProgram(script, environment);
  await until('the socket', () => slack.used().length > 0);
  await sleep(1_000);
  for (let command = 0; command < COMMANDS; command += 1) {
    if (command % (REFRESH_EVERY_MS / COMMAND_EVERY_MS) === 0) slack.refresh();
    slack.type();
    await sleep(COMMAND_EVERY_MS);
  }
  await sleep(ACKNOWLEDGED_WITHIN_MS + 100);
  await program.kill();
  await slack.close();
  return slack.figures();
}
